#include "sensor/report/page.h"

#include <inttypes.h>
#include <stdlib.h>

#include "parsers/base/limits.h"
#include "sensor/report/page_assets.h"

#define ROWS_AT_ONCE 20 /* laid out; page.js has the same number */

const void **page_sorted(const struct map *map, page_compare *compare)
{
	const void **list = map->count == 0 ? NULL : calloc(map->count, sizeof(void *));
	size_t count = 0;

	for (const void *value = map_oldest(map); list != NULL && value != NULL; value = map_newer(value))
		list[count++] = value;
	if (list != NULL)
		qsort(list, count, sizeof(void *), compare);
	return list;
}

void page_table(struct html *html, const char *name, const char *search, const char *head)
{
	html_format(html,
		    "<div class=table id=%s><div class=tools><label>Search <input type=search "
		    "placeholder=\"%s\"></label>",
		    name, search);
	html_format(html, "%s", head);
}

void page_filter(struct html *html, const char *label, unsigned column, const char *const *values,
		 size_t count)
{
	html_format(html, "<label>%s <select data-col=%u><option value=\"\">all</option>", label, column);
	for (size_t i = 0; i < count; i++)
		html_format(html, "<option>%s</option>", values[i]);
	html_raw(html, "</select></label>");
}

void page_row(struct page_rows *rows)
{
	if (rows->count == ROWS_AT_ONCE)
		html_raw(rows->html, "</tbody></table></div><template><table><tbody>");
	rows->count++;
	html_raw(rows->html, "<tr>");
}

void page_rows_end(struct page_rows *rows, size_t total)
{
	struct html *html = rows->html;

	html_raw(html, rows->count > ROWS_AT_ONCE ? "</tbody></table></template>" : "</tbody></table></div>");
	html_raw(html, "<p class=pager>");
	if (rows->count > ROWS_AT_ONCE) {
		html_format(html, "The first %d of ", ROWS_AT_ONCE);
		html_count(html, rows->count);
		html_raw(html, " rows.");
	}
	html_raw(html, "</p>");
	if (rows->count < total) {
		html_raw(html, "<p class=note>");
		html_count(html, total - rows->count);
		html_raw(html, " more are not listed here, only counted: the table holds the worst ");
		html_count(html, rows->count);
		html_raw(html, ".</p>");
	}
	html_raw(html, "</div>");
}

struct bytes page_partner_name(const struct report *report, struct bytes id)
{
	const struct report_partner *partner = report_partner_of(report, id);

	if (id.len == 0)
		return BYTES("unidentified");
	return partner == NULL || partner->name.len == 0 ? id : partner->name;
}

/* Leads to the partner's own page. The id stands in the address as it is: html_text made it safe. */
void page_partner_cell(struct html *html, const struct report *report, struct bytes id)
{
	html_raw(html, "<td data-v=\"|");
	html_text(html, id.len > 0 ? id : BYTES("unidentified"));
	html_raw(html, "|\"><a href=\"#partner=");
	html_text(html, id.len > 0 ? id : BYTES("unidentified"));
	html_raw(html, "\">");
	html_text(html, page_partner_name(report, id));
	html_raw(html, "</a></td>");
}

void page_trend(struct html *html, const struct trend_axis *axis, const struct trend *trend, const char *what)
{
	size_t slots = axis->width_ms == 0 ? 0 : (size_t)(axis->last - axis->first + 1);
	uint64_t most = 0;

	for (size_t i = 0; i < slots; i++)
		most = trend->slots[i] > most ? trend->slots[i] : most;
	html_format(html,
		    "<svg class=trend viewBox=\"0 0 %d 24\" preserveAspectRatio=none role=img "
		    "aria-label=\"%s over time, at most %" PRIu64
		    " a step\"><path class=axis d=\"M0 23.5H%d\"/>",
		    TREND_SLOTS * 4, what, most, TREND_SLOTS * 4);
	for (size_t i = 0; i < slots; i++) {
		double high = most == 0 ? 0 : 22.0 * (double)trend->slots[i] / (double)most;
		double wide = TREND_SLOTS * 4.0 / (double)slots;

		if (trend->slots[i] > 0)
			html_format(html, "<rect x=%.1f y=%.1f width=%.1f height=%.1f />",
				    wide * (double)i + 0.5, 23 - (high < 1.5 ? 1.5 : high),
				    wide > 12 ? 11 : wide - 0.8, high < 1.5 ? 1.5 : high);
	}
	html_raw(html, "</svg>");
}

static void write_head(struct html *html)
{
	html_raw(html, "<!doctype html>\n<html lang=en><head><meta charset=utf-8>"
		       "<meta name=viewport content=\"width=device-width, initial-scale=1\">"
		       "<meta name=color-scheme content=\"light dark\">");
	html_format(html,
		    "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src '%s'; "
		    "script-src '%s'\">",
		    page_style_hash, page_script_hash);
	html_raw(html, "<title>specular report</title><style>");
	html_raw(html, page_style);
	html_raw(html, "</style></head><body>");
}

static void write_title(struct html *html, const struct report *report)
{
	html_raw(html, "<header><div><h1>");
	if (report->only.len > 0) {
		html_raw(html, "Report for ");
		html_text(html, page_partner_name(report, report->only));
	} else {
		html_raw(html, "What the APIs say, and to whom");
	}
	html_raw(html, "</h1><p>");
	html_time(html, report->first_ms);
	html_raw(html, " to ");
	html_time(html, report->last_ms);
	html_raw(html, " UTC, from ");
	html_count(html, report->counts.lines);
	html_raw(html, " records</p></div><nav><a href=#data>Sensitive data</a><a href=#findings>Findings</a>"
		       "<a href=#inventory>Inventory</a><a href=#partners>Partners</a>"
		       "<a href=#coverage>Coverage</a></nav></header><main>");
}

void page_write(const struct report *report, FILE *file)
{
	struct html html = {.file = file};

	write_head(&html);
	write_title(&html, report);
	page_glance(&html, report);
	page_data(&html, report);
	page_findings(&html, report);
	page_inventory(&html, report);
	page_partners(&html, report);
	page_coverage(&html, report);
	html_raw(&html, "</main><script>");
	html_raw(&html, page_script);
	html_raw(&html, "</script></body></html>\n");
}
