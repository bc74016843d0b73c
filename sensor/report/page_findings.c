/* Open findings, the worst first. */
#include <stdlib.h>

#include "parsers/base/limits.h"
#include "sensor/report/page.h"

static int worst(const void *left, const void *right)
{
	const struct report_finding *a = *(const struct report_finding *const *)left;
	const struct report_finding *b = *(const struct report_finding *const *)right;

	if (a->is_closed != b->is_closed)
		return a->is_closed ? 1 : -1;
	if (a->severity != b->severity)
		return a->severity < b->severity ? 1 : -1;
	if (a->risk < b->risk || a->risk > b->risk)
		return a->risk < b->risk ? 1 : -1;
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	if (a->last_ms != b->last_ms)
		return a->last_ms < b->last_ms ? 1 : -1;
	return bytes_compare(map_key(a), map_key(b));
}

static void write_where(struct html *html, const struct report_finding *finding)
{
	html_raw(html, "<td class=where>");
	html_text(html, finding->in);
	if (finding->name.len > 0) {
		html_raw(html, " <code>");
		html_text(html, finding->name);
		html_raw(html, "</code>");
	}
	if (finding->pointer.len > 0) {
		html_raw(html, " <code>");
		html_text(html, finding->pointer);
		html_raw(html, "</code>");
	}
	if (finding->expected.len > 0) {
		html_raw(html, "<br><small>expected: ");
		html_text(html, finding->expected);
		html_raw(html, "</small>");
	}
	if (finding->observed.len > 0) {
		html_raw(html, "<br><small>seen: ");
		html_text(html, finding->observed);
		html_raw(html, "</small>");
	}
	html_raw(html, "</td>");
}

static void write_finding(struct page_rows *rows, const struct report *report,
			  const struct report_finding *finding)
{
	struct html *html = rows->html;

	page_row(rows);
	html_format(html, "<td data-n=%u data-v=\"|%s|\">", finding->severity,
		    html_severity_name(finding->severity));
	html_severity(html, finding->severity);
	html_raw(html, "</td><td class=what><b>");
	html_text(html, finding->title);
	html_raw(html, "</b><br><code>");
	html_text(html, finding->id);
	html_raw(html, "</code> <small>");
	html_text(html, finding->owasp);
	html_raw(html, "</small></td>");
	page_partner_cell(html, report, finding->partner);
	html_raw(html, "<td><b>");
	html_text(html, finding->operation);
	html_raw(html, "</b><br><small>");
	html_text(html, finding->api);
	html_raw(html, finding->api.len > 0 && finding->host.len > 0 ? " at " : "");
	html_text(html, finding->host);
	html_raw(html, "<br>owner: ");
	html_text(html, finding->owner.len > 0 ? finding->owner : BYTES("nobody"));
	html_raw(html, "</small></td>");
	write_where(html, finding);
	html_cell_count(html, finding->count);
	if (finding->risk >= 0)
		html_format(html, "<td class=n data-n=%.3f>%.1f</td>", finding->risk, finding->risk);
	else
		html_raw(html, "<td class=\"n none\" data-n=-1>&ndash;</td>");
	html_cell_time(html, finding->first_ms);
	html_cell_time(html, finding->last_ms);
	html_raw(html, "</tr>");
}

void page_findings(struct html *html, const struct report *report)
{
	static const char *const severities[] = {"Critical", "High", "Medium", "Low", "Informational"};
	const void **list = page_sorted(&report->findings, worst);
	struct page_rows rows = {.html = html};
	size_t open = 0;

	while (list != NULL && open < report->findings.count &&
	       !((const struct report_finding *)list[open])->is_closed)
		open++;
	html_raw(html, "<section id=findings><h2>Open findings</h2><p class=note>");
	html_count(html, open);
	html_raw(html, " open, ");
	html_count(html, report->findings.count - open);
	html_raw(html, " closed; each is told once and counted. Worst severity first, then risk of the "
		       "endpoint.</p>");
	page_table(html, "findings-table", "id, partner, operation, pointer, owner", "");
	page_filter(html, "Severity", 0, severities, sizeof(severities) / sizeof(severities[0]));
	html_raw(html,
		 "</div><div class=scroll><table><thead><tr><th>Severity</th><th>Finding</th><th>Partner</th>"
		 "<th>Operation</th><th>Where</th><th>Times</th><th>Risk</th><th>First seen</th>"
		 "<th>Last seen</th></tr></thead><tbody>");
	for (size_t i = 0; i < open && i < LIMIT_REPORT_ROWS; i++)
		write_finding(&rows, report, list[i]);
	page_rows_end(&rows, open);
	html_raw(html, "</section>");
	free(list);
}
