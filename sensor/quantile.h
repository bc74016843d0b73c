/*
 * quantile: a histogram with buckets that grow by 5 %, so any quantile is right
 * within 2.5 %, from 1 microsecond to 3 hours, in 2 KiB at most; in 72 bytes while few buckets are in use.
 *
 * Owns     its buckets. A copy and the original are one: only one of them is finished.
 */
#pragma once

#include <stdint.h>

#include "sensor/pack.h"

#define QUANTILE_BUCKETS 480

#define QUANTILE_FEW 6

struct quantile {
	uint64_t count;
	uint32_t *buckets; /* all of them; NULL: only those of the list are not empty */
	uint32_t few_count;
	struct quantile_bucket {
		uint32_t index, count;
	} few[QUANTILE_FEW]; /* by index */
};

void quantile_add(struct quantile *quantile, uint64_t value_ns);
void quantile_finish(struct quantile *quantile); /* accepts zeroed memory, and leaves it: an empty one */
double quantile_ms(const struct quantile *quantile, double share); /* share 0..1; below 0 when empty */

/* For the state that outlives the process. */
void quantile_pack(const struct quantile *quantile, struct pack *pack);
void quantile_unpack(struct quantile *quantile, struct cursor *cursor); /* into a zeroed one */
