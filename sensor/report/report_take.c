/* One line of a record file into the sums: what it is tells itself. */
#include <stdio.h>
#include <yyjson.h>

#include "parsers/base/limits.h"
#include "sensor/report/report.h"

#define TEXTS_OF_LIST 16
#define TIME_MS_END   253402300800000ull

enum form { FORM_OCSF, FORM_ECS };

/* Where each format keeps what the report reads; the specular object is the same in both. */
static const char *const SPECULAR[] = {"/unmapped/specular", "/specular"};
static const char *const DATA[] = {"/evidences/0/data", "/specular/data"};
static const char *const CODE[] = {"/metadata/event_code", "/event/code"};
static const char *const UID[] = {"/finding_info/uid", "/specular/finding/uid"};
static const char *const TITLE[] = {"/finding_info/title", "/rule/name"};
static const char *const TYPES[] = {"/finding_info/types", "/specular/finding/types"};
static const char *const FIRST[] = {"/finding_info/first_seen_time", "/specular/finding/first_seen_time"};
static const char *const LAST[] = {"/finding_info/last_seen_time", "/specular/finding/last_seen_time"};
static const char *const COUNT[] = {"/count", "/specular/finding/count"};
static const char *const ACTIVITY[] = {"/activity_id", "/specular/finding/activity_id"};
static const char *const SEVERITY[] = {"/severity_id", "/event/severity"};
static const char *const RISK[] = {"/risk_score", "/event/risk_score"};
static const char *const TIME[] = {"/time", "/specular/time"};
static const char *const SOURCE[] = {"/evidences/0/src_endpoint/ip", "/source/ip"};
static const char *const HOST[] = {"/evidences/0/dst_endpoint/hostname", "/url/domain"};

static struct bytes text_at(yyjson_val *from, const char *pointer)
{
	yyjson_val *value = yyjson_ptr_get(from, pointer);

	if (!yyjson_is_str(value))
		return BYTES_NONE;
	return (struct bytes){.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
}

static uint64_t number_at(yyjson_val *from, const char *pointer)
{
	yyjson_val *value = yyjson_ptr_get(from, pointer);

	return yyjson_is_uint(value) ? yyjson_get_uint(value) : 0;
}

/* Milliseconds since the epoch; what lies after the year 9999 is no time. */
static uint64_t time_at(yyjson_val *from, const char *pointer)
{
	uint64_t time_ms = number_at(from, pointer);

	return time_ms < TIME_MS_END ? time_ms : 0;
}

static double real_at(yyjson_val *from, const char *pointer)
{
	yyjson_val *value = yyjson_ptr_get(from, pointer);

	return yyjson_is_num(value) ? yyjson_get_num(value) : -1;
}

static bool is_true_at(yyjson_val *from, const char *pointer)
{
	return yyjson_is_true(yyjson_ptr_get(from, pointer));
}

static unsigned severity_at(yyjson_val *from, const char *pointer)
{
	uint64_t severity = number_at(from, pointer);

	return severity < REPORT_SEVERITIES ? (unsigned)severity : 0;
}

/* A list of texts as one text: "a, b" for people, "|a|b|" to search in. */
static struct bytes list_at(struct report *report, yyjson_val *from, const char *pointer, const char *before,
			    const char *between, const char *after)
{
	yyjson_val *list = yyjson_ptr_get(from, pointer);
	char text[LIMIT_REPORT_TEXT];
	size_t index, count, len = (size_t)snprintf(text, sizeof(text), "%s", before);
	yyjson_val *item;

	yyjson_arr_foreach(list, index, count, item)
	{
		int more = snprintf(text + len, sizeof(text) - len, "%s%s", index > 0 ? between : "",
				    yyjson_is_str(item) ? yyjson_get_str(item) : "");

		if (more < 0 || len + (size_t)more + 4 >= sizeof(text)) {
			text[len] = '\0';
			len += (size_t)snprintf(text + len, sizeof(text) - len, "%s",
						len + 4 < sizeof(text) ? "..." : "");
			break;
		}
		len += (size_t)more;
	}
	if (len + 1 < sizeof(text))
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s", after);
	return report_text(report, (struct bytes){.data = text, .len = len});
}

static bool is_wanted(const struct report *report, struct bytes partner)
{
	return report->only.len == 0 || bytes_equal(report->only, partner);
}

/* Names and tiers change: the newest hold. */
static struct report_partner *take_partner(struct report *report, struct bytes id, struct bytes name,
					   struct bytes tier, uint64_t time_ms)
{
	struct report_partner *partner = report_partner(report, id);

