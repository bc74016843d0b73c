#include "sensor/behaviour/course.h"

#include "parsers/base/limits.h"
#include "parsers/base/sketch.h"
#include "sensor/behaviour/raise.h"
#include "sensor/behaviour/usual.h"
#include "sensor/places.h"

#define MINUTE_NS   (60 * SECONDS)
#define PAUSE_NS    (30 * MINUTE_NS) /* after it a caller begins anew */
#define TOGETHER_NS (10 * MINUTE_NS)
#define NEWS_NS     (24 * 3600 * SECONDS) /* a step that was new is usual after that */

struct caller {
	uint64_t operation; /* hash of the last one; 0: it begins */
	bool is_news;       /* that operation is new to the API */
	uint64_t last_ns, new_ns;
	unsigned new_count; /* new steps since new_ns */
};

struct step {
	uint64_t usual_ns; /* from then on it is known */
	uint64_t count;    /* since then, to 2 */
};

struct api_steps {
	uint64_t first_ns, steps, single;
};

static void map_of(struct map *map, size_t entries_max, size_t value_len, uint64_t seed)
{
	map_init(map, &(struct map_plan){.entries_max = entries_max,
					 .value_len = value_len,
					 .key_len = 3 * sizeof(uint64_t),
					 .seed = seed});
}

void course_init(struct course *course, uint64_t seed)
{
	map_of(&course->callers, LIMIT_COURSES, sizeof(struct caller), seed);
	map_of(&course->steps, LIMIT_STEPS, sizeof(struct step), seed);
	map_of(&course->apis, LIMIT_RESOURCES, sizeof(struct api_steps), seed);
}

void course_finish(struct course *course)
{
	map_finish(&course->callers);
	map_finish(&course->steps);
	map_finish(&course->apis);
}

static struct bytes key_of(const uint64_t *parts, size_t len)
{
	return (struct bytes){.data = (const char *)parts, .len = len};
}

static bool is_learned(const struct api_steps *api, uint64_t time_ns)
{
	return api->steps >= COURSE_STEPS && usual_since(api->first_ns, time_ns) >= USUAL_LEARN_NS &&
	       api->single * COURSE_RARE <= api->steps;
}

/* An operation of which nobody made use before: for a day what leads there and away is new, too. */
static bool is_news(const struct api_steps *api, struct step *use, bool is_new, uint64_t time_ns)
{
	if (is_new)
		use->usual_ns = is_learned(api, time_ns) ? time_ns + NEWS_NS : time_ns;
	return time_ns < use->usual_ns;
}

/* False: nobody took it before, or it is news still. What is news does not count: it would blur what is
 * usual. */
static bool is_usual(struct api_steps *api, struct step *step, bool is_new, uint64_t time_ns)
{
	if (is_new)
		step->usual_ns = is_learned(api, time_ns) ? time_ns + NEWS_NS : time_ns;
	if (time_ns < step->usual_ns)
		return false;
	api->steps++;
	if (step->count < 2) {
		step->count++;
		api->single += step->count == 1 ? 1 : (uint64_t)-1;
	}
	return true;
}

static void tell(struct judged *judged, unsigned count)
{
	struct finding finding = raise_of("abuse.sequence_anomaly");

	finding.subject = judged->past.actor;
	finding.expected = BYTES("the order in which the API's clients call");
	finding.observed =
		arena_printf(&judged->arena, "%u steps that nobody took before, within ten minutes", count);
	judged_raise(judged, &finding);
}

static bool is_step(const struct judged *judged)
{
	return judged->is_documented && judged->status / 100 == 2;
}

/* The step itself depends on what the caller did before. */
void course_recall(const struct course *course, const struct judged *judged, struct recall *recall)
{
	const uint64_t api_hash = sketch_hash(judged->api_id, 0),
		       operation = sketch_hash(judged->operation_id, api_hash) | 1;
	const uint64_t who[] = {api_hash, sketch_hash(judged->past.actor, 0)};

	if (!is_step(judged))
		return;
	recall_add(recall, &course->apis, judged->api_id);
	recall_add(recall, &course->callers, key_of(who, sizeof(who)));
	recall_add(recall, &course->steps, key_of((const uint64_t[]){api_hash, operation}, 16));
}

