/*
 * trend: how often something happened over time, in few equal slots whose
 * width grows with the time they span. All trends of an axis share its slots.
 *
 *	trend_add(&axis, &trend, time_ms, 3);
 *	trend_settle(&axis, &trend);		before its slots are read
 *
 * Thread   one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TREND_SLOTS 48

struct trend_axis {
	uint64_t width_ms; /* 0: nothing yet */
	uint64_t first;    /* number of the first slot: its time by width_ms */
	uint64_t last;     /* of the last slot in which something happened */
};

struct trend {
	uint64_t width_ms, first; /* of the axis when it was last settled */
	uint64_t slots[TREND_SLOTS];
};

void trend_add(struct trend_axis *axis, struct trend *trend, uint64_t time_ms, uint64_t count);
void trend_settle(const struct trend_axis *axis, struct trend *trend);
