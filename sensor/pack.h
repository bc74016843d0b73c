/*
 * pack: what a table remembers as bytes, for the state that outlives the
 * process; read back with a cursor.
 *
 * Thread   any; pure functions. After the first failure nothing more is added.
 */
#pragma once

#include "parsers/base/buffer.h"
#include "parsers/base/cursor.h"
#include "parsers/base/map.h"
#include "parsers/base/sketch.h"

struct pack {
	struct buffer *out;
	enum status status;
};

/* How far a table was packed; zeroed: its beginning. Which of its members mean something the table says. */
struct pack_place {
	const void *at;
	size_t part, step;
};

struct pack pack_begin(struct buffer *out); /* clears it */
void pack_number(struct pack *pack, uint64_t number);
void pack_numbers(struct pack *pack, const uint64_t *numbers, size_t count);
void pack_text(struct pack *pack, struct bytes text);
void pack_real(struct pack *pack, double real);

void unpack_numbers(struct cursor *cursor, uint64_t *out_numbers, size_t count);
double unpack_real(struct cursor *cursor);       /* 0 for what is no number, or below 0 */
float unpack_float(struct cursor *cursor);       /* likewise, and for what is too large for one */
struct bytes unpack_text(struct cursor *cursor); /* borrowed */

/* A real number among others. */
uint64_t pack_bits(double real);
double unpack_bits(uint64_t bits); /* 0 for what is no number, or below 0 */

/* In as few bytes as the few registers need that mostly are set. */
void pack_sketch(struct pack *pack, const struct sketch *sketch);
void unpack_sketch(struct cursor *cursor, struct sketch *out_sketch);

/* Maps of one table whose entries are numbers, of each so many, and little more. */
struct pack_map {
	struct map *map;
	size_t number_count; /* at most PACK_NUMBERS_MAX */
};
#define PACK_NUMBERS_MAX 8

/* The next entry of all of them, the oldest of each first: which map (place->part) and its key are packed.
 * NULL at the end. */
const void *pack_next(const struct pack_map *maps, size_t map_count, struct pack_place *place,
		      struct pack *pack);
/* Likewise read back, with its numbers. NULL, and no entry, when not all of that is there. */
void *unpack_next(const struct pack_map *maps, size_t map_count, struct cursor *cursor, size_t *out_part,
		  uint64_t out_numbers[PACK_NUMBERS_MAX]);
