/*
 * arena: memory given back all at once, with a ceiling.
 *
 * Everything that lives exactly as long as one exchange, one judged record or
 * one loaded contract comes from one arena and is freed in one line.
 *
 *	struct arena arena;
 *	arena_init(&arena, LIMIT_EXCHANGE_BYTES);
 *	text = arena_copy(&arena, bytes);	-> data NULL when the ceiling is reached
 *	arena_finish(&arena);
 *
 * Owns     its blocks. The first is taken at the first allocation; `stock` may be set before that.
 * Lends    what it allocates, until arena_reset or arena_finish.
 * Thread   one arena, one thread at a time.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/stock.h"

struct arena_block;

struct arena {
	struct arena_block *newest;
	size_t used;         /* bytes handed out */
	size_t bytes_max;    /* the ceiling of what is handed out */
	size_t block_len;    /* of the first block; then a quarter of what it holds, up to LIMIT_ARENA_BLOCK;
				0: all have that */
	bool is_full;        /* something was refused: no memory, or the ceiling */
	struct stock *stock; /* of blocks that are as long as its own (ARENA_STOCK_LEN); NULL: malloc's */
	bool is_away; /* with another thread than the one that takes from the stock: what it still needs
			 is malloc's, and goes to the stock as well */
};

/* A stock of such blocks gives arenas blocks of `block_len`. */
#define ARENA_STOCK_LEN(block_len) ((block_len) + ARENA_HEADER_LEN)
#define ARENA_HEADER_LEN           (2 * _Alignof(max_align_t))

void arena_init(struct arena *arena, size_t bytes_max);
void arena_finish(struct arena *arena); /* accepts zeroed memory */
void arena_reset(struct arena *arena);  /* forgets everything, keeps the largest block for reuse */

/* What is allocated after the mark is given back, overwritten, by arena_rewind; what stood before it stays.
 */
struct arena_mark {
	struct arena_block *block;
	size_t block_used, used;
	bool is_full;
};

struct arena_mark arena_mark(const struct arena *arena);
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Zeroed, aligned for any type; NULL when the ceiling is reached or there is no memory. */
void *arena_alloc(struct arena *arena, size_t len);

/* Not zeroed: for who fills all of it. */
void *arena_take(struct arena *arena, size_t len);

/* Of what was taken last, gives back what lies from `end` on. */
void arena_keep(struct arena *arena, const void *end);

/* A copy, close behind what is there, ended by a NUL that len does not count; {NULL, 0} when it does not fit.
 */
struct bytes arena_copy(struct arena *arena, struct bytes run);
/* Likewise, of several one after the other: ARENA_JOIN(arena, method, BYTES(" "), path). */
struct bytes arena_join(struct arena *arena, const struct bytes *parts, size_t count);
#define ARENA_JOIN(arena, ...)                                                                               \
	arena_join(arena, (const struct bytes[]){__VA_ARGS__},                                               \
		   sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes))
struct bytes arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

size_t arena_held(const struct arena *arena); /* bytes of its blocks, used or not */

/* Overwrites all it holds, then frees it: for arenas that held credentials. */
void arena_wipe(struct arena *arena);
