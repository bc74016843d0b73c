/*
 * feeder: one thread that takes packets from its sources, unwraps them, and
 * puts each segment into the ring of the worker that owns its connection.
 *
 * Live, every interface has a feeder of its own; where there are several workers
 * a full ring drops and counts, a single one's waits, and the kernel's ring fills.
 * Replay has one feeder for all files, which takes their packets in order of
 * time; a full ring waits. Ticks of the packet clock go to all workers, the
 * same ones whatever their number is.
 *
 * Owns     its sources.
 * Thread   feeder_start makes it; feeder_stop may be called from any thread.
 */
#pragma once

#include <pthread.h>

#include "sensor/capture/fragment.h"
#include "sensor/capture/source.h"
#include "sensor/packet_clock.h"
#include "sensor/profile.h"
#include "sensor/ring.h"
#include "sensor/worker_record.h"

struct feeder_plan {
	size_t index;
	struct source **sources; /* taken over */
	size_t source_count;
	struct ring *rings; /* to each worker */
	size_t worker_count;
	uint64_t seed;
	bool is_live;
	bool is_profiled;
};

struct feeder {
	struct feeder_plan plan;
	pthread_t thread;
	bool is_started;
	struct packet *heads; /* of each source, waiting for its turn */
	bool *has_head, *is_ended;
	struct packet_clock clock;
	uint64_t tick_ns, number;
	struct fragments fragments; /* waiting for the rest of their datagrams */
	struct source_report report;
	struct profile profile;
	_Atomic uint64_t
		fed_ns; /* all packets that were given to workers before it was set are not younger */
	_Atomic bool is_stopped, is_done;
	_Atomic uint64_t bytes_done; /* files: for progress */
	char error[256];             /* the first source that failed, in words; read after feeder_join */
};

MUST_CHECK enum status feeder_start(struct feeder *feeder, const struct feeder_plan *plan);
void feeder_stop(struct feeder *feeder);
void feeder_join(struct feeder *feeder); /* waits, closes its sources */
void feeder_finish(struct feeder *feeder);
