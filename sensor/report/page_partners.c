/* Each partner: what it uses, how well it is served, what is wrong; a page for each. */
#include <inttypes.h>
#include <stdlib.h>

#include "parsers/base/limits.h"
#include "sensor/report/page.h"

static int worst(const void *left, const void *right)
{
	const struct report_partner *a = *(const struct report_partner *const *)left;
	const struct report_partner *b = *(const struct report_partner *const *)right;

	for (size_t i = REPORT_SEVERITIES; i-- > 0;)
		if (a->findings[i] != b->findings[i])
			return a->findings[i] < b->findings[i] ? 1 : -1;
	if (a->usage.calls != b->usage.calls)
		return a->usage.calls < b->usage.calls ? 1 : -1;
	return bytes_compare(a->id, b->id);
}

static int by_partner(const void *left, const void *right)
{
	const struct report_usage *a = *(const struct report_usage *const *)left;
	const struct report_usage *b = *(const struct report_usage *const *)right;
	int order = bytes_compare(a->partner, b->partner);

	if (order == 0 && a->calls != b->calls)
		order = a->calls < b->calls ? 1 : -1;
	if (order == 0)
		order = bytes_compare(a->api, b->api);
	return order != 0 ? order : bytes_compare(a->operation, b->operation);
}

/* Calls, answered, errors, p95, over limit: the columns that partners and operations share. */
#define SERVICE_HEAD                                                                                         \
	"<th>Calls</th><th>Answered</th><th>Refused (4xx)</th><th>Failed (5xx)</th><th>p95, typical</th>"    \
	"<th>p95, worst</th><th>Over limit</th>"

static void cell_share(struct html *html, uint64_t part, uint64_t whole)
{
	html_format(html, "<td class=n data-n=%.6f>", whole == 0 ? 0.0 : (double)part / (double)whole);
	html_share(html, part, whole);
	html_raw(html, "</td>");
}

static void cell_latency(struct html *html, double latency_ms, bool is_known)
{
	if (is_known)
		html_format(html, "<td class=n data-n=%.1f>%.0f ms</td>", latency_ms, latency_ms);
	else
		html_raw(html, "<td class=\"n none\" data-n=-1>&ndash;</td>");
}

static void write_service(struct html *html, const struct report_usage *usage)
{
	bool has_latency = usage->latency_calls > 0;

	html_cell_count(html, usage->calls);
	cell_share(html,
		   usage->calls - (usage->by_status[0] < usage->calls ? usage->by_status[0] : usage->calls),
		   usage->calls);
	cell_share(html, usage->by_status[4], usage->calls);
	cell_share(html, usage->by_status[5], usage->calls);
	cell_latency(html, has_latency ? usage->latency_ms / usage->latency_calls : 0, has_latency);
	cell_latency(html, usage->latency_worst_ms, has_latency);
	html_cell_count(html, usage->over_limit);
}

static void write_findings(struct html *html, const struct report_partner *partner)
{
	uint64_t weight = 0;

	for (size_t i = REPORT_SEVERITIES; i-- > 0;)
		weight = weight * 1000 + (partner->findings[i] < 999 ? partner->findings[i] : 999);
	html_format(html, "<td class=many data-n=%" PRIu64 ">", weight);
	for (size_t i = REPORT_SEVERITIES; i-- > 0;)
		if (partner->findings[i] > 0) {
			html_format(html, "<span class=\"sev s%zu\" title=\"%s\">", i,
				    html_severity_name((unsigned)i));
			html_count(html, partner->findings[i]);
			html_format(html, " %s</span> ", html_severity_name((unsigned)i));
		}
	if (weight == 0)
		html_raw(html, "none");
	html_raw(html, "</td>");
}

static void write_partner(struct page_rows *rows, const struct report *report,
			  const struct report_partner *partner)
{
	struct html *html = rows->html;

	page_row(rows);
	page_partner_cell(html, report, partner->id);
	html_cell_or(html, partner->tier, "none");
	write_findings(html, partner);
	html_cell_count(html, partner->leaks);
	write_service(html, &partner->usage);
	html_raw(html, "<td>");
	page_trend(html, &report->axis, &partner->calls, "calls");
	html_raw(html, "</td></tr>");
}

static void write_operations(struct html *html, const void **usage, size_t count)
{
	html_raw(html, "<div class=scroll><table><thead><tr><th>Operation</th><th>API</th>" SERVICE_HEAD
		       "<th>Billable</th><th>In</th><th>Out</th></tr></thead><tbody>");
	for (size_t i = 0; i < count; i++) {
		const struct report_usage *one = usage[i];

		html_raw(html, "<tr>");
		html_cell_or(html, one->operation, "not in a contract");
		html_cell_or(html, one->api, "none");
		write_service(html, one);
		html_cell_count(html, one->billable);
		html_raw(html, "<td class=n>");
		html_size(html, one->bytes_in);
		html_raw(html, "</td><td class=n>");
		html_size(html, one->bytes_out);
		html_raw(html, "</td></tr>");
	}
	html_raw(html, "</tbody></table></div>");
}

static void fact(struct html *html, const char *words, uint64_t count)
{
	html_format(html, "<div><dt>%s</dt><dd>", words);
	html_count(html, count);
	html_raw(html, "</dd></div>");
}

static void fact_share(struct html *html, const char *words, uint64_t part, uint64_t whole)
{
	html_format(html, "<div><dt>%s</dt><dd>", words);
	html_share(html, part, whole);
	html_raw(html, "</dd></div>");
}

