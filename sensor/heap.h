/*
 * heap: how the process holds memory that it does not need now. Under load what an exchange needs is kept for
 *the next one; when it is quiet again, what a rush has left behind goes back to the system.
 *
 *	heap_keep();				before the threads start
 *	heap_init(&heap);
 *	heap_turn(&heap, waiting_bytes);	ten times a second, never on the way of a packet
 *
 * Thread   one; the allocator is the process's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct heap {
	uint64_t floor_bytes; /* resident when it was small last */
	unsigned quiet_turns;
};

void heap_keep(void);
void heap_init(struct heap *heap);
bool heap_turn(struct heap *heap, uint64_t waiting_bytes); /* true: memory was given back */
