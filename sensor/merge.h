/*
 * merge: judged records of all workers in one order: (time, connection,
 * number). A record leaves when the slowest worker's clock has passed it, so
 * the order, and all that is counted in it, is the same for any number of workers.
 *
 * Owns     the references it holds.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/status.h"
#include "sensor/judged.h"

struct merge {
	struct judged **heap; /* smallest first */
	size_t count, capacity;
	uint64_t *clocks; /* by worker: everything before was given; UINT64_MAX: it ended */
	size_t worker_count;
};

MUST_CHECK enum status merge_init(struct merge *merge, size_t worker_count);
void merge_finish(struct merge *merge);

/* Takes the reference, also on failure. */
MUST_CHECK enum status merge_put(struct merge *merge, struct judged *judged);
void merge_clock(struct merge *merge, size_t worker, uint64_t clock_ns);
struct judged *merge_next(struct merge *merge);  /* the reference is the caller's; NULL: none may leave yet */
struct judged *merge_first(struct merge *merge); /* likewise, whatever the clocks say */
uint64_t merge_time(const struct merge *merge);  /* the slowest worker's clock */
