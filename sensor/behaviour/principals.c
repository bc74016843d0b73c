#include "sensor/behaviour/principals.h"

#include "parsers/base/limits.h"
#include "sensor/behaviour/raise.h"

/* The call behind lies within the one before. */
#define TOGETHER_NS (60 * SECONDS)

struct half {
	enum judged_leg leg;
	uint64_t principal, time_ns;
};

struct user {
	uint64_t other; /* on the other side */
	unsigned count;
	bool has_several;
};

static void map_of(struct map *map, size_t entries_max, size_t value_len, uint64_t seed)
{
	map_init(map, &(struct map_plan){.entries_max = entries_max,
					 .value_len = value_len,
					 .key_len = sizeof(uint64_t),
					 .seed = seed});
}

void principals_init(struct principals *principals, uint64_t seed)
{
	map_of(&principals->halves, LIMIT_FORWARDED, sizeof(struct half), seed);
	map_of(&principals->before, LIMIT_PRINCIPALS, sizeof(struct user), seed);
	map_of(&principals->behind, LIMIT_PRINCIPALS, sizeof(struct user), seed);
}

void principals_finish(struct principals *principals)
{
	map_finish(&principals->halves);
	map_finish(&principals->before);
	map_finish(&principals->behind);
}

static struct bytes key_of(const uint64_t *hash)
{
	return (struct bytes){.data = (const char *)hash, .len = sizeof(*hash)};
}

static struct user *user_of(struct map *map, uint64_t hash)
{
	bool is_new;

	return map_put(map, key_of(&hash), &is_new);
}

static bool is_own(const struct user *user, uint64_t other)
{
	return user->other == other && user->count >= PRINCIPALS_LEARN && !user->has_several;
}

static void learn(struct user *user, uint64_t other)
{
	if (user->count == 0)
		user->other = other;
	user->has_several |= user->other != other;
	user->count++;
}

static void tell(struct judged *judged)
{
	struct finding finding = raise_of("auth.principal_mismatch");

	finding.is_partner_wide = false;
	raise_by_answer(&finding, judged);
	finding.expected = BYTES("the user behind the gateway that this caller always had");
	finding.observed = BYTES("the user of another caller");
	judged_raise(judged, &finding);
}

static enum status pair(struct principals *principals, uint64_t before, uint64_t behind,
			struct judged *judged)
{
	struct user *caller = user_of(&principals->before, before),
		    *user = user_of(&principals->behind, behind);

	if (caller == NULL || user == NULL)
		return STATUS_NO_MEMORY;
	/* A mix-up teaches nothing: else it would make its user one that many share. */
	if (caller->other != behind && is_own(caller, caller->other) && user->other != before &&
	    is_own(user, user->other)) {
		tell(judged);
		return STATUS_OK;
	}
	learn(caller, behind);
	learn(user, before);
	return STATUS_OK;
}

enum status principals_take(struct principals *principals, struct judged *judged)
{
	const struct judged_past *past = &judged->past;
	struct half *half, other;
	bool is_new;

	if (past->leg == LEG_NONE || past->trace == 0 || past->principal == 0)
		return STATUS_OK;
	half = map_put(&principals->halves, key_of(&past->trace), &is_new);
	if (half == NULL)
		return STATUS_NO_MEMORY;
	other = *half;
	if (is_new || other.leg == past->leg || judged->time_ns - other.time_ns > TOGETHER_NS) {
		*half = (struct half){past->leg, past->principal, judged->time_ns};
		return STATUS_OK;
	}
	map_remove(&principals->halves, half);
	return past->leg == LEG_BEFORE ? pair(principals, past->principal, other.principal, judged)
				       : pair(principals, other.principal, past->principal, judged);
}

/* -- across restarts ------------------------------------------------------------------ */

/* Halves that wait for the other within a minute are not worth it. */
static void maps_of(struct principals *principals, struct pack_map maps[2])
{
	maps[0] = (struct pack_map){&principals->before, 3};
	maps[1] = (struct pack_map){&principals->behind, 3};
}

bool principals_pack(struct principals *principals, struct pack_place *place, struct pack *pack)
{
	struct pack_map maps[2];
	const struct user *user;

	maps_of(principals, maps);
	user = pack_next(maps, 2, place, pack);
	if (user == NULL)
		return false;
	pack_numbers(pack, (const uint64_t[]){user->other, user->count, user->has_several}, 3);
	return true;
}

void principals_unpack(struct principals *principals, struct cursor *cursor)
{
	struct pack_map maps[2];
	uint64_t numbers[PACK_NUMBERS_MAX];
	size_t part;
	struct user *user;

	maps_of(principals, maps);
	user = unpack_next(maps, 2, cursor, &part, numbers);
	if (user != NULL)
		*user = (struct user){
			.other = numbers[0], .count = (unsigned)numbers[1], .has_several = numbers[2] != 0};
}
