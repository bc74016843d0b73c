/*
 * held_chunks: copies of chunks that wait for the other direction.
 *
 * Owns     the copies. held_chunks_take gives one away: free() it.
 */
#pragma once

#include "parsers/base/chunk.h"

struct held_chunk {
	struct held_chunk *next;
	struct chunk chunk; /* its bytes are behind it */
	char data[];
};

struct held_chunks {
	struct held_chunk *first, *last;
	uint64_t bytes; /* with their overhead */
};

bool held_chunks_add(struct held_chunks *held, const struct chunk *chunk); /* false without memory */
struct held_chunk *held_chunks_take(struct held_chunks *held);             /* the oldest, or NULL */
void held_chunks_put_back(struct held_chunks *held, struct held_chunk *chunk);
void held_chunk_free(struct held_chunk *chunk);    /* wipes; accepts NULL */
void held_chunks_finish(struct held_chunks *held); /* accepts zeroed memory */
