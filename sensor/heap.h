/*
 * heap: how the process holds memory that it does not need now. Under load what an exchange needs is kept for
 * the next one; when it is quiet again, what a rush has left behind goes back to the system.
 *
 *	heap_keep();				before the threads start
 *	heap_settle();				when the contracts are loaded
 *	heap_init(&heap);
 *	if (heap_turn(&heap, moved_bytes, waiting_bytes))	ten times a second, not on the way of a packet
 *		...			nothing moves any more: whoever keeps spare memory frees it now,
 *	heap_shed();			and each thread calls this behind it
 *	heap_reach();			a worker, between its turns
 *
 * Thread   one, but for heap_shed and heap_reach; the allocator is the process's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct heap_state {
	unsigned turns;       /* it has lasted */
	uint64_t floor_bytes; /* resident when memory was given back in it last */
};

struct heap {
	struct heap_state quiet, still;
	uint64_t moved_bytes;
	bool is_shed; /* others were told to free: what they freed goes next */
};

void heap_keep(void);

/* The contracts of thousands of partners are read all over, by every exchange: what of them is large is put
 * into huge pages (see parsers/base/pages.h), where the system can do that. */
void heap_settle(void);

void heap_init(struct heap *heap);

/* What the rings have moved so far, on the average; what waits for the collector. True: free what is spare.
 */
bool heap_turn(struct heap *heap, uint64_t moved_bytes, uint64_t waiting_bytes);

/* The calling thread's own arena has room for a while: what it takes costs no system calls meanwhile. */
void heap_reach(void);

/* What is free at the end of the calling thread's own arena goes back, which only that thread can bring
 * about. */
void heap_shed(void);
