/*
 * window: how much of something there was in an agreed window: the last hour
 * (rolling), since local midnight (calendar), since the first call (flexi).
 *
 *	window_init(&window, &agreed, &budget);
 *	total = window_add(&window, &zone, time_ns, amount);	with this one
 *
 * Rolling windows are exact: each call is remembered until it is a period old,
 * as long as the limit is at most LIMIT_WINDOW_EXACT calls. For larger limits,
 * and for bytes, calls within a 4,096th of the period are one step.
 *
 * Owns     the steps of a rolling window, LIMIT_WINDOW_STEPS at most and never more than
 *          the budget has left; beyond that the oldest is forgotten, and counted.
 * Thread   one. Time is packet time and does not go back.
 */
#pragma once

#include "sensor/behaviour/zone.h"
#include "sensor/pack.h"
#include "specs/contract.h"

struct window_step {
	uint64_t time_ns, amount;
};

/* What all windows of one collector may hold together. */
struct window_budget {
	size_t steps_left;
	uint64_t forgotten; /* steps that had no room: a rolling total was too small */
};

struct window {
	struct window_budget *budget;
	struct limit_agreed agreed;
	uint64_t total;
	uint64_t end_ns;           /* of a flexi window; 0: none is open */
	int64_t number;            /* of a calendar window, from 1; 0: none is open */
	struct window_step *steps; /* a ring */
	size_t room, first, count;
};

void window_init(struct window *window, const struct limit_agreed *agreed, struct window_budget *budget);
void window_finish(struct window *window); /* accepts zeroed memory */

uint64_t window_add(struct window *window, const struct zone *zone, uint64_t time_ns, uint64_t amount);

/* For the state that outlives the process: the window with its steps from *step on, as many as one frame
 * holds; *step is behind them then. Read back into a window of the same limit, which keeps what it has: a
 * later piece adds to it or takes its place. */
void window_pack(const struct window *window, size_t *step, struct pack *pack);
void window_unpack(struct window *window, struct cursor *cursor);
/* The step from which on something may have changed since that moment. */
size_t window_step_since(const struct window *window, uint64_t time_ns);
/* False: it is no limit. */
bool limit_unpack(struct limit_agreed *limit, struct cursor *cursor);

/* "1h rolling" and the like; returns text. */
const char *window_words(const struct limit_agreed *agreed, char *text, size_t len);
