#include "sensor/merge.h"

#include <stdlib.h>

#include "parsers/base/check.h"

enum status merge_init(struct merge *merge, size_t worker_count)
{
	*merge = (struct merge){.worker_count = worker_count};
	merge->clocks = calloc(worker_count, sizeof(*merge->clocks));
	return merge->clocks == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

void merge_finish(struct merge *merge)
{
	for (size_t i = 0; i < merge->count; i++)
		judged_release(merge->heap[i]);
	free(merge->heap);
	free(merge->clocks);
	*merge = (struct merge){0};
}

static bool is_before(const struct judged *a, const struct judged *b)
{
	if (a->time_ns != b->time_ns)
		return a->time_ns < b->time_ns;
	if (a->connection != b->connection)
		return a->connection < b->connection;
	if (a->number != b->number)
		return a->number < b->number;
	return a->part < b->part;
}

static void swap(struct merge *merge, size_t a, size_t b)
{
	struct judged *held = merge->heap[a];

	merge->heap[a] = merge->heap[b];
	merge->heap[b] = held;
}

static void sift_down(struct merge *merge)
{
	for (size_t at = 0;;) {
		size_t least = at, left = 2 * at + 1, right = left + 1;

		if (left < merge->count && is_before(merge->heap[left], merge->heap[least]))
			least = left;
		if (right < merge->count && is_before(merge->heap[right], merge->heap[least]))
			least = right;
		if (least == at)
			return;
		swap(merge, at, least);
		at = least;
	}
}

enum status merge_put(struct merge *merge, struct judged *judged)
{
	size_t at = merge->count;

	if (merge->count == merge->capacity) {
		size_t capacity = merge->capacity == 0 ? 1024 : merge->capacity * 2;
		struct judged **heap = realloc(merge->heap, capacity * sizeof(struct judged *));

		if (heap == NULL) {
			judged_release(judged);
			return STATUS_NO_MEMORY;
		}
		merge->heap = heap;
		merge->capacity = capacity;
	}
	merge->heap[merge->count++] = judged;
	for (; at > 0 && is_before(merge->heap[at], merge->heap[(at - 1) / 2]); at = (at - 1) / 2)
		swap(merge, at, (at - 1) / 2);
	return STATUS_OK;
}

void merge_clock(struct merge *merge, size_t worker, uint64_t clock_ns)
{
	CHECK(worker < merge->worker_count);
	if (clock_ns > merge->clocks[worker])
		merge->clocks[worker] = clock_ns;
}

uint64_t merge_time(const struct merge *merge)
{
	uint64_t slowest = UINT64_MAX;

	for (size_t i = 0; i < merge->worker_count; i++)
		if (merge->clocks[i] < slowest)
			slowest = merge->clocks[i];
	return slowest;
}

struct judged *merge_next(struct merge *merge)
{
	/* At the same time another worker may still have one: strictly before only. */
	if (merge->count == 0 ||
	    (merge->heap[0]->time_ns >= merge_time(merge) && merge_time(merge) != UINT64_MAX))
		return NULL;
	return merge_first(merge);
}

struct judged *merge_first(struct merge *merge)
{
	struct judged *first;

	if (merge->count == 0)
		return NULL;
	first = merge->heap[0];
	merge->heap[0] = merge->heap[--merge->count];
	sift_down(merge);
	return first;
}
