/* What could not be seen, and why: of each partner's traffic, and of the sensors themselves. */
#include <inttypes.h>
#include <stdlib.h>

#include "parsers/base/limits.h"
#include "sensor/report/page.h"

static const char *const REASONS[EXCHANGE_OUTCOME_COUNT] = {
	[EXCHANGE_NO_RESPONSE] = "no response seen",
	[EXCHANGE_NO_REQUEST] = "no request seen",
	[EXCHANGE_REQUEST_CUT] = "request cut off",
	[EXCHANGE_RESPONSE_CUT] = "response cut off",
	[EXCHANGE_GAP_REQUEST] = "bytes of the request missing",
	[EXCHANGE_GAP_RESPONSE] = "bytes of the response missing",
	[EXCHANGE_GAP_PAIRING] = "lost which response belongs to it",
	[EXCHANGE_MALFORMED] = "malformed",
	[EXCHANGE_OVERFLOW] = "past a ceiling",
	[EXCHANGE_UNKNOWN_HEAD] = "header not readable",
};

/* Counters that mean something was not seen, and what it was. */
static const struct {
	const char *name, *words;
} BLIND[] = {
	{"capture.kernel_drops", "packets that the kernel dropped"},
	{"capture.interface_drops", "packets that the interface dropped"},
	{"capture.ring_drops", "packets dropped because the sensor was too slow"},
	{"capture.cut", "packets cut short by the mirror"},
	{"capture.drop.malformed", "packets that cannot be read"},
	{"capture.drop.link_type", "packets of a link type that is not known"},
	{"capture.drop.truncated", "packets too short for their headers"},
	{"capture.drop.checksum", "packets with a wrong checksum"},
	{"capture.drop.tunnel_depth", "packets in too many tunnels"},
	{"tcp.gap_bytes", "bytes missing inside connections"},
	{"tcp.one_sided", "connections of which one direction is mirrored"},
	{"tcp.mid_stream", "connections joined midway"},
	{"tcp.evicted", "connections given up at a memory ceiling"},
	{"sessions.tls", "encrypted connections"},
	{"sessions.opaque", "connections of unknown protocol"},
	{"http2.undecoded", "HTTP/2 header blocks that cannot be decoded"},
	{"findings.left_out", "findings past the ceiling of one exchange"},
	{"records.lost", "records lost for want of memory"},
};

static uint64_t all_of(const struct report_partner *partner)
{
	uint64_t all = partner->complete + partner->opaque;

	for (size_t i = 0; i < EXCHANGE_OUTCOME_COUNT; i++)
		all += partner->partial[i];
	return all;
}

static int least_seen(const void *left, const void *right)
{
	const struct report_partner *a = *(const struct report_partner *const *)left;
	const struct report_partner *b = *(const struct report_partner *const *)right;
	uint64_t missing_a = all_of(a) - a->complete, missing_b = all_of(b) - b->complete;

	if (missing_a != missing_b)
		return missing_a < missing_b ? 1 : -1;
	return bytes_compare(a->id, b->id);
}

static void write_bar(struct html *html, uint64_t complete, uint64_t opaque, uint64_t all)
{
	double scale = all == 0 ? 0 : 200.0 / (double)all;
	double judged = scale * (double)complete, unread = scale * (double)opaque;

	html_raw(html, "<svg class=share viewBox=\"0 0 200 10\" preserveAspectRatio=none aria-hidden=true>"
		       "<rect class=part width=200 height=10 />");
	html_format(html, "<rect class=seen width=%.1f height=10 />", judged);
	html_format(html, "<rect class=opaque x=%.1f width=%.1f height=10 /></svg>", 200 - unread, unread);
}

static void write_partner(struct page_rows *rows, const struct report *report,
			  const struct report_partner *partner)
{
	struct html *html = rows->html;
	uint64_t all = all_of(partner);
	const char *between = "";

	page_row(rows);
	page_partner_cell(html, report, partner->id);
	html_format(html, "<td class=n data-n=%.5f>",
		    all == 0 ? 0.0 : (double)partner->complete / (double)all);
	html_share(html, partner->complete, all);
	html_raw(html, "</td><td>");
	write_bar(html, partner->complete, partner->opaque, all);
	html_raw(html, "</td>");
	html_cell_count(html, partner->complete);
	html_cell_count(html, all - partner->complete - partner->opaque);
	html_cell_count(html, partner->opaque);
	html_raw(html, "<td>");
	for (size_t i = EXCHANGE_COMPLETE + 1; i < EXCHANGE_OUTCOME_COUNT; i++)
		if (partner->partial[i] > 0) {
			html_format(html, "%s%s: ", between, REASONS[i]);
			html_count(html, partner->partial[i]);
			between = "; ";
		}
	html_raw(html, "</td></tr>");
}

