/*
 * usage: what each partner called, in windows of five minutes: calls, bytes,
 * statuses, latency. The basis of limits, service levels and billing.
 *
 * Owns     one line a (partner, tier, api, operation) of the current window, at
 *          most LIMIT_USAGE; beyond that the longest untouched line is told early.
 * Thread   the collector's. Time is packet time.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"
#include "sensor/parts.h"
#include "sensor/publish/event.h"
#include "sensor/recall.h"

#define USAGE_WINDOW_NS (300ull * 1000000000ull)

struct usage {
	struct map map;
	struct buffer key;
	uint64_t start_ns; /* of the current window; 0 before the first call */
	void (*tell)(void *context, const struct usage_line *line);
	void *context;
};

void usage_init(struct usage *usage, uint64_t seed,
		void (*tell)(void *context, const struct usage_line *line), void *context);
void usage_finish(struct usage *usage); /* tells nothing */

/* Moves to the window of `time_ns`: earlier ones are told, in order of their keys. */
void usage_clock(struct usage *usage, uint64_t time_ns);
MUST_CHECK enum status usage_take(struct usage *usage, const struct judged *judged);
void usage_recall(struct usage *usage, const struct judged *judged, struct recall *recall);

/* For the state that outlives the process: the next line (NULL starts) in *at; false at the end. */
bool usage_pack(const struct usage *usage, const void **at, struct pack *pack);
void usage_restore_window(struct usage *usage, uint64_t start_ns); /* forgets, untold, lines of another */
void usage_unpack(struct usage *usage, struct cursor *cursor);
/* The lines of the current window so far. */
void usage_walk(const struct usage *usage, void (*tell)(void *context, const struct usage_line *line),
		void *context);
void usage_close(struct usage *usage); /* tells the current window */
