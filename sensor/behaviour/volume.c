#include "sensor/behaviour/volume.h"

#include "parsers/base/limits.h"
#include "sensor/behaviour/raise.h"
#include "sensor/behaviour/usual.h"

#define HOUR_NS (3600 * SECONDS)

struct given {
	uint64_t start_ns;
	struct sketch values;
	struct usual usual;
};

void volume_init(struct volume *volume, uint64_t seed)
{
	map_init(&volume->credentials, &(struct map_plan){.entries_max = LIMIT_VOLUMES,
							  .value_len = sizeof(struct given),
							  .seed = seed});
}

void volume_finish(struct volume *volume)
{
	map_finish(&volume->credentials);
}

static void tell(struct judged *judged, struct bytes expected, uint64_t count)
{
	struct finding finding = raise_of("pii.excess_volume");

	finding.subject = judged->past.actor;
	finding.expected = expected;
	finding.observed =
		arena_printf(&judged->arena, "%llu different sensitive values", (unsigned long long)count);
	finding.message =
		arena_printf(&judged->arena, "One credential was given %llu different sensitive values",
			     (unsigned long long)count);
	judged_raise(judged, &finding);
}

/* A sketch is right within a twentieth: what is not a tenth above a cap may be below it. */
static bool is_over_cap(uint64_t count, uint64_t cap)
{
	return cap > 0 && count > cap && count - cap > cap / 10;
}

enum status volume_take(struct volume *volume, struct judged *judged)
{
	const struct judged_past *past = &judged->past;
	const uint64_t cap = past->values_max, window_ns = cap > 0 ? past->values_per_ns : HOUR_NS;
	struct given *given;
	bool is_new;
	uint64_t count;

	if (past->values == NULL || !past->has_credential || judged->status / 100 != 2)
		return STATUS_OK;
	given = map_put(&volume->credentials, past->actor, &is_new);
	if (given == NULL)
		return STATUS_NO_MEMORY;
	if (is_new || judged->time_ns - given->start_ns >= window_ns) {
		usual_learn(&given->usual, sketch_count(&given->values), judged->time_ns);
		given->values = (struct sketch){0};
		given->start_ns = judged->time_ns;
	}
	sketch_merge(&given->values, past->values);
	count = sketch_count(&given->values);
	if (is_over_cap(count, cap))
		tell(judged,
		     arena_printf(&judged->arena, "at most %llu in the agreed time", (unsigned long long)cap),
		     count);
	else if (cap == 0 && count >= VOLUME_LEAST &&
		 usual_is_exceeded(&given->usual, count, judged->time_ns))
		tell(judged,
		     arena_printf(&judged->arena, "about %.0f within an hour, the most known",
				  given->usual.most),
		     count);
	return STATUS_OK;
}

/* -- across restarts ------------------------------------------------------------------ */

bool volume_pack(struct volume *volume, struct pack_place *place, struct pack *pack)
{
	const struct pack_map map = {&volume->credentials, 4};
	const struct given *given = pack_next(&map, 1, place, pack);

	if (given == NULL)
		return false;
	pack_numbers(pack, (const uint64_t[]){given->start_ns, USUAL_NUMBERS(&given->usual)}, 4);
	pack_sketch(pack, &given->values);
	return true;
}

void volume_unpack(struct volume *volume, struct cursor *cursor)
{
	const struct pack_map map = {&volume->credentials, 4};
	uint64_t numbers[PACK_NUMBERS_MAX];
	size_t part;
	struct given *given = unpack_next(&map, 1, cursor, &part, numbers);

	if (given == NULL)
		return;
	given->start_ns = numbers[0];
	given->usual = usual_of(numbers + 1);
	unpack_sketch(cursor, &given->values);
}
