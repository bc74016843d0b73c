/*
 * worker_record: what crosses the rings: from a source to the workers, and from
 * the workers to the collector.
 */
#pragma once

#include "parsers/session.h"
#include "sensor/capture/segment.h"
#include "sensor/capture/source.h"
#include "sensor/judged.h"
#include "sensor/reassembly/connections.h"

/* Source -> worker. */
enum inbound_kind {
	INBOUND_SEGMENT,
	INBOUND_TICK, /* the packet clock reached clock_ns: the same ticks go to all workers */
	INBOUND_END,  /* nothing more comes from this source */
};

struct source_report {
	struct capture_counts capture;
	struct source_counts source;
	uint64_t packets_behind; /* stamped so early that the clock does not go by their time */
	uint64_t ring_drops;     /* segments that found a worker's ring full (live, several workers) */
};

struct inbound {
	enum inbound_kind kind;
	struct segment segment; /* INBOUND_SEGMENT: its payload follows, in place of what stands below */
	uint64_t clock_ns;      /* INBOUND_TICK, INBOUND_END */
	struct source_report report;
};

#define INBOUND_SEGMENT_LEN offsetof(struct inbound, clock_ns)

/* Worker -> collector. */
enum outbound_kind {
	OUTBOUND_JUDGED, /* the reference goes along */
	OUTBOUND_TICK,   /* everything judged before clock_ns was sent */
	OUTBOUND_END,
};

struct worker_counts {
	struct reassembly_counts reassembly;
	struct session_counts sessions;
	uint64_t exchanges;                     /* taken from sessions */
	uint64_t batch_parts, batch_parts_lost; /* judged beside the exchanges that carried them */
	uint64_t batch_parts_broken;            /* no requests, or their responses none */
	uint64_t batches_cut;                   /* had more than LIMIT_BATCH_PARTS */
	uint64_t judged;                        /* handed to the collector */
	uint64_t judged_lost;                   /* no memory, or (live) the collector was too slow */
	uint64_t opaque_lost; /* connections that could not be read, and no memory to say so */
	uint64_t one_sided; /* connections that ended with data of one direction, and nothing of the other */
	uint64_t connections_lost; /* segments without a connection: no memory */
	uint64_t findings_left_out, hits_left_out, departures_left_out;
	uint64_t scans_cut; /* exchanges that were not scanned to their end: a ceiling */
};

struct outbound {
	enum outbound_kind kind;
	struct judged *judged;
	uint64_t clock_ns;
	size_t worker;
	size_t source_index; /* of the report, with OUTBOUND_TICK and OUTBOUND_END */
	bool has_report;
	struct source_report report;
	struct worker_counts counts;
};
