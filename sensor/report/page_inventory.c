/* Endpoints: a picture of who can reach what, and the list. */
#include <inttypes.h>
#include <stdlib.h>

#include "parsers/base/limits.h"
#include "sensor/report/page.h"

#define MARKS_MAX    600 /* in the whole picture; one mark stands for several endpoints past it */
#define MARKS_A_ROW  20
#define HOSTS_A_LANE 12

enum kind { KIND_SHADOW, KIND_ZOMBIE, KIND_DOCUMENTED, KIND_COUNT };

static const char *const KINDS[KIND_COUNT] = {"shadow", "zombie", "documented"};

struct host {
	struct bytes name, exposure;
	uint64_t kinds[KIND_COUNT], all;
};

static enum kind kind_of(const struct report_endpoint *endpoint)
{
	if (!endpoint->is_documented)
		return KIND_SHADOW;
	return endpoint->is_deprecated ? KIND_ZOMBIE : KIND_DOCUMENTED;
}

static int by_host(const void *left, const void *right)
{
	const struct report_endpoint *a = *(const struct report_endpoint *const *)left;
	const struct report_endpoint *b = *(const struct report_endpoint *const *)right;
	int order = bytes_compare(a->exposure, b->exposure);

	return order != 0 ? order : bytes_compare(a->host, b->host);
}

/* The list: what nobody agreed on, in the open, first. */
static int worst(const void *left, const void *right)
{
	const struct report_endpoint *a = *(const struct report_endpoint *const *)left;
	const struct report_endpoint *b = *(const struct report_endpoint *const *)right;
	int order;

	if (a->risk < b->risk || a->risk > b->risk)
		return a->risk < b->risk ? 1 : -1;
	if (kind_of(a) != kind_of(b))
		return kind_of(a) < kind_of(b) ? -1 : 1;
	order = bytes_compare(a->exposure, b->exposure);
	if (order == 0 && a->calls != b->calls)
		return a->calls < b->calls ? 1 : -1;
	return order != 0 ? order : bytes_compare(map_key(a), map_key(b));
}

static int most_shadow(const void *left, const void *right)
{
	const struct host *a = left, *b = right;

	if (a->kinds[KIND_SHADOW] != b->kinds[KIND_SHADOW])
		return a->kinds[KIND_SHADOW] < b->kinds[KIND_SHADOW] ? 1 : -1;
	if (a->all != b->all)
		return a->all < b->all ? 1 : -1;
	return bytes_compare(a->name, b->name);
}

/* Endpoints in the order by_host; hosts of all lanes, each lane's together. */
static struct host *find_hosts(const void **endpoints, size_t count, size_t *out_count)
{
	struct host *hosts = count == 0 ? NULL : calloc(count, sizeof(*hosts));

	*out_count = 0;
	for (size_t i = 0; hosts != NULL && i < count; i++) {
		const struct report_endpoint *endpoint = endpoints[i];
		struct host *host = *out_count == 0 ? NULL : &hosts[*out_count - 1];

		if (host == NULL || !bytes_equal(host->name, endpoint->host) ||
		    !bytes_equal(host->exposure, endpoint->exposure)) {
			host = &hosts[(*out_count)++];
			*host = (struct host){.name = endpoint->host, .exposure = endpoint->exposure};
		}
		host->kinds[kind_of(endpoint)]++;
		host->all++;
	}
	return hosts;
}

/* A square agreed on, a disc that nobody knows, a diamond that should be gone: told apart without colours. */
static void mark(struct html *html, enum kind kind, unsigned at)
{
	unsigned x = at % MARKS_A_ROW * 12, y = at / MARKS_A_ROW * 12;

	if (kind == KIND_DOCUMENTED)
		html_format(html, "<path class=documented d=\"M%u %uh8v8h-8z\"/>", x + 1, y + 1);
	else if (kind == KIND_ZOMBIE)
		html_format(html, "<path class=zombie d=\"M%u %ul5 5-5 5-5-5z\"/>", x + 5, y);
	else
		html_format(html, "<circle class=shadow cx=%u cy=%u r=5 />", x + 5, y + 5);
}

static void counts(struct html *html, const struct host *host)
{
	const char *between = "";

	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (host->kinds[kind] > 0) {
			html_format(html, "%s<span class=%s-text>", between, KINDS[kind]);
			html_count(html, host->kinds[kind]);
			html_format(html, " %s</span>", KINDS[kind]);
			between = ", ";
		}
}

static void write_host(struct html *html, const struct host *host, uint64_t each)
{
	unsigned marks = 0, at = 0;

	for (int kind = 0; kind < KIND_COUNT; kind++)
		marks += (unsigned)((host->kinds[kind] + each - 1) / each);
	html_raw(html, "<figure><figcaption><b>");
	html_text(html, host->name.len > 0 ? host->name : BYTES("no host"));
	html_raw(html, "</b> ");
	counts(html, host);
	html_format(html, "</figcaption><svg class=marks width=%u height=%u aria-hidden=true>",
		    (marks < MARKS_A_ROW ? marks : MARKS_A_ROW) * 12,
		    (marks + MARKS_A_ROW - 1) / MARKS_A_ROW * 12);
	for (int kind = 0; kind < KIND_COUNT; kind++)
		for (uint64_t i = 0; i < host->kinds[kind]; i += each)
			mark(html, (enum kind)kind, at++);
	html_raw(html, "</svg></figure>");
}

