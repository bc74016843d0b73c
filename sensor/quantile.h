/*
 * quantile: a histogram with buckets that grow by 5 %, so any quantile is right
 * within 2.5 %, from 1 microsecond to 3 hours, in fixed memory.
 */
#pragma once

#include <stdint.h>

#include "sensor/pack.h"

#define QUANTILE_BUCKETS 480

struct quantile {
	uint32_t buckets[QUANTILE_BUCKETS];
	uint64_t count;
};

void quantile_add(struct quantile *quantile, uint64_t value_ns);
double quantile_ms(const struct quantile *quantile, double share); /* share 0..1; below 0 when empty */

/* For the state that outlives the process. */
void quantile_pack(const struct quantile *quantile, struct pack *pack);
void quantile_unpack(struct quantile *quantile, struct cursor *cursor); /* into a zeroed one */
