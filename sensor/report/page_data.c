/* The sensitive-data board: partner and API by class, and each class over time. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "sensor/report/page.h"

#define CLASS_COLUMNS 16
#define CLASSES_SHOWN 40

static int worst_class(const void *left, const void *right)
{
	const struct report_class *a = *(const struct report_class *const *)left;
	const struct report_class *b = *(const struct report_class *const *)right;

	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	if (a->exchanges != b->exchanges)
		return a->exchanges < b->exchanges ? 1 : -1;
	return bytes_compare(a->class, b->class);
}

static int by_place(const void *left, const void *right)
{
	const struct report_leak *a = *(const struct report_leak *const *)left;
	const struct report_leak *b = *(const struct report_leak *const *)right;
	int order = bytes_compare(a->partner, b->partner);

	if (order == 0)
		order = bytes_compare(a->api, b->api);
	return order != 0 ? order : bytes_compare(a->class, b->class);
}

/* A row of the board: the leaks of one partner with one API, which lie side by side once sorted. */
struct place {
	const void **leaks;
	size_t count;
	unsigned severity;
	uint64_t total;
};

static int worst_place(const void *left, const void *right)
{
	const struct place *a = left, *b = right;

	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	if (a->total != b->total)
		return a->total < b->total ? 1 : -1;
	return by_place(&a->leaks[0], &b->leaks[0]);
}

static struct place *find_places(const void **leaks, size_t count, size_t *out_count)
{
	struct place *places = count == 0 ? NULL : calloc(count, sizeof(*places));
	const struct report_leak *before = NULL;

	*out_count = 0;
	for (size_t i = 0; places != NULL && i < count; i++) {
		const struct report_leak *leak = leaks[i];
		struct place *place;

		if (before == NULL || !bytes_equal(before->partner, leak->partner) ||
		    !bytes_equal(before->api, leak->api))
			places[(*out_count)++] = (struct place){.leaks = &leaks[i]};
		place = &places[*out_count - 1];
		place->count++;
		place->total += leak->count;
		place->severity = leak->severity > place->severity ? leak->severity : place->severity;
		before = leak;
	}
	if (places != NULL)
		qsort(places, *out_count, sizeof(*places), worst_place);
	return places;
}

static void write_leak(struct html *html, const struct report_leak *leak)
{
	if (leak == NULL) {
		html_raw(html, "<td class=none>&middot;</td>");
		return;
	}
	if (leak->findings == 0) {
		html_format(html,
			    "<td class=allowed data-n=0 title=\"seen in %" PRIu64
			    " exchanges, and the contract allows it\">allowed</td>",
			    leak->exchanges);
		return;
	}
	html_format(html, "<td class=\"heat s%u\" data-n=%" PRIu64 " title=\"%s; ", leak->severity,
		    leak->count, html_severity_name(leak->severity));
	html_text(html, leak->id);
	html_raw(html, " in ");
	html_text(html, leak->operation);
	html_raw(html, "\"><b>");
	html_count(html, leak->count);
	html_format(html, "</b> <i>%s</i></td>",
		    leak->returned > 0 && leak->sent > 0 ? "both ways"
		    : leak->returned > 0                 ? "returned"
							 : "sent");
}

static void write_place(struct page_rows *rows, const struct report *report, const struct place *place,
			const void **classes, size_t columns)
{
	const struct report_leak *first = place->leaks[0];
	struct html *html = rows->html;
	uint64_t others = 0;

	page_row(rows);
	page_partner_cell(html, report, first->partner);
	html_cell_or(html, first->api, "no contract");
	html_format(html, "<td data-n=%u data-v=\"|%s|\">", place->severity,
		    place->severity > 0 ? html_severity_name(place->severity) : "Allowed");
	if (place->severity > 0)
		html_severity(html, place->severity);
	else
		html_raw(html, "allowed");
	html_raw(html, "</td>");
	for (size_t c = 0; c < columns; c++) {
		const struct report_class *class = classes[c];
		const struct report_leak *found = NULL;

		for (size_t i = 0; i < place->count && found == NULL; i++) {
			const struct report_leak *leak = place->leaks[i];

			found = bytes_equal(leak->class, class->class) ? leak : NULL;
		}
		write_leak(html, found);
		others += found == NULL ? 0 : found->count;
	}
	if (columns < report->classes.count)
		html_cell_count(html, place->total - others);
	html_raw(html, "</tr>");
}