enum status course_take(struct course *course, struct judged *judged)
{
	const uint64_t api_hash = sketch_hash(judged->api_id, 0),
		       operation = sketch_hash(judged->operation_id, api_hash) | 1;
	const uint64_t who[] = {api_hash, sketch_hash(judged->past.actor, 0)};
	struct api_steps *api;
	struct caller *caller;
	struct step *step, *use;
	bool is_new_api, is_new_caller, is_new, is_new_use, was_news, is_step_usual;

	if (!is_step(judged))
		return STATUS_OK;
	api = places_put(judged, PLACE_COURSE_API, &course->apis, judged->api_id, &is_new_api);
	caller = map_put(&course->callers, key_of(who, sizeof(who)), &is_new_caller);
	if (api == NULL || caller == NULL)
		return STATUS_NO_MEMORY;
	if (is_new_api)
		api->first_ns = judged->time_ns;
	if (judged->time_ns - caller->last_ns >= PAUSE_NS)
		*caller = (struct caller){0};
	caller->last_ns = judged->time_ns;
	step = map_put(&course->steps, key_of((const uint64_t[]){api_hash, caller->operation, operation}, 24),
		       &is_new);
	use = places_put(judged, PLACE_COURSE_USE, &course->steps,
			 key_of((const uint64_t[]){api_hash, operation}, 16), &is_new_use);
	if (step == NULL || use == NULL)
		return STATUS_NO_MEMORY;
	was_news = caller->is_news;
	caller->operation = operation;
	caller->is_news = is_news(api, use, is_new_use, judged->time_ns);
	is_step_usual = is_usual(api, step, is_new, judged->time_ns);
	if (is_step_usual || was_news || caller->is_news)
		return STATUS_OK;
	if (caller->new_count == 0 || judged->time_ns - caller->new_ns >= TOGETHER_NS) {
		caller->new_ns = judged->time_ns;
		caller->new_count = 0;
	}
	if (++caller->new_count >= COURSE_NEW)
		tell(judged, caller->new_count);
	return STATUS_OK;
}

/* -- across restarts ------------------------------------------------------------------ */

static void maps_of(struct course *course, struct pack_map maps[3])
{
	maps[0] = (struct pack_map){&course->callers, 5};
	maps[1] = (struct pack_map){&course->steps, 2};
	maps[2] = (struct pack_map){&course->apis, 3};
}

bool course_pack(struct course *course, struct pack_place *place, struct pack *pack)
{
	struct pack_map maps[3];
	const void *value;

	maps_of(course, maps);
	value = pack_next(maps, 3, place, pack);
	if (value == NULL)
		return false;
	if (place->part == 0) {
		const struct caller *caller = value;

		pack_numbers(pack,
			     (const uint64_t[]){caller->operation, caller->is_news, caller->last_ns,
						caller->new_ns, caller->new_count},
			     5);
	} else if (place->part == 1) {
		const struct step *step = value;

		pack_numbers(pack, (const uint64_t[]){step->usual_ns, step->count}, 2);
	} else {
		const struct api_steps *api = value;

		pack_numbers(pack, (const uint64_t[]){api->first_ns, api->steps, api->single}, 3);
	}
	return true;
}

void course_unpack(struct course *course, struct cursor *cursor)
{
	struct pack_map maps[3];
	uint64_t numbers[PACK_NUMBERS_MAX];
	size_t part;
	void *value;

	maps_of(course, maps);
	value = unpack_next(maps, 3, cursor, &part, numbers);
	if (value == NULL)
		return;
	if (part == 0)
		*(struct caller *)value = (struct caller){.operation = numbers[0],
							  .is_news = numbers[1] != 0,
							  .last_ns = numbers[2],
							  .new_ns = numbers[3],
							  .new_count = (unsigned)numbers[4]};
	else if (part == 1)
		*(struct step *)value = (struct step){.usual_ns = numbers[0], .count = numbers[1]};
	else
		*(struct api_steps *)value =
			(struct api_steps){.first_ns = numbers[0], .steps = numbers[1], .single = numbers[2]};
}
