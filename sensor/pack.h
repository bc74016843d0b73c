/*
 * pack: what a table remembers as bytes, for the state that outlives the
 * process; read back with a cursor.
 *
 * Thread   any; pure functions. After the first failure nothing more is added.
 */
#pragma once

#include "parsers/base/buffer.h"
#include "parsers/base/cursor.h"

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
struct bytes unpack_text(struct cursor *cursor); /* borrowed */
