#include "rules/sieve_bound.h"

#include <limits.h>
#include <stdlib.h>

#define SET_COUNT 256

/* The lanes, which are twice as many as classes, and two sets of classes. */
#define SET_PARTS 4

bool bound_sets_init(struct bound_sets *sets, size_t words, const struct bound_lanes *of)
{
	*sets = (struct bound_sets){.of = *of, .words = words};
	sets->list = calloc(SET_COUNT, sizeof(*sets->list));
	sets->lanes = calloc(SET_COUNT * SET_PARTS * words, sizeof(*sets->lanes));
	return sets->list != NULL && sets->lanes != NULL;
}

void bound_sets_finish(struct bound_sets *sets)
{
	free(sets->list);
	free(sets->lanes);
	*sets = (struct bound_sets){0};
}

/* The least that one of the lanes needs. */
static void needs_join(const struct bound_sets *sets, const uint64_t *lanes, struct bound_set *set)
{
	set->run_min = SIZE_MAX;
	set->digits_min = UINT_MAX;
	for (size_t i = 0; i < 2 * sets->words; i++)
		for (uint64_t bits = lanes[i]; bits != 0; bits &= bits - 1) {
			size_t lane = i * 64 + (size_t)__builtin_ctzll(bits);
			size_t run_min = sets->of.run_min[lane];
			unsigned digits_min = sets->of.needs[lane].least.digits;

			set->run_min = run_min < set->run_min ? run_min : set->run_min;
			set->digits_min = digits_min < set->digits_min ? digits_min : set->digits_min;
		}
}

/* A word in the value gives context to what stands behind it: nothing there begins with the first line. */
static void make(const struct bound_sets *sets, const uint64_t *named, const uint64_t *worded, bool has_lines,
		 uint64_t *lanes, struct bound_set *out_set)
{
	*out_set = (struct bound_set){.begin.lanes = lanes, .is_known = true, .has_lines = has_lines};
	for (size_t i = 0; i < 2 * sets->words; i++) {
		size_t at = i < sets->words ? i : i - sets->words;
		uint64_t late = has_lines ? 0 : sets->of.line_bound[i];

		lanes[i] = (named[at] | (worded[at] & ~late)) & sets->of.beside[i];
		out_set->is_any |= lanes[i] != 0;
	}
	needs_join(sets, lanes, out_set);
}

static size_t slot_of(const struct bound_sets *sets, const uint64_t *named, const uint64_t *worded,
		      bool has_lines)
{
	uint64_t hash = has_lines;

	for (size_t i = 0; i < sets->words; i++)
		hash += (named[i] ^ worded[i] * 0x9E3779B97F4A7C15ull) * (0xD6E8FEB86659FD93ull + 2 * i);
	return ((hash ^ hash >> 32) * 0x9E3779B97F4A7C15ull >> 48) % SET_COUNT;
}

struct bound_set *bound_sets_find(struct bound_sets *sets, const uint64_t *named, const uint64_t *worded,
				  bool has_lines)
{
	size_t words = sets->words, slot = slot_of(sets, named, worded, has_lines);
	struct bound_set *set = &sets->list[slot];
	uint64_t *lanes = sets->lanes + slot * SET_PARTS * words;
	uint64_t *of_named = lanes + 2 * words, *of_worded = of_named + words, difference = 0;

	for (size_t i = 0; i < words; i++)
		difference |= (of_named[i] ^ named[i]) | (of_worded[i] ^ worded[i]);
	if (difference == 0 && set->is_known && set->has_lines == has_lines)
		return set;
	for (size_t i = 0; i < words; i++) {
		of_named[i] = named[i];
		of_worded[i] = worded[i];
	}
	make(sets, named, worded, has_lines, lanes, set);
	return set;
}

bool bound_is_out(const struct bound_set *set, struct bytes value)
{
	if (!set->is_any || (set->run_min > 0 && !bound_has_run(value, set->run_min)))
		return true;
	return set->digits_min > 0 && value.len <= GLANCE_LEN_MAX &&
	       glance_at(value).digits < set->digits_min;
}

/* From the end of each place where it could be back to a letter: the next begins behind that. */
bool bound_has_run(struct bytes value, size_t len)
{
	for (size_t end = len; end <= value.len;) {
		size_t at = end;

		while (at > end - len && !ascii_is_alpha(value.data[at - 1]))
			at--;
		if (at == end - len)
			return true;
		end = at + len;
	}
	return false;
}
