/*
 * collector: what has a past. One thread takes the judged records of all
 * workers in one order, keeps the ledger, usage, inventory and coverage, and
 * writes records to the sinks. It never makes a worker wait for a broker.
 *
 *	collector_init(&collector, &plan);
 *	while (collector_turn(&collector))	until every worker ended
 *		;
 *	collector_close(&collector);		last updates, windows, health
 *	collector_finish(&collector);
 *
 * Thread   one.
 */
#pragma once

#include "sensor/acquaintance.h"
#include "sensor/behaviour/behaviour.h"
#include "sensor/behaviour/standing.h"
#include "sensor/coverage.h"
#include "sensor/delivery.h"
#include "sensor/freight.h"
#include "sensor/health.h"
#include "sensor/inner_networks.h"
#include "sensor/inventory.h"
#include "sensor/learner.h"
#include "sensor/lives.h"
#include "sensor/merge.h"
#include "sensor/outbox.h"
#include "sensor/pause.h"
#include "sensor/profile.h"
#include "sensor/ring.h"
#include "sensor/state.h"
#include "sensor/token_owners.h"
#include "sensor/usage.h"

#define CALLED_AHEAD 4 /* records: collector_look_ahead */

struct collector_sinks {
	struct sink *findings, *exchanges, *usage, *inventory,
		*health;                       /* NULL: nobody wants them; may be the same */
	struct sink *webhooks[LIMIT_WEBHOOKS]; /* findings too */
	size_t webhook_count;
};

/* Counted by the thread that loads contracts and packs. */
struct collector_loads {
	_Atomic uint64_t reloads, errors;
};

struct collector_plan {
	struct ring *rings;             /* one from each worker */
	struct freight *freights;       /* what waits there, and on */
	const struct ring *fed;         /* of a replay: the one to each worker; NULL: live */
	const _Atomic uint64_t *fed_ns; /* how far the packets have come that were put there */
	size_t worker_count, source_count;
	struct collector_sinks sinks;
	struct event_context event;
	uint64_t seed;
	const struct network *internal; /* of the config; private addresses when there are none */
	size_t internal_count;
	const struct risk_policy *policy; /* NULL: no score is told */
	unsigned options;                 /* of enum catalogue_option */
	bool is_profiled;
	struct state *state;                 /* remembers across restarts; NULL: nothing does */
	struct delivery *delivery;           /* what it says goes into health records; NULL: nothing */
	bool is_live;                        /* health records while it runs */
	const struct collector_loads *loads; /* NULL: nothing is loaded while it runs */
};

struct places_memory; /* sensor/places.h */

struct collector {
	struct collector_plan plan;
	struct merge merge;
	struct outbox outbox;
	struct pause pause;
	struct profile profile;
	struct lives lives;
	struct behaviour behaviour;
	struct usage usage;
	struct acquaintance acquaintance;
	struct inner_networks inner;
	struct token_owners token_owners;
	struct inventory inventory;
	struct standings standings;
	struct coverage coverage;
	struct learner learner;
	uint64_t relearned_opened, relearned_ns;
	struct judged **ahead; /* a ring of records that wait for what comes next */
	size_t ahead_first, ahead_count, ahead_bytes;
	size_t ahead_learned;                /* of them: with a learned template */
	struct recall recalls[CALLED_AHEAD]; /* of the next of them, by their places in the ring */
	struct worker_counts *worker_counts; /* the newest of each */
	struct source_report *source_reports;
	size_t ended_count;
	uint64_t clock_ns, health_told_ns;
	uint64_t end_ns;      /* packet clock at which the workers ended */
	struct health health; /* counts of its own; the sums are made when told */
	struct buffer record;
	struct places_memory *places;
};

MUST_CHECK enum status collector_init(struct collector *collector, const struct collector_plan *plan);
bool collector_turn(struct collector *collector); /* false: every worker ended and all was taken */
void collector_close(struct collector *collector);
/* While the first record is taken, calls from memory what those behind it need. */
void collector_look_ahead(struct collector *collector);
/* One record of a finding, as it stands in `judged`. */
void collector_tell_finding(void *context, const struct judged *judged, const struct judged_finding *finding,
			    const struct finding_life *life);

/* Something that the security team has to know of the sensor itself. */
void collector_notice(struct collector *collector, const char *id, unsigned severity, const char *message);
void collector_health(const struct collector *collector, struct health *out_health); /* summed now */
/* A usage record, with how its partner stands. */
MUST_CHECK enum status collector_usage(const struct collector *collector, const struct usage_line *line,
				       char uid[EVENT_UID_TEXT], struct buffer *out);
void collector_finish(struct collector *collector);
