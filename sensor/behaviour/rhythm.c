#include "sensor/behaviour/rhythm.h"

#include <math.h>

#include "parsers/base/limits.h"
#include "parsers/base/sketch.h"
#include "sensor/behaviour/raise.h"
#include "sensor/behaviour/usual.h"
#include "sensor/places.h"

#define PAUSE_NS  (3600 * SECONDS) /* after it the distance says nothing */
#define VARIATION 0.1              /* standard deviation by mean of the distances */

struct caller {
	uint64_t last_ns;
	unsigned count;     /* of distances */
	double mean, apart; /* Welford 1962: mean, and sum of squared distances from it */
};

struct operation_rhythm {
	uint64_t first_ns, samples, regular;
};

void rhythm_init(struct rhythm *rhythm, uint64_t seed)
{
	map_init(&rhythm->callers, &(struct map_plan){.entries_max = LIMIT_RHYTHMS,
						      .value_len = sizeof(struct caller),
						      .key_len = 2 * sizeof(uint64_t),
						      .seed = seed});
	map_init(&rhythm->operations, &(struct map_plan){.entries_max = LIMIT_RESOURCES,
							 .value_len = sizeof(struct operation_rhythm),
							 .key_len = sizeof(uint64_t),
							 .seed = seed});
}

void rhythm_finish(struct rhythm *rhythm)
{
	map_finish(&rhythm->callers);
	map_finish(&rhythm->operations);
}

static void add(struct caller *caller, double distance)
{
	double from_mean = distance - caller->mean;

	caller->count++;
	caller->mean += from_mean / caller->count;
	caller->apart += from_mean * (distance - caller->mean);
}

static double variation_of(const struct caller *caller)
{
	return caller->mean <= 0 ? 0 : sqrt(caller->apart / caller->count) / caller->mean;
}

static bool is_learned(const struct operation_rhythm *operation, uint64_t time_ns)
{
	return operation->samples >= RHYTHM_SAMPLES && operation->regular * 20 <= operation->samples &&
	       usual_since(operation->first_ns, time_ns) >= USUAL_LEARN_NS;
}

static void judge(struct operation_rhythm *operation, const struct caller *caller, struct judged *judged)
{
	bool is_regular = variation_of(caller) < VARIATION;
	struct finding finding;

	if (!is_regular || !is_learned(operation, judged->time_ns)) {
		operation->samples++;
		operation->regular += is_regular;
		return;
	}
	finding = raise_of("abuse.automation_timing");
	finding.is_partner_wide = false;
	finding.subject = judged->past.actor;
	finding.expected = BYTES("calls at odd times, as nearly all callers of this operation make");
	finding.observed = arena_printf(&judged->arena, "%u calls every %.1f s, give or take %.0f %%",
					caller->count + 1, caller->mean / 1e9, variation_of(caller) * 100);
	judged_raise(judged, &finding);
}

void rhythm_recall(const struct rhythm *rhythm, const struct judged *judged, struct recall *recall)
{
	const uint64_t where = sketch_hash(judged->operation_id, sketch_hash(judged->api_id, 0));
	const uint64_t who[] = {where, sketch_hash(judged->past.actor, 0)};

	if (!judged->is_documented)
		return;
	recall_add(recall, &rhythm->operations, (struct bytes){(const char *)&where, sizeof(where)});
	recall_add(recall, &rhythm->callers, (struct bytes){(const char *)who, sizeof(who)});
}

enum status rhythm_take(struct rhythm *rhythm, struct judged *judged)
{
	const uint64_t where = sketch_hash(judged->operation_id, sketch_hash(judged->api_id, 0));
	const uint64_t who[] = {where, sketch_hash(judged->past.actor, 0)};
	struct operation_rhythm *operation;
	struct caller *caller;
	bool is_new, is_first;

	if (!judged->is_documented)
		return STATUS_OK;
	operation = places_put(judged, PLACE_RHYTHM, &rhythm->operations,
			       (struct bytes){(const char *)&where, sizeof(where)}, &is_new);
	caller = map_put(&rhythm->callers, (struct bytes){(const char *)who, sizeof(who)}, &is_first);
	if (operation == NULL || caller == NULL)
		return STATUS_NO_MEMORY;
	if (is_new)
		operation->first_ns = judged->time_ns;
	if (!is_first && judged->request.first_ns - caller->last_ns < PAUSE_NS)
		add(caller, (double)(judged->request.first_ns - caller->last_ns));
	caller->last_ns = judged->request.first_ns;
	if (caller->count < RHYTHM_CALLS - 1)
		return STATUS_OK;
	judge(operation, caller, judged);
	*caller = (struct caller){.last_ns = caller->last_ns};
	return STATUS_OK;
}

/* -- across restarts ------------------------------------------------------------------ */

static void maps_of(struct rhythm *rhythm, struct pack_map maps[2])
{
	maps[0] = (struct pack_map){&rhythm->callers, 4};
	maps[1] = (struct pack_map){&rhythm->operations, 3};
}

bool rhythm_pack(struct rhythm *rhythm, struct pack_place *place, struct pack *pack)
{
	struct pack_map maps[2];
	const void *value;

	maps_of(rhythm, maps);
	value = pack_next(maps, 2, place, pack);
	if (value == NULL)
		return false;
	if (place->part == 0) {
		const struct caller *caller = value;

		pack_numbers(pack,
			     (const uint64_t[]){caller->last_ns, caller->count, pack_bits(caller->mean),
						pack_bits(caller->apart)},
			     4);
	} else {
		const struct operation_rhythm *operation = value;

		pack_numbers(pack,
			     (const uint64_t[]){operation->first_ns, operation->samples, operation->regular},
			     3);
	}
	return true;
}

void rhythm_unpack(struct rhythm *rhythm, struct cursor *cursor)
{
	struct pack_map maps[2];
	uint64_t numbers[PACK_NUMBERS_MAX];
	size_t part;
	void *value;

	maps_of(rhythm, maps);
	value = unpack_next(maps, 2, cursor, &part, numbers);
	if (value == NULL)
		return;
	if (part == 0)
		*(struct caller *)value = (struct caller){.last_ns = numbers[0],
							  .count = (unsigned)(numbers[1] % RHYTHM_CALLS),
							  .mean = unpack_bits(numbers[2]),
							  .apart = unpack_bits(numbers[3])};
	else
		*(struct operation_rhythm *)value = (struct operation_rhythm){
			.first_ns = numbers[0], .samples = numbers[1], .regular = numbers[2]};
}