	if (partner != NULL && name.len > 0 && time_ms >= partner->named_ms) {
		partner->name = report_text(report, name);
		partner->named_ms = time_ms;
	}
	if (partner != NULL && tier.len > 0 && time_ms >= partner->tier_ms) {
		partner->tier = report_text(report, tier);
		partner->tier_ms = time_ms;
	}
	return partner;
}

static void read_evidence(struct report *report, yyjson_val *root, enum form form,
			  struct report_finding *finding)
{
	yyjson_val *data = yyjson_ptr_get(root, DATA[form]);
	const struct {
		struct bytes *text;
		const char *pointer;
	} texts[] = {{&finding->in, "/in"},
		     {&finding->name, "/name"},
		     {&finding->pointer, "/pointer"},
		     {&finding->expected, "/expected"},
		     {&finding->observed, "/observed"},
		     {&finding->class, "/class"}};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i].text = report_text(report, text_at(data, texts[i].pointer));
}

static void read_finding(struct report *report, yyjson_val *root, enum form form,
			 struct report_finding *finding)
{
	yyjson_val *specular = yyjson_ptr_get(root, SPECULAR[form]);

	finding->time_ms = time_at(root, TIME[form]);
	finding->first_ms = time_at(root, FIRST[form]);
	finding->last_ms = time_at(root, LAST[form]);
	finding->count = number_at(root, COUNT[form]);
	finding->severity = severity_at(root, SEVERITY[form]);
	finding->is_closed = number_at(root, ACTIVITY[form]) == 3;
	finding->risk = real_at(root, RISK[form]);
	finding->id = report_text(report, text_at(root, CODE[form]));
	finding->title = report_text(report, text_at(root, TITLE[form]));
	finding->message = report_text(report, text_at(root, "/message"));
	finding->owasp = list_at(report, root, TYPES[form], "", ", ", "");
	finding->partner = report_text(report, text_at(specular, "/partner/id"));
	finding->api = report_text(report, text_at(specular, "/api/id"));
	finding->owner = report_text(report, text_at(specular, "/api/owner"));
	finding->operation = report_text(report, text_at(specular, "/operation/name"));
	finding->source = report_text(report, text_at(root, SOURCE[form]));
	finding->host = report_text(report, text_at(root, HOST[form]));
	read_evidence(report, root, form, finding);
}

static bool take_finding(struct report *report, yyjson_val *root, enum form form)
{
	yyjson_val *specular = yyjson_ptr_get(root, SPECULAR[form]);
	struct bytes uid = text_at(root, UID[form]), partner = text_at(specular, "/partner/id");
	struct report_finding *finding;
	uint64_t before;
	bool is_new;

	if (uid.len == 0 || text_at(root, CODE[form]).len == 0)
		return false;
	report->counts.findings++;
	if (!is_wanted(report, partner))
		return true;
	take_partner(report, partner, text_at(specular, "/partner/name"), text_at(specular, "/partner/tier"),
		     time_at(root, TIME[form]));
	finding = report_entry(report, &report->findings, &uid, 1, &is_new);
	if (finding == NULL)
		return true;
	before = is_new ? 0 : finding->count;
	if (is_new || time_at(root, TIME[form]) >= finding->time_ms)
		read_finding(report, root, form, finding);
	report_moment(report, finding->time_ms);
	if (finding->class.len > 0 && finding->count > before && finding->time_ms > 0) {
		struct report_class *class = report_class(report, finding->class);

		if (class != NULL)
			trend_add(&report->axis, &class->occurrences, finding->time_ms,
				  finding->count - before);
	}
	return true;
}

