/*
 * shape: what a value looks like, in one number: its place, its length, how many
 * digits and signs it has, and which kinds of bytes. Many values share a shape; what a
 * shape rules out is ruled out for all of them.
 *
 *	shape = shape_of(&shaper, place, value);
 *	if ((shape & KIND(KIND_DIGIT)) == 0) there is no digit in it
 */
#pragma once

#include "parsers/base/bytes.h"

/* The counts of a shape end here. */
#define SHAPE_LEN_MAX    127
#define SHAPE_DIGITS_MAX 63
#define SHAPE_OTHERS_MAX 15

/* Each sign of ASCII is a kind of its own. */
enum shape_kind {
	KIND_DIGIT,
	KIND_LOWER,
	KIND_UPPER,
	KIND_HIGH, /* beyond ASCII */
	KIND_CONTROL,
	KIND_LINE_FEED,
	KIND_TAB,
	KIND_RETURN,
	KIND_SIGN, /* the first of 34: space to '/', ':' to '@', '[' to '`', '{' to DEL */
	KIND_COUNT = KIND_SIGN + 34,
};

#define KIND(kind) (1ull << (kind))
#define KINDS_ALL  (KIND(KIND_COUNT) - 1)

/* Of a shape: so much at most, as far as a count goes. */
struct shape_parts {
	unsigned len, digits, others; /* others: neither letters nor digits */
	unsigned place;               /* number of the bit in enum scan_place */
	uint64_t kinds;
};

/* What each byte adds to a shape. */
struct shaper {
	uint64_t kinds[256];
	uint32_t counts[256];
};

unsigned kind_of(unsigned char byte);
void shaper_init(struct shaper *shaper);
uint64_t shape_of(const struct shaper *shaper, unsigned place, struct bytes value); /* never 0 */
struct shape_parts shape_parts(uint64_t shape);

/* Which counts and kinds make a difference: shapes that differ in nothing else become one. */
struct shape_grid {
	uint8_t lens[SHAPE_LEN_MAX + 1], digits[SHAPE_DIGITS_MAX + 1], others[SHAPE_OTHERS_MAX + 1];
	uint64_t kinds;
};

/* Of a count: the largest that makes a difference, up to it. Marked are those that do; 0 always does. */
void grid_settle(struct shape_grid *grid);
uint64_t grid_shape(const struct shape_grid *grid, uint64_t shape);
