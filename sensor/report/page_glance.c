/* What one has to see first: how bad it is, and which partner leaks what. */
#include <inttypes.h>
#include <stdlib.h>

#include "sensor/report/page.h"

#define LEAKS_SHOWN 12

struct glance {
	uint64_t findings[REPORT_SEVERITIES], partners, bad_partners, leaking_partners;
	uint64_t endpoints, external, shadow, zombie;
	uint64_t complete, all;
};

static void look(const struct report *report, struct glance *glance)
{
	for (const struct report_partner *p = map_oldest(&report->partners); p != NULL; p = map_newer(p)) {
		for (size_t i = 0; i < REPORT_SEVERITIES; i++)
			glance->findings[i] += p->findings[i];
		glance->partners += p->id.len > 0;
		glance->bad_partners += p->findings[4] + p->findings[5] > 0;
		glance->leaking_partners += p->leaks > 0;
		glance->complete += p->complete;
		glance->all += p->complete + p->opaque;
		for (size_t i = 0; i < EXCHANGE_OUTCOME_COUNT; i++)
			glance->all += p->partial[i];
	}
	for (const struct report_endpoint *e = map_oldest(&report->endpoints); e != NULL; e = map_newer(e)) {
		glance->endpoints++;
		glance->external += bytes_equal(e->exposure, BYTES("external"));
		glance->shadow += !e->is_documented;
		glance->zombie += e->is_documented && e->is_deprecated;
	}
}

static void tile(struct html *html, const char *link, const char *kind, uint64_t count, const char *words)
{
	html_format(html, "<a class=\"tile %s\" href=\"#%s\"><b>", count > 0 ? kind : "", link);
	html_count(html, count);
	html_format(html, "</b><span>%s</span></a>", words);
}

static void tiles(struct html *html, const struct glance *glance)
{
	html_raw(html, "<div class=tiles>");
	tile(html, "findings", "s5", glance->findings[5], "critical findings open");
	tile(html, "findings", "s4", glance->findings[4], "high findings open");
	tile(html, "data", "s4", glance->leaking_partners, "partners whose traffic leaks data");
	tile(html, "inventory", "", glance->endpoints, "endpoints seen");
	tile(html, "inventory", "s4", glance->shadow, "in no contract (shadow)");
	tile(html, "inventory", "s3", glance->zombie, "deprecated, still called (zombie)");
	html_raw(html, "<a class=tile href=#coverage><b>");
	html_share(html, glance->complete, glance->all);
	html_raw(html, "</b><span>of the traffic could be judged</span></a></div>");
}

static int worst_leak(const void *left, const void *right)
{
	const struct report_leak *a = *(const struct report_leak *const *)left;
	const struct report_leak *b = *(const struct report_leak *const *)right;
	int order;

	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	order = bytes_compare(a->partner, b->partner);
	if (order == 0)
		order = bytes_compare(a->api, b->api);
	return order != 0 ? order : bytes_compare(a->class, b->class);
}

static void leak_line(struct html *html, const struct report *report, const struct report_leak *leak,
		      uint64_t most)
{
	html_raw(html, "<li><span class=who><a href=\"#partner=");
	html_text(html, leak->partner.len > 0 ? leak->partner : BYTES("unidentified"));
	html_raw(html, "\">");
	html_text(html, page_partner_name(report, leak->partner));
	html_raw(html, "</a></span><span class=what><code>");
	html_text(html, leak->class);
	html_format(html, "</code> %s</span><span class=where>",
		    leak->returned > 0 && leak->sent > 0 ? "returned and sent"
		    : leak->returned > 0                 ? "returned"
							 : "sent");
	html_text(html, leak->operation);
	if (leak->api.len > 0) {
		html_raw(html, " <i>of</i> ");
		html_text(html, leak->api);
	}
	html_raw(html, "</span>");
	html_format(html,
		    "<svg class=\"bar s%u\" viewBox=\"0 0 100 10\" preserveAspectRatio=none aria-hidden=true>"
		    "<rect width=%.1f height=10 /></svg><span class=many>",
		    leak->severity, most == 0 ? 0 : 2 + 98.0 * (double)leak->count / (double)most);
	html_count(html, leak->count);
	html_raw(html, " &times;</span>");
	html_severity(html, leak->severity);
	html_raw(html, "</li>");
}

static void leaks(struct html *html, const struct report *report)
{
	const void **list = page_sorted(&report->leaks, worst_leak);
	size_t shown = 0, all = 0;
	uint64_t most = 0;

	for (size_t i = 0; list != NULL && i < report->leaks.count; i++) {
		const struct report_leak *leak = list[i];

		all += leak->findings > 0;
		if (leak->findings > 0 && i < LEAKS_SHOWN && leak->count > most)
			most = leak->count;
	}
	html_raw(html, "<section class=leaks><h2>Who leaks what</h2>");
	if (all == 0)
		html_raw(html, "<p class=good>No finding of sensitive data is open.</p>");
	html_raw(html, "<ol>");
	for (size_t i = 0; list != NULL && i < report->leaks.count && shown < LEAKS_SHOWN; i++) {
		const struct report_leak *leak = list[i];

		if (leak->findings == 0)
			continue;
		shown++;
		leak_line(html, report, leak, most);
	}
	html_raw(html, "</ol>");
	if (all > shown) {
		html_raw(html, "<p><a href=#data>");
		html_count(html, all - shown);
		html_raw(html, " more in the table of sensitive data</a></p>");
	}
	html_raw(html, "</section>");
	free(list);
}

void page_glance(struct html *html, const struct report *report)
{
	struct glance glance = {0};

	look(report, &glance);
	html_raw(html, "<p class=verdict>");
	html_count(html, glance.bad_partners);
	html_raw(html, " of ");
	html_count(html, report->partners.count);
	html_raw(html, " partners have open findings that are critical or high; ");
	html_count(html, glance.leaking_partners);
	html_raw(html, " exchange sensitive data that no contract declares.</p>");
	tiles(html, &glance);
	leaks(html, report);
}
