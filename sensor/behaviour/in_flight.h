/*
 * in_flight: how many exchanges of one partner went on at once. Exchanges come
 * when they end, so what a moment held is known only later: each arrival is
 * counted where it began, and counts for all that began while it went on.
 *
 * Owns     the last LIMIT_IN_FLIGHT exchanges; what overlapped with older ones is not counted.
 * Thread   one.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

struct flight {
	uint64_t start_ns, end_ns, at_once;
};

struct in_flight {
	struct flight *list; /* a ring in the order of end */
	size_t room, first, count;
};

/* The most that went on at once at a moment which this exchange makes known. `limit`: how many beginnings
 * have become too many through it. */
uint64_t in_flight_take(struct in_flight *flights, uint64_t start_ns, uint64_t end_ns, uint64_t limit,
			uint64_t *out_exceeded);
void in_flight_finish(struct in_flight *flights); /* accepts zeroed memory */
