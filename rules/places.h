/*
 * places: a regular expression as an automaton of places (Glushkov): each place
 * is one byte of a match, and what follows it. Made for rules/sieve: it may
 * accept more than the pattern does, never less. Long repeats become loops,
 * ^ $ and \b hold everywhere.
 *
 *	if (places_read(class->pattern, places))
 *		for (size_t i = 0; i < places->count; i++) ... places->bytes[i], places->follow[i]
 *
 * Read is what Hyperscan reads without flags: bytes, classes, escapes, groups,
 * choices, repeats and (?i). Whatever else stands in a pattern makes it false.
 */
#pragma once

#include "parsers/base/bytes.h"

#define PLACES_MAX 512

struct byte_set {
	uint64_t bits[4];
};

struct place_set {
	uint64_t bits[PLACES_MAX / 64];
};

struct places {
	size_t count;
	struct byte_set bytes[PLACES_MAX];
	struct place_set follow[PLACES_MAX];
	struct place_set first, last; /* where a match may begin and end */
	bool is_line_start;           /* every match begins where the text or a line does, */
	bool is_line_end;             /* or ends there */
	size_t exact_len_max; /* in texts up to it, but for these two, it accepts what the pattern does */
};

/* `out_places` is zero, or was read into before. */
bool places_read(struct bytes pattern, struct places *out_places);

/* The length of the shortest text that it accepts: at least 1. Of what was read. */
size_t places_len_min(const struct places *places);

/* As if nothing had been read. */
void places_clear(struct places *places);

static inline bool byte_set_has(const struct byte_set *set, unsigned char byte)
{
	return (set->bits[byte / 64] >> byte % 64 & 1) != 0;
}

/* The first byte of the set from there on; 256: there is none. */
static inline unsigned byte_set_next(const struct byte_set *set, unsigned from)
{
	while (from < 256) {
		uint64_t bits = set->bits[from / 64] >> from % 64;

		if (bits != 0)
			return from + (unsigned)__builtin_ctzll(bits);
		from = (from / 64 + 1) * 64;
	}
	return 256;
}

static inline void byte_set_add(struct byte_set *set, unsigned from, unsigned to)
{
	for (unsigned byte = from; byte <= to; byte++)
		set->bits[byte / 64] |= 1ull << byte % 64;
}

/* Is every byte of `set` also in `other`? */
static inline bool byte_set_within(const struct byte_set *set, const struct byte_set *other)
{
	return ((set->bits[0] & ~other->bits[0]) | (set->bits[1] & ~other->bits[1]) |
		(set->bits[2] & ~other->bits[2]) | (set->bits[3] & ~other->bits[3])) == 0;
}

static inline void place_set_add(struct place_set *set, size_t place)
{
	set->bits[place / 64] |= 1ull << place % 64;
}

static inline bool place_set_has(const struct place_set *set, size_t place)
{
	return (set->bits[place / 64] >> place % 64 & 1) != 0;
}
