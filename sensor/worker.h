/*
 * worker: one thread that owns the connections which the symmetric hash of
 * their inner addresses gave it. It takes segments from the rings of all
 * sources in the order of their clocks, so that the two sides of a tap make one
 * conversation, and gives judged records to the collector's ring.
 *
 * Thread   worker_start makes it, worker_join waits for it.
 */
#pragma once

#include <pthread.h>

#include "sensor/freight.h"
#include "sensor/pause.h"
#include "sensor/pipeline.h"
#include "sensor/ring.h"

#define WORKER_SOURCES_MAX 64

struct worker_plan {
	size_t index;
	struct ring **inbound; /* by source */
	size_t source_count;
	struct ring *outbound;
	struct freight *freight; /* what the records in it take */
	struct knowledge_shelf *shelf;
	const _Atomic unsigned *sheds; /* grows when it is quiet: spare memory is freed */
	uint64_t seed;
	size_t connections_max, held_bytes_max;
	uint64_t body_bytes_max;
	bool is_profiled, is_scan_plain;
	bool is_lossless; /* replay: what finds no room waits; live it is dropped and counted */
};

struct worker {
	struct worker_plan plan;
	pthread_t thread;
	bool is_started;
	struct pipeline pipeline;
	struct stock judged; /* whose memory the collector gives back */
	size_t ended_count;
	uint64_t clock_ns;
	uint64_t clocks[WORKER_SOURCES_MAX]; /* by source: how far it has come; UINT64_MAX: it ended */
	unsigned sheds_seen;
	struct pause pause; /* since the last record was taken */
};

MUST_CHECK enum status worker_start(struct worker *worker, const struct worker_plan *plan);
void worker_join(struct worker *worker);
void worker_finish(
	struct worker *worker); /* when the collector has let go of all that it sent; accepts zeroed memory */