/* What was seen beside what was agreed. */
static void fact_level(struct html *html, const char *words, double seen, double agreed, const char *unit,
		       bool is_kept)
{
	int digits = unit[0] == '%' ? 2 : 0;

	html_format(html, "<div%s><dt>%s</dt><dd>%.*f %s", agreed > 0 && !is_kept ? " class=missed" : "",
		    words, digits, seen, unit);
	if (agreed > 0)
		html_format(html, " <small>agreed %.*f %s%s</small>", digits, agreed, unit,
			    is_kept ? "" : ", not kept");
	html_raw(html, "</dd></div>");
}

static void write_levels(struct html *html, const struct report_usage *all)
{
	double calls = all->calls == 0 ? 1 : (double)all->calls;
	double failed = (double)all->by_status[5] / calls;
	double served = 1 - (double)(all->by_status[0] + all->by_status[5]) / calls;
	double p95 = all->latency_calls > 0 ? all->latency_ms / all->latency_calls : 0;

	if (all->calls == 0)
		return;
	served = served < 0 ? 0 : served;
	fact_level(html, "available (no 5xx, answered)", 100 * served, 100 * all->slo_availability, "%",
		   served >= all->slo_availability);
	fact_level(html, "failed (5xx)", 100 * failed, 100 * all->slo_error_rate, "%",
		   failed <= all->slo_error_rate);
	if (all->latency_calls > 0)
		fact_level(html, "p95, typical window", p95, all->slo_latency_ms, "ms",
			   p95 <= all->slo_latency_ms);
}

static void write_page(struct html *html, const struct report *report, const struct report_partner *partner,
		       const void **usage, size_t count)
{
	const struct report_usage *all = &partner->usage;

	html_raw(html, "<article class=partner data-id=\"");
	html_text(html, partner->id.len > 0 ? partner->id : BYTES("unidentified"));
	html_raw(html, "\"><h3>");
	html_text(html, page_partner_name(report, partner->id));
	html_raw(html, " <small>");
	html_text(html, partner->id);
	html_raw(html, partner->tier.len > 0 ? ", tier " : "");
	html_text(html, partner->tier);
	html_raw(html, "</small></h3><dl class=facts>");
	fact(html, "calls", all->calls);
	fact_share(html, "answered",
		   all->calls - (all->by_status[0] < all->calls ? all->by_status[0] : all->calls),
		   all->calls);
	fact_share(html, "refused (4xx)", all->by_status[4], all->calls);
	write_levels(html, all);
	fact(html, "calls over the agreed limit", all->over_limit);
	fact(html, "billable calls", all->billable);
	fact(html, "findings of sensitive data", partner->leaks);
	html_raw(html, "</dl><p class=findings>Open findings: ");
	for (size_t i = REPORT_SEVERITIES; i-- > 0;)
		if (partner->findings[i] > 0) {
			html_format(html, "<span class=\"sev s%zu\">", i);
			html_count(html, partner->findings[i]);
			html_format(html, " %s</span> ", html_severity_name((unsigned)i));
		}
	html_raw(html, "</p>");
	page_trend(html, &report->axis, &partner->calls, "calls");
	if (count > 0)
		write_operations(html, usage, count);
	else
		html_raw(html, "<p class=warn>No usage records were given for this partner.</p>");
	html_raw(html, "</article>");
}

/* Usage lines are sorted by partner: this one's are a run of them. */
static void write_pages(struct html *html, const struct report *report, const void **partners)
{
	const void **usage = page_sorted(&report->usage, by_partner);
	size_t usage_count = usage == NULL ? 0 : report->usage.count, rows = 0;

	if (report->only.len == 0)
		html_raw(html, "<div id=partner-view tabindex=-1></div><template id=partner-pages>");
	for (size_t i = 0; i < report->partners.count && rows < LIMIT_REPORT_ROWS; i++) {
		const struct report_partner *partner = partners[i];
		size_t low = 0, high = usage_count, count = 0;

		while (low < high) {
			size_t middle = low + (high - low) / 2;
			const struct report_usage *one = usage[middle];

			if (bytes_compare(one->partner, partner->id) < 0)
				low = middle + 1;
			else
				high = middle;
		}
		while (low + count < usage_count &&
		       bytes_equal(((const struct report_usage *)usage[low + count])->partner, partner->id))
			count++;
		write_page(html, report, partner, count == 0 ? NULL : &usage[low], count);
		rows += count;
	}
	if (report->only.len == 0)
		html_raw(html, "</template>");
	free(usage);
}

void page_partners(struct html *html, const struct report *report)
{
	const void **list = page_sorted(&report->partners, worst);
	struct page_rows rows = {.html = html};

	html_raw(html, "<section id=partners><h2>Partners</h2>");
	if (list == NULL) {
		html_raw(html, "<p class=warn>No partner was seen.</p></section>");
		return;
	}
	if (report->only.len == 0) {
		html_raw(html,
			 "<p class=note>A partner's name opens its page: usage, limits, service levels.</p>");
		page_table(html, "partner-table", "name, tier",
			   "</div><div class=scroll><table><thead><tr><th>Partner</th><th>Tier</th>"
			   "<th>Open findings</th><th>Data leaks</th>" SERVICE_HEAD
			   "<th>Calls over time</th></tr></thead><tbody>");
		for (size_t i = 0; i < report->partners.count && i < LIMIT_REPORT_ROWS; i++)
			write_partner(&rows, report, list[i]);
		page_rows_end(&rows, report->partners.count);
	}
	write_pages(html, report, list);
	html_raw(html, "</section>");
	free(list);
}
