#include "sensor/usage.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "sensor/places.h"
#include "sensor/quantile.h"

enum part_of_key { KEY_PARTNER, KEY_TIER, KEY_API, KEY_OPERATION, KEY_COUNT };

struct line {
	struct usage_line sums; /* its texts are empty: the key holds them */
	struct quantile latency;
};

static void show(const struct usage *usage, const struct line *line,
		 void (*tell)(void *context, const struct usage_line *line), void *context)
{
	struct usage_line told = line->sums;
	struct bytes parts[KEY_COUNT];

	parts_split(map_key(line), parts, KEY_COUNT);
	told.partner = parts[KEY_PARTNER];
	told.tier = parts[KEY_TIER];
	told.api = parts[KEY_API];
	told.operation = parts[KEY_OPERATION];
	told.start_ns = usage->start_ns;
	told.end_ns = usage->start_ns + USAGE_WINDOW_NS;
	told.latency_p50_ms = quantile_ms(&line->latency, 0.50);
	told.latency_p95_ms = quantile_ms(&line->latency, 0.95);
	told.latency_p99_ms = quantile_ms(&line->latency, 0.99);
	tell(context, &told);
}

void usage_walk(const struct usage *usage, void (*tell)(void *context, const struct usage_line *line),
		void *context)
{
	for (const struct line *line = map_oldest(&usage->map); line != NULL; line = map_newer(line))
		show(usage, line, tell, context);
}

static void leave(void *context, void *value)
{
	struct usage *usage = context;
	struct line *line = value;

	if (usage->start_ns != 0)
		show(usage, line, usage->tell, usage->context);
	quantile_finish(&line->latency);
}

void usage_init(struct usage *usage, uint64_t seed,
		void (*tell_line)(void *context, const struct usage_line *line), void *context)
{
	*usage = (struct usage){.key = BUFFER_MAX(64 * KIB), .tell = tell_line, .context = context};
	map_init(&usage->map, &(struct map_plan){.entries_max = LIMIT_USAGE,
						 .value_len = sizeof(struct line),
						 .key_len = 64,
						 .seed = seed,
						 .leave = leave,
						 .context = usage});
}

void usage_finish(struct usage *usage)
{
	usage->start_ns = 0;
	map_finish(&usage->map);
	buffer_finish(&usage->key);
}

static int compare(const void *left, const void *right)
{
	return bytes_compare(map_key(*(void *const *)left), map_key(*(void *const *)right));
}

void usage_close(struct usage *usage)
{
	size_t count = usage->map.count, at = 0;
	void **lines = calloc(count + 1, sizeof(void *));

	for (void *line = map_oldest(&usage->map); line != NULL && lines != NULL; line = map_newer(line))
		lines[at++] = line;
	if (lines != NULL)
		qsort(lines, at, sizeof(void *), compare);
	for (size_t i = 0; i < at; i++)
		map_remove(&usage->map, lines[i]);
	free(lines);
	while (map_oldest(&usage->map) != NULL) /* no memory to sort them: told all the same */
		map_remove(&usage->map, map_oldest(&usage->map));
	usage->start_ns = 0;
}

void usage_clock(struct usage *usage, uint64_t time_ns)
{
	if (usage->start_ns != 0 && time_ns >= usage->start_ns + USAGE_WINDOW_NS)
		usage_close(usage);
}

static void add(struct line *line, const struct judged *judged)
{
	struct usage_line *sums = &line->sums;
	unsigned class = judged->status / 100;

	sums->calls++;
	sums->by_status[class <= 5 ? class : 0]++;
	sums->bytes_in += judged->request.body_len;
	sums->bytes_out += judged->response.body_len;
	sums->billable += class == 2 || class == 3;
	sums->over_limit += judged->is_over_limit;
	sums->slo = judged->past.slo;
	for (size_t i = 0; i < judged->finding_count; i++)
		sums->findings += !judged->findings[i].is_suppressed;
	if (judged->request.is_complete && judged->response.is_seen &&
	    judged->response.first_ns >= judged->request.last_ns)
		quantile_add(&line->latency, judged->response.first_ns - judged->request.last_ns);
}

/* In usage->key. */
static enum status make_key(struct usage *usage, const struct judged *judged)
{
	const struct bytes parts[KEY_COUNT] = {
		[KEY_PARTNER] = judged->partner_id,
		[KEY_TIER] = judged->tier,
		[KEY_API] = judged->api_id,
		[KEY_OPERATION] = judged->operation_id.len > 0 ? judged->operation_id : judged->template,
	};

	return parts_join(&usage->key, parts, KEY_COUNT);
}

void usage_recall(struct usage *usage, const struct judged *judged, struct recall *recall)
{
	if (make_key(usage, judged) == STATUS_OK)
		recall_add(recall, &usage->map, buffer_bytes(&usage->key));
}

enum status usage_take(struct usage *usage, const struct judged *judged)
{
	enum status status;
	struct line *line;
	bool is_new;

	usage_clock(usage, judged->time_ns);
	if (usage->start_ns == 0)
		usage->start_ns = judged->time_ns - judged->time_ns % USAGE_WINDOW_NS;
	line = places_again(judged, PLACE_USAGE, &usage->map);
	if (line == NULL) {
		status = make_key(usage, judged);
		if (status != STATUS_OK)
			return status;
		line = places_put(judged, PLACE_USAGE, &usage->map, buffer_bytes(&usage->key), &is_new);
	}
	if (line == NULL)
		return STATUS_NO_MEMORY;
	add(line, judged);
	return STATUS_OK;
}

bool usage_pack(const struct usage *usage, const void **at, struct pack *pack)
{
	const struct line *line = *at == NULL ? map_oldest(&usage->map) : map_newer(*at);

	*at = line;
	if (line == NULL)
		return false;
	pack_text(pack, map_key(line));
	pack_number(pack, line->sums.calls);
	pack_numbers(pack, line->sums.by_status, 6);
	pack_numbers(pack,
		     (const uint64_t[]){line->sums.bytes_in, line->sums.bytes_out, line->sums.billable,
					line->sums.over_limit, line->sums.findings},
		     5);
	quantile_pack(&line->latency, pack);
	pack_real(pack, line->sums.slo.latency_ms_p95);
	pack_real(pack, line->sums.slo.error_rate_max);
	pack_real(pack, line->sums.slo.availability);
	return true;
}

void usage_restore_window(struct usage *usage, uint64_t start_ns)
{
	usage->start_ns = 0; /* so that they leave untold */
	while (map_oldest(&usage->map) != NULL)
		map_remove(&usage->map, map_oldest(&usage->map));
	usage->start_ns = start_ns;
}

void usage_unpack(struct usage *usage, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor);
	struct line read = {0}, *line;
	bool is_new;

	read.sums.calls = cursor_u64(cursor);
	unpack_numbers(cursor, read.sums.by_status, 6);
	read.sums.bytes_in = cursor_u64(cursor);
	read.sums.bytes_out = cursor_u64(cursor);
	read.sums.billable = cursor_u64(cursor);
	read.sums.over_limit = cursor_u64(cursor);
	read.sums.findings = cursor_u64(cursor);
	quantile_unpack(&read.latency, cursor);
	read.sums.slo.latency_ms_p95 = unpack_real(cursor);
	read.sums.slo.error_rate_max = unpack_real(cursor);
	read.sums.slo.availability = unpack_real(cursor);
	line = cursor->ran_out ? NULL : map_put(&usage->map, key, &is_new);
	if (line == NULL) {
		quantile_finish(&read.latency);
		return;
	}
	quantile_finish(&line->latency);
	*line = read;
}
