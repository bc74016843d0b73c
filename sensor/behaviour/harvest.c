#include "sensor/behaviour/harvest.h"

#include <stdio.h>

#include "parsers/base/limits.h"
#include "parsers/base/sketch.h"
#include "sensor/behaviour/raise.h"
#include "sensor/behaviour/usual.h"

#define HOUR_NS       (3600 * SECONDS)
#define MIB_OF(bytes) ((double)(bytes) / (1024 * 1024))

/* What one caller took within the hour. */
struct taken {
	uint64_t start_ns, bytes;
	struct sketch objects;
};

struct kind {
	struct usual objects, bytes;
	struct sketch known; /* of all callers */
};

void harvest_init(struct harvest *harvest, uint64_t seed)
{
	map_init(&harvest->callers, &(struct map_plan){.entries_max = LIMIT_HARVESTS,
						       .value_len = sizeof(struct taken),
						       .seed = seed});
	map_init(&harvest->resources, &(struct map_plan){.entries_max = LIMIT_RESOURCES,
							 .value_len = sizeof(struct kind),
							 .seed = seed});
}

void harvest_finish(struct harvest *harvest)
{
	map_finish(&harvest->callers);
	map_finish(&harvest->resources);
}

static void add_objects(struct sketch *sketch, const struct judged_past *past)
{
	if (past->object != 0)
		sketch_add(sketch, past->object);
	for (size_t i = 0; i < past->given_count; i++)
		sketch_add(sketch, past->given[i]);
}

static void judge_objects(const struct kind *kind, uint64_t objects, struct judged *judged)
{
	struct finding finding;
	uint64_t known;

	if (objects < HARVEST_OBJECTS || !usual_is_exceeded(&kind->objects, objects, judged->time_ns))
		return;
	known = sketch_count(&kind->known);
	if ((double)objects < HARVEST_SHARE * (double)known)
		return;
	finding = raise_of("abuse.scraping");
	finding.subject = judged->past.actor;
	finding.expected = arena_printf(&judged->arena, "about %.0f objects within an hour, the most known",
					kind->objects.most);
	finding.observed = arena_printf(&judged->arena, "%llu objects within an hour, of %llu known",
					(unsigned long long)objects, (unsigned long long)known);
	finding.message = arena_printf(&judged->arena, "One caller took %llu of %llu " BYTES_FORMAT,
				       (unsigned long long)objects, (unsigned long long)known,
				       BYTES_PRINT(judged->past.resource));
	judged_raise(judged, &finding);
}

static void judge_bytes(const struct kind *kind, uint64_t bytes, struct judged *judged)
{
	struct finding finding;

	if (bytes < HARVEST_BYTES || !usual_is_exceeded(&kind->bytes, bytes, judged->time_ns))
		return;
	finding = raise_of("abuse.bulk_export");
	finding.subject = judged->past.actor;
	finding.expected = arena_printf(&judged->arena, "about %.1f MiB within an hour, the most known",
					MIB_OF(kind->bytes.most));
	finding.observed = arena_printf(&judged->arena, "%.1f MiB within an hour", MIB_OF(bytes));
	finding.message = arena_printf(&judged->arena, "One caller took %.1f MiB of " BYTES_FORMAT,
				       MIB_OF(bytes), BYTES_PRINT(judged->past.resource));
	judged_raise(judged, &finding);
}

/* The caller's hour is over: what it took is what a caller may take. */
static void begin_hour(struct taken *taken, struct kind *kind, uint64_t time_ns)
{
	usual_learn(&kind->objects, sketch_count(&taken->objects), time_ns);
	usual_learn(&kind->bytes, taken->bytes, time_ns);
	*taken = (struct taken){.start_ns = time_ns};
}

enum status harvest_take(struct harvest *harvest, struct judged *judged)
{
	const struct judged_past *past = &judged->past;
	struct taken *taken;
	struct kind *kind;
	char key[1024];
	struct bytes kind_key, caller_key;
	bool is_new;

	if (past->resource.len == 0 || judged->status / 100 != 2)
		return STATUS_OK;
	snprintf(key, sizeof(key), BYTES_FORMAT "|" BYTES_FORMAT "|" BYTES_FORMAT,
		 BYTES_PRINT(bytes_slice(judged->api_id, 0, 256)), BYTES_PRINT(past->resource),
		 BYTES_PRINT(bytes_slice(past->actor, 0, 256)));
	caller_key = bytes_of(key);
	kind_key =
		bytes_slice(caller_key, 0, bytes_slice(judged->api_id, 0, 256).len + 1 + past->resource.len);
	kind = map_put(&harvest->resources, kind_key, &is_new);
	taken = map_put(&harvest->callers, caller_key, &is_new);
	if (kind == NULL || taken == NULL)
		return STATUS_NO_MEMORY;
	if (is_new || judged->time_ns - taken->start_ns >= HOUR_NS)
		begin_hour(taken, kind, judged->time_ns);
	add_objects(&taken->objects, past);
	add_objects(&kind->known, past);
	taken->bytes += judged->response.body_len;
	judge_objects(kind, sketch_count(&taken->objects), judged);
	judge_bytes(kind, taken->bytes, judged);
	return STATUS_OK;
}
