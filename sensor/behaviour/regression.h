/*
 * regression: does an operation that kept its contract break it all at once, as
 * after a deploy? Of each window of five minutes with REGRESSION_LEAST calls the
 * share that departed from the contract is held against what is usual; not
 * before REGRESSION_LEARN_WINDOWS such windows were seen.
 *
 *	regression_take(&regression, judged);	a window that is over is told with the next call
 *
 * Thread   the collector's.
 */
#pragma once

#include "sensor/judged.h"
#include "sensor/pack.h"

#define REGRESSION_WINDOW_NS     (300ull * 1000000000ull)
#define REGRESSION_LEAST         20
#define REGRESSION_LEARN_WINDOWS 12   /* an hour of traffic */
#define REGRESSION_FALL          0.25 /* of all calls, more than usual */

struct regression {
	uint64_t start_ns;
	uint32_t calls, broken, learned;
	float usual; /* share of calls that break the contract */
};

void regression_take(struct regression *regression, struct judged *judged);
void regression_pack(const struct regression *regression,
		     struct pack *pack); /* for the state that outlives the process */
void regression_unpack(struct regression *regression, struct cursor *cursor);
