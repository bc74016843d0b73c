#include "sensor/heap.h"

#include <malloc.h>
#include <stdio.h>
#include <unistd.h>

#include "parsers/base/limits.h"

/* The memory of an exchange comes back with the next one: the system is not asked for it each time. */
#define MMAP_FROM_BYTES (4 * MIB)
#define KEPT_BYTES      (32 * MIB)

/* So little waits for the collector, so many turns on end: nobody minds when a worker is held up by
 * milliseconds. */
#define QUIET_BYTES (1 * MIB)
#define QUIET_TURNS 30

void heap_keep(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, MMAP_FROM_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}

/* 0: nobody says. */
static uint64_t resident(void)
{
	FILE *file = fopen("/proc/self/statm", "re");
	unsigned long long total, pages;

	if (file == NULL)
		return 0;
	if (fscanf(file, "%llu %llu", &total, &pages) != 2)
		pages = 0;
	fclose(file);
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}

void heap_init(struct heap *heap)
{
	*heap = (struct heap){.floor_bytes = resident()};
}

bool heap_turn(struct heap *heap, uint64_t waiting_bytes)
{
	uint64_t now;

	heap->quiet_turns = waiting_bytes < QUIET_BYTES ? heap->quiet_turns + 1 : 0;
	if (heap->quiet_turns < QUIET_TURNS)
		return false;
	heap->quiet_turns = 0;
	now = resident();
	if (now < heap->floor_bytes)
		heap->floor_bytes = now;
	if (now <= heap->floor_bytes + KEPT_BYTES)
		return false;
	malloc_trim(0);
	heap->floor_bytes =
		resident(); /* what stays is in use: more of it is asked for again, not the same */
	return true;
}
