/*
 * http1_held: copies of chunks that wait for the other direction.
 *
 * Owns     the copies. http1_held_take gives one away: free() it.
 */
#pragma once

#include "parsers/base/chunk.h"

struct held_chunk {
	struct held_chunk *next;
	struct chunk chunk; /* its bytes are behind it */
	char data[];
};

struct held {
	struct held_chunk *first, *last;
	uint64_t bytes; /* with their overhead */
};

bool http1_held_add(struct held *held, const struct chunk *chunk); /* false without memory */
struct held_chunk *http1_held_take(struct held *held);             /* the oldest, or NULL */
void http1_held_put_back(struct held *held, struct held_chunk *chunk);
void http1_held_finish(struct held *held); /* accepts zeroed memory */