static void write_lane(struct html *html, struct host *hosts, size_t count, uint64_t each)
{
	struct host all = {.exposure = hosts[0].exposure}, others = {.name = BYTES("other hosts")};
	struct bytes exposure = all.exposure.len > 0 ? all.exposure : BYTES("unknown");

	qsort(hosts, count, sizeof(*hosts), most_shadow);
	for (size_t i = 0; i < count; i++)
		for (int kind = 0; kind < KIND_COUNT; kind++) {
			all.kinds[kind] += hosts[i].kinds[kind];
			all.all += hosts[i].kinds[kind];
			if (i >= HOSTS_A_LANE)
				others.kinds[kind] += hosts[i].kinds[kind];
		}
	html_raw(html, "<div class=lane><h3>");
	html_text(html, exposure);
	html_raw(html, " <small>");
	html_count(html, all.all);
	html_raw(html, " endpoints: ");
	counts(html, &all);
	html_raw(html, "</small></h3><div class=hosts>");
	for (size_t i = 0; i < count && i < HOSTS_A_LANE; i++)
		write_host(html, &hosts[i], each);
	if (count > HOSTS_A_LANE)
		write_host(html, &others, each);
	html_raw(html, "</div></div>");
}

static void write_picture(struct html *html, const struct report *report)
{
	const void **list = page_sorted(&report->endpoints, by_host);
	uint64_t each = report->endpoints.count / MARKS_MAX + 1;
	size_t count = 0, from = 0;
	struct host *hosts = find_hosts(list, list == NULL ? 0 : report->endpoints.count, &count);

	html_raw(html, "<p class=legend><svg class=marks width=12 height=12 aria-hidden=true>");
	mark(html, KIND_SHADOW, 0);
	html_raw(html, "</svg> shadow: in no contract <svg class=marks width=12 height=12 aria-hidden=true>");
	mark(html, KIND_ZOMBIE, 0);
	html_raw(html, "</svg> zombie: deprecated, still called "
		       "<svg class=marks width=12 height=12 aria-hidden=true>");
	mark(html, KIND_DOCUMENTED, 0);
	html_raw(html, "</svg> documented");
	if (each > 1)
		html_format(html, "; each mark stands for up to %" PRIu64 " endpoints", each);
	html_raw(html, "</p>");
	for (size_t to = 1; to <= count; to++)
		if (to == count || !bytes_equal(hosts[to].exposure, hosts[from].exposure)) {
			write_lane(html, &hosts[from], to - from, each);
			from = to;
		}
	free(hosts);
	free(list);
}

static void write_endpoint(struct page_rows *rows, const struct report_endpoint *endpoint)
{
	struct html *html = rows->html;
	enum kind kind = kind_of(endpoint);
	struct bytes exposure = endpoint->exposure.len > 0 ? endpoint->exposure : BYTES("unknown");

	page_row(rows);
	html_raw(html, "<td class=what><b>");
	html_text(html, endpoint->method);
	html_raw(html, "</b> ");
	html_text(html, endpoint->template);
	html_raw(html, "<br><small>");
	html_text(html, endpoint->host);
	html_raw(html, "</small></td>");
	html_cell(html, exposure);
	html_format(html, "<td><span class=%s-text>%s</span></td>", KINDS[kind], KINDS[kind]);
	html_cell_or(html, endpoint->api, "none");
	html_raw(html, "<td data-v=\"");
	html_text(html, endpoint->partner_marks);
	html_raw(html, "\">");
	html_text(html, endpoint->partners);
	html_raw(html, "</td>");
	html_cell_or(html, endpoint->auth, "not seen");
	html_cell_or(html, endpoint->classes, "none");
	html_cell_count(html, endpoint->calls);
	html_cell_count(html, endpoint->by_status[4] + endpoint->by_status[5] + endpoint->by_status[0]);
	if (endpoint->risk >= 0)
		html_format(html, "<td class=n data-n=%.3f>%.1f</td>", endpoint->risk, endpoint->risk);
	else
		html_raw(html, "<td class=\"n none\" data-n=-1>&ndash;</td>");
	html_cell_time(html, endpoint->last_ms);
	html_raw(html, "</tr>");
}

void page_inventory(struct html *html, const struct report *report)
{
	static const char *const exposures[] = {"external", "internal", "unknown"};
	const void **list = page_sorted(&report->endpoints, worst);
	struct page_rows rows = {.html = html};

	html_raw(html, "<section id=inventory><h2>Inventory</h2>");
	if (list == NULL) {
		html_raw(html, "<p class=warn>No inventory records were given.</p></section>");
		return;
	}
	write_picture(html, report);
	page_table(html, "endpoints", "path, host, API, partner, class", "");
	page_filter(html, "Exposure", 1, exposures, sizeof(exposures) / sizeof(exposures[0]));
	page_filter(html, "Standing", 2, KINDS, KIND_COUNT);
	html_raw(html, "</div><div "
		       "class=scroll><table><thead><tr><th>Endpoint</th><th>Exposure</th><th>Standing</th>"
		       "<th>API</th><th>Partners</th><th>Auth</th><th>Data classes</th><th>Calls</th>"
		       "<th>Errors</th><th>Risk</th><th>Last seen</th></tr></thead><tbody>");
	for (size_t i = 0; i < report->endpoints.count && i < LIMIT_REPORT_ROWS; i++)
		write_endpoint(&rows, list[i]);
	page_rows_end(&rows, report->endpoints.count);
	if (report->only.len > 0)
		html_raw(html, "<p class=note>Of endpoints that other partners call too, only the name is "
			       "told.</p>");
	html_raw(html, "</section>");
	free(list);
}