static bool take_exchange(struct report *report, yyjson_val *root, enum form form)
{
	yyjson_val *specular = yyjson_ptr_get(root, SPECULAR[form]);
	yyjson_val *classes = yyjson_ptr_get(specular, "/classes"), *item;
	struct bytes id = text_at(specular, "/partner/id");
	struct report_partner *partner;
	size_t index, count;

	if (specular == NULL)
		return false;
	report->counts.exchanges++;
	if (!is_wanted(report, id))
		return true;
	report_moment(report, time_at(root, TIME[form]));
	partner = take_partner(report, id, text_at(specular, "/partner/name"),
			       text_at(specular, "/partner/tier"), time_at(root, TIME[form]));
	if (partner != NULL)
		partner->exchanges++;
	yyjson_arr_foreach(classes, index, count, item)
	{
		struct bytes name = {.data = yyjson_get_str(item), .len = yyjson_get_len(item)};
		struct report_class *class;
		struct report_leak *leak;

		if (index == TEXTS_OF_LIST || !yyjson_is_str(item))
			break;
		class = report_class(report, name);
		leak = report_leak(report, id, text_at(specular, "/api/id"), name);
		if (class != NULL)
			class->exchanges++;
		if (leak != NULL)
			leak->exchanges++;
	}
	return true;
}

/* Adds the counts of `by_status`; the names are those of the records. */
static void read_statuses(yyjson_val *root, uint64_t by_status[REPORT_STATUSES])
{
	static const char *const NAMES[REPORT_STATUSES] = {"/by_status/none", "/by_status/1xx",
							   "/by_status/2xx",  "/by_status/3xx",
							   "/by_status/4xx",  "/by_status/5xx"};

	for (size_t i = 0; i < REPORT_STATUSES; i++)
		by_status[i] += number_at(root, NAMES[i]);
}

static void add_usage(struct report_usage *usage, yyjson_val *root)
{
	uint64_t calls = number_at(root, "/calls");
	double latency_ms = real_at(root, "/latency_ms/p95");

	usage->calls += calls;
	usage->bytes_in += number_at(root, "/bytes_in");
	usage->bytes_out += number_at(root, "/bytes_out");
	usage->billable += number_at(root, "/billable");
	usage->over_limit += number_at(root, "/over_limit");
	read_statuses(root, usage->by_status);
	if (latency_ms < 0)
		return;
	usage->latency_ms += latency_ms * (double)calls;
	usage->latency_calls += (double)calls;
	if (latency_ms > usage->latency_worst_ms)
		usage->latency_worst_ms = latency_ms;
}

static void take_stricter(double *level, double agreed, bool is_least)
{
	if (agreed > 0 && (*level == 0 || (is_least ? agreed > *level : agreed < *level)))
		*level = agreed;
}

static void add_slo(struct report_usage *usage, yyjson_val *root)
{
	take_stricter(&usage->slo_latency_ms, real_at(root, "/slo/latency_ms_p95"), false);
	take_stricter(&usage->slo_error_rate, real_at(root, "/slo/error_rate_max"), false);
	take_stricter(&usage->slo_availability, real_at(root, "/slo/availability"), true);
}

static void take_usage(struct report *report, yyjson_val *root)
{
	struct bytes id = text_at(root, "/partner"), api = text_at(root, "/api"),
		     operation = text_at(root, "/operation");
	struct report_partner *partner;
	struct report_usage *usage;
	bool is_new;

	report->counts.usage++;
	if (!is_wanted(report, id))
		return;
	report_moment(report, time_at(root, "/start"));
	report_moment(report, time_at(root, "/end"));
	partner = take_partner(report, id, BYTES_NONE, text_at(root, "/tier"), time_at(root, "/time"));
	usage = report_entry(report, &report->usage, (const struct bytes[]){id, api, operation}, 3, &is_new);
	if (partner == NULL || usage == NULL)
		return;
	if (is_new) {
		usage->partner = partner->id;
		usage->api = report_text(report, api);
		usage->operation = report_text(report, operation);
	}
	add_usage(usage, root);
	add_usage(&partner->usage, root);
	add_slo(usage, root);
	add_slo(&partner->usage, root);
	if (time_at(root, "/start") > 0)
		trend_add(&report->axis, &partner->calls, time_at(root, "/start"), number_at(root, "/calls"));
}

