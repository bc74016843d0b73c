#include "sensor/report/report.h"

#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"

#define KEY_PARTS_MAX 8
#define KEY_ROOM      (KEY_PARTS_MAX * (LIMIT_REPORT_TEXT + 1))

void report_init(struct report *report, struct bytes only, uint64_t seed)
{
	const struct {
		struct map *map;
		size_t entries_max, value_len;
	} maps[] = {
		{&report->texts, LIMIT_REPORT_TEXTS, sizeof(char)},
		{&report->findings, LIMIT_REPORT_FINDINGS, sizeof(struct report_finding)},
		{&report->endpoints, LIMIT_REPORT_ENTRIES, sizeof(struct report_endpoint)},
		{&report->usage, LIMIT_REPORT_ENTRIES, sizeof(struct report_usage)},
		{&report->partners, LIMIT_REPORT_PARTNERS, sizeof(struct report_partner)},
		{&report->leaks, LIMIT_REPORT_ENTRIES, sizeof(struct report_leak)},
		{&report->classes, LIMIT_DATA_CLASSES, sizeof(struct report_class)},
		{&report->risks, LIMIT_REPORT_ENTRIES, sizeof(double)},
		{&report->coverage, LIMIT_REPORT_ENTRIES, sizeof(struct report_coverage)},
		{&report->notices, LIMIT_REPORT_PARTNERS, sizeof(struct report_notice)},
		{&report->counters, LIMIT_REPORT_PARTNERS, sizeof(struct report_counter)},
		{&report->sensors, LIMIT_REPORT_PARTNERS, sizeof(uint64_t)},
	};

	*report = (struct report){0};
	report_uids_init(&report->uids, seed);
	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		map_init(maps[i].map, &(struct map_plan){.entries_max = maps[i].entries_max,
							 .value_len = maps[i].value_len,
							 .seed = seed});
	report->only = report_text(report, only);
}

void report_finish(struct report *report)
{
	struct map *maps[] = {&report->findings, &report->endpoints, &report->usage,    &report->partners,
			      &report->leaks,    &report->classes,   &report->coverage, &report->notices,
			      &report->counters, &report->sensors,   &report->risks,    &report->texts};

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]); i++)
		map_finish(maps[i]);
	report_uids_finish(&report->uids);
}

/* Nothing may leave: others point to it. Once full, what is new is left out. */
static void *put(struct report *report, struct map *map, struct bytes key, bool *out_is_new)
{
	void *value = map_find(map, key);

	*out_is_new = value == NULL;
	if (value == NULL && map->count < map->plan.entries_max)
		value = map_put(map, key, out_is_new);
	if (value == NULL)
		report->counts.left_out++;
	return value;
}

struct bytes report_text(struct report *report, struct bytes text)
{
	bool is_new;
	void *value;

	if (text.len > LIMIT_REPORT_TEXT) {
		text.len = LIMIT_REPORT_TEXT;
		while (text.len > 0 && ((unsigned char)text.data[text.len] & 0xC0) == 0x80)
			text.len--; /* never through the middle of a character */
	}
	if (text.len == 0)
		return BYTES_NONE;
	value = put(report, &report->texts, text, &is_new);
	return value == NULL ? BYTES_NONE : map_key(value);
}

/* The parts one behind the other, each ended by a NUL. */
static struct bytes key_of(const struct bytes *parts, size_t count, char key[KEY_ROOM])
{
	size_t len = 0;

	for (size_t i = 0; i < count; i++) {
		size_t part = parts[i].len > LIMIT_REPORT_TEXT ? LIMIT_REPORT_TEXT : parts[i].len;

		if (part > 0)
			memcpy(key + len, parts[i].data, part);
		len += part;
		key[len++] = '\0';
	}
	return (struct bytes){.data = key, .len = len};
}

void *report_entry(struct report *report, struct map *map, const struct bytes *parts, size_t count,
		   bool *out_is_new)
{
	char key[KEY_ROOM];

	CHECK(count <= KEY_PARTS_MAX);
	return put(report, map, key_of(parts, count, key), out_is_new);
}

static void *find(const struct map *map, const struct bytes *parts, size_t count)
{
	char key[KEY_ROOM];

	CHECK(count <= KEY_PARTS_MAX);
	return map_find(map, key_of(parts, count, key));
}

struct report_partner *report_partner(struct report *report, struct bytes id)
{
	bool is_new;
	struct report_partner *partner = report_entry(report, &report->partners, &id, 1, &is_new);

	if (partner != NULL && is_new)
		partner->id = report_text(report, id);
	return partner;
}

const struct report_partner *report_partner_of(const struct report *report, struct bytes id)
{
	return find(&report->partners, &id, 1);
}

