/*
 * health: the counters of all stages added up, and what they mean: which
 * sensor.* events a security team has to know about.
 *
 * Counters obey a law, checked at the end of every replay test:
 *	packets = segments + sum of drops
 *	segments = reassembled + ring_drops + lost for want of memory
 *	exchanges = sum over outcomes = judged + judged_lost
 */
#pragma once

#include "sensor/publish/event.h"
#include "sensor/worker_record.h"

#define HEALTH_COUNTERS_MAX 160

struct health {
	struct source_report sources; /* summed */
	struct worker_counts workers; /* summed */
	uint64_t findings_told, exchanges_told;
	uint64_t findings_forgotten;     /* the ledger was full: they would be told as new */
	uint64_t findings_suppressed;    /* somebody accepted them for a time */
	uint64_t limit_steps_forgotten;  /* rolling windows without room: totals were too small */
	uint64_t reloads, config_errors; /* contracts loaded anew; problems in them and in packs */
	uint64_t exchanges_unordered;    /* left before all of their moment had come: there was no room */
	uint64_t lost_records;           /* outbox, ledger: no memory */
};

void health_add_source(struct health *health, const struct source_report *report);
void health_add_worker(struct health *health, const struct worker_counts *counts);

/* All of them, named; the names are static. */
size_t health_counters(const struct health *health, struct counter counters[HEALTH_COUNTERS_MAX]);

/* Does the law hold? False names the first sum that does not. */
bool health_adds_up(const struct health *health, const char **out_law);

/* The events that these counters call for; NULL id ends the walk. */
struct health_event {
	const char *id;
	unsigned severity;
	const char *message;
};
#define HEALTH_EVENTS_MAX 16
size_t health_events(const struct health *health, struct health_event events[HEALTH_EVENTS_MAX]);
