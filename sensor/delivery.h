/*
 * delivery: what became of the records on their way out, for health records: how
 * many were taken and delivered, which outputs have trouble, and which record
 * numbers are lost for good.
 *
 * Lends    words of events, until the next call.
 * Thread   the collector's.
 */
#pragma once

#include "sensor/publish/event.h"
#include "sensor/publish/sink.h"
#include "sensor/settings.h"

#define DELIVERY_WORDS_MAX    1024
#define DELIVERY_COUNTERS_MAX (3 * OUTPUT_COUNT + 4)

struct delivery {
	struct sink *sinks[OUTPUT_COUNT]; /* NULL: nobody wants them */
	struct spool *spool;              /* NULL: none */
	struct spool_ranges lost[SPOOL_LANES][SPOOL_LOSSES];
	uint64_t lost_more[SPOOL_LANES][SPOOL_LOSSES]; /* records for whose ranges there was no room */
	char words[DELIVERY_WORDS_MAX];
};

/* For spool_plan.lost; context is the delivery. */
void delivery_lost(void *context, enum spool_lane_name lane, struct spool_range range, enum spool_loss why);

/* The names are static. */
size_t delivery_counters(const struct delivery *delivery, struct counter counters[DELIVERY_COUNTERS_MAX]);

struct delivery_event {
	const char *id;
	unsigned severity;
	const char *words;
};

/* What is to be told now, one after another; *at starts at 0. Losses are told once. */
bool delivery_next_event(struct delivery *delivery, unsigned *at, struct delivery_event *out_event);
