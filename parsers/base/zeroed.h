/*
 * zeroed: memory for one thing, all zero, as calloc gives it, but from what the thread freed last: calloc of
 *our libc asks the heap each time. For what comes and goes with each exchange or connection.
 *
 *	thing = zeroed(sizeof(*thing));		NULL without memory; free(thing)
 */
#pragma once

#include <stdlib.h>
#include <string.h>

static inline void *zeroed(size_t len)
{
	void *volatile taken = malloc(len); /* seen through, both would become a calloc */
	void *memory = taken;

	if (memory != NULL)
		memset(memory, 0, len);
	return memory;
}
