/*
 * sieve_needs: what a value must have so that a pattern could match in it, told
 * from the pattern alone: its length, digits, signs and kinds of bytes.
 *
 * Lanes are patterns, by number; a set of them is a bit set.
 */
#pragma once

#include "parsers/base/status.h"
#include "rules/glance.h"
#include "rules/places.h"
#include "rules/shape.h"

struct needs {
	struct shape_parts least; /* so much; and of the kinds all */
	uint64_t any_sign;        /* one of these kinds; 0: none is needed */
	uint64_t any_letter;      /* and one of these */
	uint64_t any_but_digit;   /* and one of these */
	unsigned places;          /* of enum scan_place */
};

/* All but out_needs->places. */
void needs_read(const struct places *places, const struct shaper *shaper, struct needs *out_needs);

/* Of all lanes, laid out so that a shape is answered in a few steps. */
struct needs_of_all {
	struct needs *list; /* of each lane */
	size_t lane_count, words;
	uint64_t *met; /* sets of lanes: those that a length is enough for, and so on */
};

MUST_CHECK bool needs_init(struct needs_of_all *all, size_t lane_words);
void needs_finish(struct needs_of_all *all);
void needs_add(struct needs_of_all *all, size_t lane); /* once list[lane] is read */

/* The lanes whose needs a value of such a shape meets. */
void needs_met(const struct needs_of_all *all, const struct shape_parts *parts, uint64_t *out_lanes);

/* Of values of letters and digits alone, by their length: a bit for each count of digits that some lane has
 * enough with. */
struct needs_runs {
	uint64_t digits[GLANCE_LEN_MAX + 1];
};

void runs_add(struct needs_runs *runs, const struct needs *needs);

/* `len` is at most GLANCE_LEN_MAX. */
static inline bool runs_have(const struct needs_runs *runs, size_t len, size_t digits)
{
	return digits >= 64 || (runs->digits[len] >> digits & 1) != 0;
}
