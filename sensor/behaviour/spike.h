/*
 * spike: a partner that suddenly calls far more than it ever did. What is usual
 * is learned from its own busiest minutes, and nothing is said before
 * SPIKE_LEARN_NS have passed since its first call.
 *
 * Thread   the collector's.
 */
#pragma once

#include "sensor/judged.h"
#include "sensor/pack.h"

#define SPIKE_LEARN_NS (24ull * 3600 * 1000000000ull)
#define SPIKE_FACTOR   3   /* times the busiest minute known */
#define SPIKE_LEAST    100 /* calls a minute; fewer are no spike whatever was usual */

struct spike {
	uint64_t first_ns, minute, calls;
	double busiest; /* calls of the busiest minute known; fades by half within a week */
};

void spike_take(struct spike *spike, struct judged *judged);
void spike_pack(const struct spike *spike, struct pack *pack); /* for the state that outlives the process */
void spike_unpack(struct spike *spike, struct cursor *cursor);