struct report_leak *report_leak(struct report *report, struct bytes partner, struct bytes api,
				struct bytes class)
{
	bool is_new;
	struct report_leak *leak =
		report_entry(report, &report->leaks, (const struct bytes[]){partner, api, class}, 3, &is_new);

	if (leak != NULL && is_new) {
		leak->partner = report_text(report, partner);
		leak->api = report_text(report, api);
		leak->class = report_text(report, class);
	}
	return leak;
}

struct report_class *report_class(struct report *report, struct bytes class)
{
	bool is_new;
	struct report_class *found = report_entry(report, &report->classes, &class, 1, &is_new);

	if (found != NULL && is_new)
		found->class = report_text(report, class);
	return found;
}

void report_moment(struct report *report, uint64_t time_ms)
{
	if (time_ms == 0)
		return;
	if (report->first_ms == 0 || time_ms < report->first_ms)
		report->first_ms = time_ms;
	if (time_ms > report->last_ms)
		report->last_ms = time_ms;
}

/* -- what follows from all of it ---------------------------------------------- */

static void close_finding(struct report *report, const struct report_finding *finding)
{
	struct report_partner *partner = report_partner(report, finding->partner);
	bool is_returned = bytes_starts(finding->in, BYTES("response"));
	struct report_class *class;
	struct report_leak *leak;

	if (partner != NULL && finding->is_closed)
		partner->closed++;
	if (finding->is_closed)
		return;
	if (partner != NULL) {
		partner->findings[finding->severity]++;
		partner->leaks += finding->class.len > 0;
	}
	if (finding->class.len == 0)
		return;
	class = report_class(report, finding->class);
	leak = report_leak(report, finding->partner, finding->api, finding->class);
	if (class != NULL) {
		class->count += finding->count;
		class->severity = class->severity > finding->severity ? class->severity : finding->severity;
	}
	if (leak == NULL)
		return;
	leak->findings++;
	leak->count += finding->count;
	*(is_returned ? &leak->returned : &leak->sent) += finding->count;
	if (finding->severity > leak->severity ||
	    (finding->severity == leak->severity && bytes_compare(finding->operation, leak->operation) < 0)) {
		leak->severity = finding->severity;
		leak->id = finding->id;
		leak->operation = finding->operation;
	}
}

static void close_coverage(struct report *report, const struct report_coverage *coverage)
{
	struct report_partner *partner = report_partner(report, coverage->partner);

	if (partner == NULL)
		return;
	partner->has_coverage = true;
	partner->complete += coverage->complete;
	partner->opaque += coverage->opaque;
	partner->unpaired += coverage->unpaired;
	for (size_t i = 0; i < EXCHANGE_OUTCOME_COUNT; i++)
		partner->partial[i] += coverage->partial[i];
}

/* A finding's record has no risk of its own; the worst of its operation's endpoints stands for it. */
static void close_risks(struct report *report)
{
	for (struct report_endpoint *endpoint = map_oldest(&report->endpoints); endpoint != NULL;
	     endpoint = map_newer(endpoint)) {
		bool is_new;
		double *risk =
			report_entry(report, &report->risks,
				     (const struct bytes[]){endpoint->api, endpoint->operation}, 2, &is_new);

		if (risk != NULL && (is_new || endpoint->risk > *risk))
			*risk = endpoint->risk;
	}
	for (struct report_finding *finding = map_oldest(&report->findings); finding != NULL;
	     finding = map_newer(finding)) {
		const double *risk =
			find(&report->risks, (const struct bytes[]){finding->api, finding->operation}, 2);

		if (finding->risk < 0 && risk != NULL)
			finding->risk = *risk;
	}
}

void report_close(struct report *report)
{
	close_risks(report);
	for (struct report_finding *finding = map_oldest(&report->findings); finding != NULL;
	     finding = map_newer(finding))
		close_finding(report, finding);
	for (struct report_coverage *coverage = map_oldest(&report->coverage); coverage != NULL;
	     coverage = map_newer(coverage))
		close_coverage(report, coverage);
	for (struct report_leak *leak = map_oldest(&report->leaks); leak != NULL; leak = map_newer(leak)) {
		struct report_class *class = report_class(report, leak->class);

		if (class != NULL)
			class->partners += leak->findings > 0;
	}
	for (struct report_class *class = map_oldest(&report->classes); class != NULL;
	     class = map_newer(class))
		trend_settle(&report->axis, &class->occurrences);
	for (struct report_partner *partner = map_oldest(&report->partners); partner != NULL;
	     partner = map_newer(partner))
		trend_settle(&report->axis, &partner->calls);
}
