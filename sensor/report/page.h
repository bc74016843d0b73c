/*
 * page: a report as one HTML page that needs nothing else: no network, no font,
 * no script but its own, which the page's policy names by hash.
 *
 *	report_close(&report);
 *	page_write(&report, file);		ferror(file) says whether it worked
 *
 * Thread   one.
 */
#pragma once

#include <stdio.h>

#include "sensor/report/html.h"
#include "sensor/report/report.h"

void page_write(const struct report *report, FILE *file);

/* Sections, in the order of the page; for page*.c alone. */
void page_glance(struct html *html, const struct report *report);
void page_data(struct html *html, const struct report *report);
void page_findings(struct html *html, const struct report *report);
void page_inventory(struct html *html, const struct report *report);
void page_partners(struct html *html, const struct report *report);
void page_coverage(struct html *html, const struct report *report);

/* What the sections share. Values of a map as an array of pointers, sorted; NULL when it is empty or without
 * memory. The caller frees it. */
typedef int page_compare(const void *left, const void *right);
const void **page_sorted(const struct map *map, page_compare *compare);

/* A table that the page's script filters, sorts and turns over. Rows go between page_rows and page_rows_end;
 * page_row opens the next one; past the first, rows lie where the browser does not lay them out. */
struct page_rows {
	struct html *html;
	size_t count;
};
void page_table(struct html *html, const char *name, const char *search, const char *head);
void page_filter(struct html *html, const char *label, unsigned column, const char *const *values,
		 size_t count);
void page_row(struct page_rows *rows);
void page_rows_end(struct page_rows *rows, size_t total);

struct bytes page_partner_name(const struct report *report, struct bytes id); /* "unidentified" for none */
void page_partner_cell(struct html *html, const struct report *report, struct bytes id);
void page_trend(struct html *html, const struct trend_axis *axis, const struct trend *trend,
		const char *what);