static void write_partners(struct html *html, const struct report *report)
{
	const void **list = page_sorted(&report->partners, least_seen);
	struct page_rows rows = {.html = html};
	size_t count = 0;

	page_table(html, "coverage-table", "partner, reason",
		   "</div><div class=scroll><table><thead><tr><th>Partner</th><th>Judged</th><th>Share</th>"
		   "<th>Complete</th><th>In part</th><th>Not readable</th><th>Why in part</th></tr></thead>"
		   "<tbody>");
	for (size_t i = 0; list != NULL && i < report->partners.count; i++) {
		const struct report_partner *partner = list[i];

		count += partner->has_coverage;
		if (partner->has_coverage && count <= LIMIT_REPORT_ROWS)
			write_partner(&rows, report, partner);
	}
	page_rows_end(&rows, count);
	free(list);
}

static void write_notices(struct html *html, const struct report *report)
{
	if (report->notices.count == 0)
		return;
	html_raw(html, "<h3>What the sensors say of themselves</h3><ul class=notices>");
	for (const struct report_notice *notice = map_oldest(&report->notices); notice != NULL;
	     notice = map_newer(notice)) {
		html_raw(html, "<li>");
		html_severity(html, notice->severity);
		html_raw(html, " <b>");
		html_text(html, notice->sensor);
		html_raw(html, "</b> ");
		html_text(html, notice->message);
		html_raw(html, " <code>");
		html_text(html, notice->id);
		html_raw(html, "</code> <small>");
		html_time(html, notice->time_ms);
		html_raw(html, "</small></li>");
	}
	html_raw(html, "</ul>");
}

static void write_counters(struct html *html, const struct report *report)
{
	bool has_any = false;

	html_raw(html, "<h3>What the sensors did not see</h3><ul class=notices>");
	for (size_t i = 0; i < sizeof(BLIND) / sizeof(BLIND[0]); i++) {
		uint64_t sum = 0;

		for (const struct report_counter *counter = map_oldest(&report->counters); counter != NULL;
		     counter = map_newer(counter))
			if (bytes_equal(counter->name, bytes_of(BLIND[i].name)))
				sum += counter->value;
		if (sum == 0)
			continue;
		has_any = true;
		html_raw(html, "<li><b>");
		html_count(html, sum);
		html_format(html, "</b> %s <code>%s</code></li>", BLIND[i].words, BLIND[i].name);
	}
	if (!has_any)
		html_raw(html,
			 "<li class=good>Nothing was dropped, cut or encrypted, as far as they count.</li>");
	html_raw(html, "</ul>");
}

static void write_read(struct html *html, const struct report_counts *counts)
{
	const struct {
		uint64_t count;
		const char *words;
	} kinds[] = {{counts->findings, "findings"},
		     {counts->exchanges, "exchanges"},
		     {counts->usage, "usage windows"},
		     {counts->inventory, "endpoints"},
		     {counts->health, "health"},
		     {counts->repeated, "records given twice, by their uid, and counted once"},
		     {counts->unknown, "lines that are no record"},
		     {counts->left_out, "records or texts past a ceiling of this report, left out"}};

	html_raw(html, "<h3>What this report was made of</h3><ul class=notices>");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		html_raw(html, "<li><b>");
		html_count(html, kinds[i].count);
		html_format(html, "</b> %s</li>", kinds[i].words);
	}
	html_raw(html, "</ul>");
}

void page_coverage(struct html *html, const struct report *report)
{
	html_raw(html,
		 "<section id=coverage><h2>Coverage</h2><p class=note>What could be judged, and what could "
		 "not be "
		 "seen and why. Where nothing was seen, no finding does not mean that all is well.</p>");
	if (report->counts.health == 0)
		html_raw(html, "<p class=warn>No health records were given, so what was missed is not known "
			       "(run specular with --health).</p>");
	else
		write_partners(html, report);
	if (report->counts.health > 0 && report->only.len == 0) {
		write_notices(html, report);
		write_counters(html, report);
	}
	write_read(html, &report->counts);
	html_raw(html, "</section>");
}