static void write_board(struct html *html, const struct report *report, const void **classes)
{
	static const char *const severities[] = {"Critical", "High",          "Medium",
						 "Low",      "Informational", "Allowed"};
	size_t columns = report->classes.count < CLASS_COLUMNS ? report->classes.count : CLASS_COLUMNS;
	const void **leaks = page_sorted(&report->leaks, by_place);
	size_t count = 0;
	struct place *places = find_places(leaks, leaks == NULL ? 0 : report->leaks.count, &count);
	struct page_rows rows = {.html = html};

	page_table(html, "board", "partner, API", "");
	page_filter(html, "Worst", 2, severities, sizeof(severities) / sizeof(severities[0]));
	html_format(html, "</div><div class=scroll><table class=\"board%s\">",
		    columns > CLASS_COLUMNS / 2 ? " wide" : "");
	html_raw(html, "<thead><tr><th>Partner</th><th>API</th>"
		       "<th>Worst</th>");
	for (size_t i = 0; i < columns; i++) {
		const struct report_class *class = classes[i];

		html_raw(html, "<th class=class><code>");
		html_text(html, class->class);
		html_raw(html, "</code></th>");
	}
	if (columns < report->classes.count)
		html_raw(html, "<th>other classes</th>");
	html_raw(html, "</tr></thead><tbody>");
	for (size_t i = 0; i < count && i < LIMIT_REPORT_ROWS; i++)
		write_place(&rows, report, &places[i], classes, columns);
	page_rows_end(&rows, count);
	free(places);
	free(leaks);
}

static void write_classes(struct html *html, const struct report *report, const void **classes)
{
	html_raw(html, "<h3>Each class over time</h3><ul class=classes>");
	for (size_t i = 0; i < report->classes.count && i < CLASSES_SHOWN; i++) {
		const struct report_class *class = classes[i];

		html_format(html, "<li class=s%u><p><code>", class->severity);
		html_text(html, class->class);
		html_raw(html, "</code> ");
		if (class->severity > 0)
			html_severity(html, class->severity);
		html_raw(html, "</p>");
		page_trend(html, &report->axis, &class->occurrences, "occurrences");
		html_raw(html, "<p class=small>");
		if (class->count > 0) {
			html_count(html, class->count);
			html_raw(html, " times undeclared, ");
			html_count(html, class->partners);
			html_raw(html, class->partners == 1 ? " place" : " places");
		} else {
			html_raw(html, "only where it is allowed");
		}
		if (class->exchanges > 0) {
			html_raw(html, "; in ");
			html_count(html, class->exchanges);
			html_raw(html, " exchanges");
		}
		html_raw(html, "</p></li>");
	}
	html_raw(html, "</ul>");
}

void page_data(struct html *html, const struct report *report)
{
	const void **classes = page_sorted(&report->classes, worst_class);

	html_raw(
		html,
		"<section id=data><h2>Sensitive data</h2><p class=note>How often each class of data was seen "
		"where the contract declares none, by partner and API. "
		"<q>Allowed</q>: seen, and agreed on. Values are never kept.</p>");
	if (classes == NULL) {
		html_raw(html, "<p class=good>No class of sensitive data was seen.</p></section>");
		return;
	}
	write_board(html, report, classes);
	write_classes(html, report, classes);
	html_raw(html, "</section>");
	free(classes);
}