static bool names_partner(const struct report *report, yyjson_val *root)
{
	yyjson_val *item;
	size_t index, count;

	if (report->only.len == 0)
		return true;
	yyjson_arr_foreach(yyjson_ptr_get(root, "/partners"), index, count, item)
	{
		if (yyjson_is_str(item) && yyjson_equals_strn(item, report->only.data, report->only.len))
			return true;
	}
	return false;
}

static void read_endpoint(struct report *report, yyjson_val *root, struct report_endpoint *endpoint)
{
	const char *const names[] = {"/host", "/method", "/template", "/operation", "/api", "/exposure"};
	struct bytes *const texts[] = {&endpoint->host,      &endpoint->method, &endpoint->template,
				       &endpoint->operation, &endpoint->api,    &endpoint->exposure};
	bool is_shared = report->only.len > 0 && yyjson_arr_size(yyjson_ptr_get(root, "/partners")) > 1;

	*endpoint = (struct report_endpoint){.time_ms = time_at(root, "/time"), .risk = -1};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		*texts[i] = report_text(report, text_at(root, names[i]));
	if (endpoint->operation.len == 0)
		endpoint->operation = endpoint->template;
	endpoint->is_documented = is_true_at(root, "/documented");
	endpoint->is_deprecated = is_true_at(root, "/deprecated");
	/* What other partners do there is no business of the one this report is for. */
	if (is_shared) {
		endpoint->partners = report->only;
		return;
	}
	endpoint->partners = list_at(report, root, "/partners", "", ", ", "");
	endpoint->partner_marks = list_at(report, root, "/partners", "|", "|", "|");
	endpoint->auth = list_at(report, root, "/auth", "", ", ", "");
	endpoint->classes = list_at(report, root, "/classes", "", ", ", "");
	endpoint->first_ms = time_at(root, "/first_seen");
	endpoint->last_ms = time_at(root, "/last_seen");
	endpoint->calls = number_at(root, "/calls");
	endpoint->risk = real_at(root, "/risk/score");
	read_statuses(root, endpoint->by_status);
}

static void take_inventory(struct report *report, yyjson_val *root)
{
	const struct bytes parts[] = {text_at(root, "/sensor"), text_at(root, "/host"),
				      text_at(root, "/method"), text_at(root, "/template"),
				      text_at(root, "/api")};
	struct report_endpoint *endpoint;
	bool is_new;

	report->counts.inventory++;
	if (!names_partner(report, root))
		return;
	endpoint = report_entry(report, &report->endpoints, parts, sizeof(parts) / sizeof(parts[0]), &is_new);
	if (endpoint != NULL && (is_new || time_at(root, "/time") >= endpoint->time_ms))
		read_endpoint(report, root, endpoint);
	if (endpoint != NULL)
		report_moment(report, endpoint->last_ms);
}

static void take_coverage(struct report *report, yyjson_val *root, uint64_t time_ms)
{
	yyjson_val *name, *value;
	size_t index, count;

	yyjson_obj_foreach(yyjson_ptr_get(root, "/coverage"), index, count, name, value)
	{
		struct bytes partner = {.data = yyjson_get_str(name), .len = yyjson_get_len(name)};
		struct report_coverage *coverage;
		bool is_new;

		if (bytes_equal(partner, BYTES("unidentified")))
			partner = BYTES_NONE;
		if (!is_wanted(report, partner))
			continue;
		coverage =
			report_entry(report, &report->coverage,
				     (const struct bytes[]){text_at(root, "/sensor"), partner}, 2, &is_new);
		if (coverage == NULL || (!is_new && time_ms < coverage->time_ms))
			continue;
		*coverage = (struct report_coverage){.partner = report_text(report, partner),
						     .time_ms = time_ms,
						     .complete = number_at(value, "/complete"),
						     .opaque = number_at(value, "/opaque"),
						     .unpaired = number_at(value, "/unpaired")};
		for (size_t i = EXCHANGE_COMPLETE + 1; i < EXCHANGE_OUTCOME_COUNT; i++) {
			const char *reason = exchange_outcome_name((enum exchange_outcome)i);
			yyjson_val *partial = yyjson_obj_get(yyjson_obj_get(value, "partial"), reason);

			coverage->partial[i] = yyjson_is_uint(partial) ? yyjson_get_uint(partial) : 0;
		}
	}
}

