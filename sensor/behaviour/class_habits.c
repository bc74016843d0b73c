#include "sensor/behaviour/class_habits.h"

#include "parsers/base/limits.h"
#include "parsers/base/sketch.h"
#include "sensor/behaviour/raise.h"
#include "sensor/behaviour/usual.h"
#include "sensor/places.h"

/* A class seen so often, and for so long, is no news: what was told as new becomes usual. */
#define NEWS_NS (24 * 3600 * SECONDS)

struct habit {
	uint64_t first_ns, calls;
};

struct class_seen {
	bool is_news;
	uint64_t first_ns;
};

static void map_of(struct map *map, size_t value_len, uint64_t seed)
{
	map_init(map, &(struct map_plan){.entries_max = LIMIT_CLASS_HABITS,
					 .value_len = value_len,
					 .key_len = sizeof(uint64_t),
					 .seed = seed});
}

void class_habits_init(struct class_habits *habits, uint64_t seed)
{
	map_of(&habits->operations, sizeof(struct habit), seed);
	map_of(&habits->classes, sizeof(struct class_seen), seed);
}

void class_habits_finish(struct class_habits *habits)
{
	map_finish(&habits->operations);
	map_finish(&habits->classes);
}

static uint64_t hash_of(const struct judged *judged, struct bytes class_id)
{
	return sketch_hash(class_id, sketch_hash(judged->operation_id, sketch_hash(judged->api_id, 0)));
}

static struct bytes key_of(const uint64_t *hash)
{
	return (struct bytes){.data = (const char *)hash, .len = sizeof(*hash)};
}

static enum status take_class(struct class_habits *habits, struct judged *judged, struct bytes class_id,
			      bool is_learned)
{
	const uint64_t hash = hash_of(judged, class_id);
	struct class_seen *seen;
	struct finding finding;
	bool is_new;

	seen = map_put(&habits->classes, key_of(&hash), &is_new);
	if (seen == NULL)
		return STATUS_NO_MEMORY;
	if (is_new)
		*seen = (struct class_seen){.is_news = is_learned, .first_ns = judged->time_ns};
	if (!seen->is_news || usual_since(seen->first_ns, judged->time_ns) >= NEWS_NS)
		return STATUS_OK;
	finding = raise_of("pii.new_class");
	finding.is_partner_wide = false;
	finding.class_id = class_id;
	finding.expected = BYTES("the classes that this operation was seen with before");
	finding.observed = class_id;
	finding.message =
		arena_printf(&judged->arena, BYTES_FORMAT " was never seen with " BYTES_FORMAT " before",
			     BYTES_PRINT(class_id), BYTES_PRINT(judged->operation_id));
	judged_raise(judged, &finding);
	return STATUS_OK;
}

void class_habits_recall(const struct class_habits *habits, const struct judged *judged,
			 struct recall *recall)
{
	const uint64_t hash = hash_of(judged, BYTES_NONE);

	if (judged->operation_id.len > 0 && judged->status / 100 == 2)
		recall_add(recall, &habits->operations, key_of(&hash));
}

enum status class_habits_take(struct class_habits *habits, struct judged *judged)
{
	const struct judged_past *past = &judged->past;
	enum status status = STATUS_OK;
	struct habit *habit;
	uint64_t hash;
	bool is_new = false, is_learned;

	if (judged->operation_id.len == 0 || judged->status / 100 != 2)
		return STATUS_OK;
	habit = places_again(judged, PLACE_HABIT, &habits->operations);
	if (habit == NULL) {
		hash = hash_of(judged, BYTES_NONE);
		habit = places_put(judged, PLACE_HABIT, &habits->operations, key_of(&hash), &is_new);
	}
	if (habit == NULL)
		return STATUS_NO_MEMORY;
	if (is_new)
		habit->first_ns = judged->time_ns;
	habit->calls++;
	is_learned = habit->calls > CLASS_HABITS_CALLS &&
		     usual_since(habit->first_ns, judged->time_ns) >= USUAL_LEARN_NS;
	for (size_t i = 0; i < past->undeclared_count && status == STATUS_OK; i++)
		status = take_class(habits, judged, past->undeclared[i], is_learned);
	return status;
}

/* -- across restarts ------------------------------------------------------------------ */

static void maps_of(struct class_habits *habits, struct pack_map maps[2])
{
	maps[0] = (struct pack_map){&habits->operations, 2};
	maps[1] = (struct pack_map){&habits->classes, 2};
}

bool class_habits_pack(struct class_habits *habits, struct pack_place *place, struct pack *pack)
{
	struct pack_map maps[2];
	const void *value;

	maps_of(habits, maps);
	value = pack_next(maps, 2, place, pack);
	if (value == NULL)
		return false;
	if (place->part == 0) {
		const struct habit *habit = value;

		pack_numbers(pack, (const uint64_t[]){habit->first_ns, habit->calls}, 2);
	} else {
		const struct class_seen *seen = value;

		pack_numbers(pack, (const uint64_t[]){seen->is_news, seen->first_ns}, 2);
	}
	return true;
}

void class_habits_unpack(struct class_habits *habits, struct cursor *cursor)
{
	struct pack_map maps[2];
	uint64_t numbers[PACK_NUMBERS_MAX];
	size_t part;
	void *value;

	maps_of(habits, maps);
	value = unpack_next(maps, 2, cursor, &part, numbers);
	if (value == NULL)
		return;
	if (part == 0)
		*(struct habit *)value = (struct habit){.first_ns = numbers[0], .calls = numbers[1]};
	else
		*(struct class_seen *)value =
			(struct class_seen){.is_news = numbers[0] != 0, .first_ns = numbers[1]};
}
