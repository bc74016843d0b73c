/*
 * html: writes a page. Whatever comes from a record goes through html_text,
 * which lets nothing of it become markup.
 *
 *	html_raw(&html, "<td>");
 *	html_text(&html, finding->message);
 *
 * Borrows  the file. The first failure to write sticks in the file itself (ferror).
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "parsers/base/bytes.h"

struct html {
	FILE *file;
};

void html_raw(struct html *html, const char *markup); /* our own words only */
void html_format(struct html *html, const char *format, ...)
	__attribute__((format(printf, 2, 3)));                     /* our own words and numbers only */
void html_text(struct html *html, struct bytes text);              /* in an element, or a quoted attribute */
void html_count(struct html *html, uint64_t count);                /* 12,345 */
void html_size(struct html *html, uint64_t bytes);                 /* 1.2 MB */
void html_time(struct html *html, uint64_t time_ms);               /* 2026-03-02 10:00 UTC; a dash for 0 */
void html_share(struct html *html, uint64_t part, uint64_t whole); /* 12.3 %; a dash of nothing */

/* Cells of a table. `sort` is what the column is sorted by where its text does not say. */
void html_cell(struct html *html, struct bytes text);
void html_cell_or(struct html *html, struct bytes text, const char *otherwise);
void html_cell_count(struct html *html, uint64_t count);
void html_cell_time(struct html *html, uint64_t time_ms);
void html_severity(struct html *html, unsigned severity); /* its name, coloured */
const char *html_severity_name(unsigned severity);
