#include "sensor/heap.h"

#include <inttypes.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "parsers/base/limits.h"
#include "parsers/base/pages.h"

/* The memory of an exchange comes back with the next one: the system is not asked for it each time. */
#define MMAP_FROM_BYTES (4 * MIB)
#define KEPT_BYTES      (32 * MIB)

/* Less is in small pages, which come and go one by one. */
#define SETTLED_BYTES (24 * MIB)

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25 /* Linux 6.1 */
#endif

/* So little waits for the collector, so many turns on end: nobody minds when a worker is held up by
 * milliseconds. */
#define QUIET_BYTES (1 * MIB)
#define QUIET_TURNS 30

/* A ring moves no more in a turn, so many turns on end: some 2 Mbit/s, or ticks only. Whatever waits, waits
 * for packets. All that is spare goes back, when that is worth it. */
#define STILL_BYTES      (64 * KIB)
#define STILL_KEPT_BYTES (8 * MIB)

/* malloc_trim leaves the free end of a thread's arena as it is. It shrinks only where so large a block is
 * freed in it while more is free than the threshold. */
#define SHRINKING_BYTES (64 * KIB)

/* The heap of a thread other than the first grows page by page, by a system call each. More than what some
 * turns of a worker need; nothing of it is in memory before it is written to. */
#define REACH_BYTES (2 * MIB)

void heap_keep(void)
{
	(void)mallopt(M_MMAP_THRESHOLD, MMAP_FROM_BYTES);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
}

/* malloc's heap of the first thread; false when nobody says. */
static bool find_heap(uintptr_t *out_from, uintptr_t *out_to)
{
	FILE *file = fopen("/proc/self/maps", "re");
	bool is_found = false;
	char line[512];

	while (file != NULL && !is_found && fgets(line, sizeof(line), file) != NULL)
		is_found = strstr(line, "[heap]") != NULL &&
			   sscanf(line, "%" SCNxPTR "-%" SCNxPTR, out_from, out_to) == 2;
	if (file != NULL)
		fclose(file);
	return is_found;
}

void heap_settle(void)
{
	uintptr_t from = 0, to = 0;

	if (!find_heap(&from, &to) || to - from < SETTLED_BYTES)
		return;
	from = (from + PAGES_HUGE - 1) / PAGES_HUGE * PAGES_HUGE;
	to = to / PAGES_HUGE * PAGES_HUGE;
	/* An older system says that it does not know the second, and does it in its own time. */
	(void)madvise((void *)from, to - from, MADV_HUGEPAGE);
	(void)madvise((void *)from, to - from, MADV_COLLAPSE);
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
	uint64_t now = resident();

	*heap = (struct heap){.quiet.floor_bytes = now, .still.floor_bytes = now};
}

/* What stays is in use: more of it is asked for again, not the same. */
static uint64_t trim(void)
{
	malloc_trim(0);
	return resident();
}

/* It has lasted, and there is enough to give back. */
static bool is_time(struct heap_state *state, bool lasts, uint64_t kept_bytes)
{
	uint64_t now;

	state->turns = lasts ? state->turns + 1 : 0;
	if (state->turns < QUIET_TURNS)
		return false;
	state->turns = 0;
	now = resident();
	if (now < state->floor_bytes)
		state->floor_bytes = now;
	return now > state->floor_bytes + kept_bytes;
}

bool heap_turn(struct heap *heap, uint64_t moved_bytes, uint64_t waiting_bytes)
{
	bool is_still = moved_bytes - heap->moved_bytes < STILL_BYTES;

	heap->moved_bytes = moved_bytes;
	if (heap->is_shed) {
		(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
		heap->still.floor_bytes = heap->quiet.floor_bytes = trim();
	}
	heap->is_shed = is_time(&heap->still, is_still, STILL_KEPT_BYTES);
	if (heap->is_shed)
		(void)mallopt(M_TRIM_THRESHOLD, SHRINKING_BYTES);
	if (is_time(&heap->quiet, waiting_bytes < QUIET_BYTES, KEPT_BYTES))
		heap->quiet.floor_bytes = trim();
	return heap->is_shed;
}

void heap_reach(void)
{
	void *volatile block = malloc(REACH_BYTES);

	free(block);
}

void heap_shed(void)
{
	void *volatile block = malloc(SHRINKING_BYTES);

	free(block);
}
