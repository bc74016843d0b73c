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
 * Owns     its blocks. The first is taken at the first allocation.
 * Lends    what it allocates, until arena_reset or arena_finish.
 * Thread   one arena, one thread at a time.
 */
#pragma once

#include "parsers/base/bytes.h"

struct arena_block;

struct arena {
	struct arena_block *newest;
	size_t used;      /* bytes handed out */
	size_t bytes_max; /* the ceiling of what is handed out */
	size_t block_len; /* of the first block; then a quarter of what it holds, up to LIMIT_ARENA_BLOCK;
			     0: all have that */
	bool is_full;     /* something was refused: no memory, or the ceiling */
};

void arena_init(struct arena *arena, size_t bytes_max);
void arena_finish(struct arena *arena); /* accepts zeroed memory */
void arena_reset(struct arena *arena);  /* forgets everything, keeps the largest block for reuse */

/* Zeroed, aligned for any type; NULL when the ceiling is reached or there is no memory. */
void *arena_alloc(struct arena *arena, size_t len);

/* Not zeroed: for who fills all of it. */
void *arena_take(struct arena *arena, size_t len);

/* A copy ended by a NUL that len does not count; {NULL, 0} when it does not fit. */
struct bytes arena_copy(struct arena *arena, struct bytes run);
/* Likewise, of several one after the other: ARENA_JOIN(arena, method, BYTES(" "), path). */
struct bytes arena_join(struct arena *arena, const struct bytes *parts, size_t count);
#define ARENA_JOIN(arena, ...)                                                                               \
	arena_join(arena, (const struct bytes[]){__VA_ARGS__},                                               \
		   sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes))
struct bytes arena_printf(struct arena *arena, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Overwrites all it holds, then frees it: for arenas that held credentials. */
void arena_wipe(struct arena *arena);
