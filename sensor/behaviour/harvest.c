#include "sensor/behaviour/harvest.h"

#include "parsers/base/limits.h"
#include "parsers/base/sketch.h"
#include "sensor/behaviour/key.h"
#include "sensor/behaviour/raise.h"
#include "sensor/behaviour/usual.h"
#include "sensor/places.h"

#define HOUR_NS       (3600 * SECONDS)
#define MIB_OF(bytes) ((double)(bytes) / (1024 * 1024))

/* What one caller took within the hour. */
struct taken {
	uint64_t start_ns, bytes;
	struct sketch objects;
	uint64_t object_count; /* of the sketch */
};

struct kind {
	struct usual objects, bytes;
	struct sketch known; /* of all callers */
};

void harvest_init(struct harvest *harvest, uint64_t seed)
{
	map_init(&harvest->callers, &(struct map_plan){.entries_max = LIMIT_HARVESTS,
						       .value_len = sizeof(struct taken),
						       .key_len = 56,
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

/* False: all of them were counted before. */
static bool add_objects(struct sketch *sketch, const struct judged_past *past)
{
	bool is_changed = past->object != 0 && sketch_add(sketch, past->object);

	for (size_t i = 0; i < past->given_count; i++)
		is_changed |= sketch_add(sketch, past->given[i]);
	return is_changed;
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
	usual_learn(&kind->objects, taken->object_count, time_ns);
	usual_learn(&kind->bytes, taken->bytes, time_ns);
	*taken = (struct taken){.start_ns = time_ns};
}

struct harvest_keys {
	char room[1024];
	struct bytes kind, caller; /* the one is the beginning of the other */
};

static bool is_harvest(const struct judged *judged)
{
	return judged->past.resource.len > 0 && judged->status / 100 == 2;
}

static void make_keys(const struct judged *judged, struct harvest_keys *keys)
{
	const struct judged_past *past = &judged->past;
	struct bytes api = bytes_slice(judged->api_id, 0, 256);

	keys->caller = KEY_JOIN(keys->room, api, past->resource, bytes_slice(past->actor, 0, 256));
	keys->kind = bytes_slice(keys->caller, 0, api.len + 1 + past->resource.len);
}

void harvest_recall(const struct harvest *harvest, const struct judged *judged, struct recall *recall)
{
	struct harvest_keys keys;

	if (!is_harvest(judged))
		return;
	make_keys(judged, &keys);
	recall_add(recall, &harvest->resources, keys.kind);
	recall_add(recall, &harvest->callers, keys.caller);
}

enum status harvest_take(struct harvest *harvest, struct judged *judged)
{
	const struct judged_past *past = &judged->past;
	struct taken *taken;
	struct kind *kind;
	struct harvest_keys keys;
	bool is_new;

	if (!is_harvest(judged))
		return STATUS_OK;
	make_keys(judged, &keys);
	kind = places_put(judged, PLACE_HARVEST, &harvest->resources, keys.kind, &is_new);
	taken = map_put(&harvest->callers, keys.caller, &is_new);
	if (kind == NULL || taken == NULL)
		return STATUS_NO_MEMORY;
	if (is_new || judged->time_ns - taken->start_ns >= HOUR_NS)
		begin_hour(taken, kind, judged->time_ns);
	if (add_objects(&taken->objects, past))
		taken->object_count = sketch_count(&taken->objects);
	add_objects(&kind->known, past);
	taken->bytes += judged->response.body_len;
	judge_objects(kind, taken->object_count, judged);
	judge_bytes(kind, taken->bytes, judged);
	return STATUS_OK;
}

/* -- across restarts ------------------------------------------------------------------ */

static void maps_of(struct harvest *harvest, struct pack_map maps[2])
{
	maps[0] = (struct pack_map){&harvest->callers, 2};
	maps[1] = (struct pack_map){&harvest->resources, 6};
}

bool harvest_pack(struct harvest *harvest, struct pack_place *place, struct pack *pack)
{
	struct pack_map maps[2];
	const void *value;

	maps_of(harvest, maps);
	value = pack_next(maps, 2, place, pack);
	if (value == NULL)
		return false;
	if (place->part == 0) {
		const struct taken *taken = value;

		pack_numbers(pack, (const uint64_t[]){taken->start_ns, taken->bytes}, 2);
		pack_sketch(pack, &taken->objects);
	} else {
		const struct kind *kind = value;

		pack_numbers(pack,
			     (const uint64_t[]){USUAL_NUMBERS(&kind->objects), USUAL_NUMBERS(&kind->bytes)},
			     6);
		pack_sketch(pack, &kind->known);
	}
	return true;
}

void harvest_unpack(struct harvest *harvest, struct cursor *cursor)
{
	struct pack_map maps[2];
	uint64_t numbers[PACK_NUMBERS_MAX];
	size_t part;
	void *value;

	maps_of(harvest, maps);
	value = unpack_next(maps, 2, cursor, &part, numbers);
	if (value == NULL)
		return;
	if (part == 0) {
		struct taken *taken = value;

		*taken = (struct taken){.start_ns = numbers[0], .bytes = numbers[1]};
		unpack_sketch(cursor, &taken->objects);
	} else {
		struct kind *kind = value;

		*kind = (struct kind){.objects = usual_of(numbers), .bytes = usual_of(numbers + 3)};
		unpack_sketch(cursor, &kind->known);
	}
}
