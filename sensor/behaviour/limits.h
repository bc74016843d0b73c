/*
 * limits: does a partner keep its limits, and does the provider hold it to
 * them? Windows of less than a day are rates (rate.*), longer ones quotas (quota.*).
 *
 *	limits_take(&watched->limits, &zone, judged);	raises findings in judged
 *
 * Every call counts, also one that was refused. A limit that is passed and still
 * answered with 2xx, LIMIT_ENFORCE_WITHIN times without a 429, is not enforced.
 *
 * Owns     the windows of one partner. Thread: the collector's.
 */
#pragma once

#include "parsers/base/limits.h"
#include "sensor/behaviour/in_flight.h"
#include "sensor/behaviour/window.h"
#include "sensor/judged.h"

struct limit_watch {
	struct window window;
	unsigned near_percent; /* 80 or 95 was told in this window */
	uint64_t unenforced;   /* calls over the limit answered 2xx since it was passed, or since a 429 */
};

struct limits {
	struct limit_watch list[LIMIT_WATCHED_LIMITS];
	size_t count;
	struct in_flight in_flight;
};

void limits_take(struct limits *limits, const struct zone *zone, struct window_budget *budget,
		 struct judged *judged);
/* For the state that outlives the process: one of the list, from *step on (see window_pack). */
void limits_pack(const struct limits *limits, size_t index, size_t *step, struct pack *pack);
void limits_unpack(struct limits *limits, struct window_budget *budget, struct cursor *cursor);
void limits_finish(struct limits *limits); /* accepts zeroed memory */