static void take_counters(struct report *report, yyjson_val *root, uint64_t time_ms)
{
	struct bytes sensor = text_at(root, "/sensor");
	yyjson_val *key, *value;
	size_t index, count;

	yyjson_obj_foreach(yyjson_ptr_get(root, "/counters"), index, count, key, value)
	{
		struct bytes name = {.data = yyjson_get_str(key), .len = yyjson_get_len(key)};
		struct report_counter *counter;
		bool is_new;

		if (!yyjson_is_uint(value))
			continue;
		counter = report_entry(report, &report->counters, (const struct bytes[]){sensor, name}, 2,
				       &is_new);
		if (counter == NULL || (!is_new && time_ms < counter->time_ms))
			continue;
		counter->sensor = report_text(report, sensor);
		counter->name = report_text(report, name);
		counter->time_ms = time_ms;
		counter->value = yyjson_get_uint(value);
	}
}

static void take_health(struct report *report, yyjson_val *root)
{
	struct bytes sensor = text_at(root, "/sensor"), id = text_at(root, "/id");
	uint64_t time_ms = time_at(root, "/time");
	struct report_notice *notice;
	bool is_new;

	report->counts.health++;
	report_moment(report, time_ms);
	take_coverage(report, root, time_ms);
	if (report->only.len > 0) /* how the sensor itself fares is no business of a partner */
		return;
	take_counters(report, root, time_ms);
	if (bytes_equal(id, BYTES("sensor.coverage")))
		return;
	notice = report_entry(report, &report->notices, (const struct bytes[]){sensor, id}, 2, &is_new);
	if (notice == NULL || (!is_new && time_ms < notice->time_ms))
		return;
	notice->sensor = report_text(report, sensor);
	notice->id = report_text(report, id);
	notice->message = report_text(report, text_at(root, "/message"));
	notice->severity = severity_at(root, "/severity");
	notice->time_ms = time_ms;
}

static bool take(struct report *report, yyjson_val *root)
{
	static const struct {
		struct bytes record;
		void (*take)(struct report *report, yyjson_val *root);
	} rollups[] = {{BYTES_INIT("usage"), take_usage},
		       {BYTES_INIT("inventory"), take_inventory},
		       {BYTES_INIT("health"), take_health}};
	struct bytes record = text_at(root, "/record"), kind = text_at(root, "/event/kind");

	for (size_t i = 0; i < sizeof(rollups) / sizeof(rollups[0]); i++)
		if (bytes_equal(record, rollups[i].record)) {
			rollups[i].take(report, root);
			return true;
		}
	switch (number_at(root, "/class_uid")) {
	case 2004:
		return take_finding(report, root, FORM_OCSF);
	case 4002:
		return take_exchange(report, root, FORM_OCSF);
	default:
		break;
	}
	if (!bytes_equal(text_at(root, "/event/module"), BYTES("specular")))
		return false;
	return bytes_equal(kind, BYTES("alert")) ? take_finding(report, root, FORM_ECS)
						 : take_exchange(report, root, FORM_ECS);
}

static bool is_repeated(struct report *report, yyjson_val *root)
{
	struct bytes uid = text_at(root, "/metadata/uid");

	if (uid.len == 0)
		uid = text_at(root, "/event/id");
	return uid.len > 0 && report_uids_have(&report->uids, uid);
}

void report_take(struct report *report, struct bytes line)
{
	yyjson_doc *document;
	yyjson_val *root;

	line = bytes_trim(line);
	if (line.len == 0)
		return;
	report->counts.lines++;
	document = yyjson_read(line.data, line.len, YYJSON_READ_NOFLAG);
	root = yyjson_doc_get_root(document);
	if (yyjson_is_obj(root) && is_repeated(report, root))
		report->counts.repeated++;
	else if (!yyjson_is_obj(root) || !take(report, root))
		report->counts.unknown++;
	yyjson_doc_free(document);
}
