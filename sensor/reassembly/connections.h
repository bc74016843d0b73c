/*
 * connections: all that one worker remembers, by the inner addresses and ports.
 * VLAN is not part of the key: mirrors tag one direction and not the other.
 *
 *	connections_expire(&connections, clock_ns);
 *	while ((connection = connections_retired(&connections)) != NULL) {
 *		while (connection_next(connection, &chunk))	-> ends with CHUNK_ABORTED
 *			...
 *		connection_free(connection);
 *	}
 *
 * Idle ones, evicted ones (LIMIT_CONNECTIONS), closed ones and those whose ports were
 * taken by a new SYN are retired; nothing is freed behind the caller's back.
 * Expiry depends on the packet clock alone, so a replay is the same every time.
 *
 * Owns     its connections until connections_retired hands them out.
 * Thread   one worker.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/reassembly/connection.h"

struct reassembly_counts {
	uint64_t segments;
	uint64_t connections, mid_stream, half_open_expired, reused, evicted, resets, idle;
	uint64_t out_of_order, retransmitted, overlap_same, overlap_different;
	uint64_t out_of_window, keep_alives;
	uint64_t gaps[GAP_REASON_COUNT], gap_bytes[GAP_REASON_COUNT];
	uint64_t bytes_delivered;
	uint64_t held_bytes_now, held_bytes_peak;
};

struct connections_plan {
	struct reassembly_counts *counts;
	struct session_counts *session_counts;
	uint64_t seed;
	size_t connections_max;	  /* LIMIT_CONNECTIONS */
	size_t held_bytes_max;	  /* LIMIT_HELD_TOTAL */
	uint64_t body_bytes_max;  /* given to sessions */
};

struct connections {
	struct connections_plan plan;
	struct map map;
	struct connection *retired_first, *retired_last;
	size_t held_bytes;
};

void connections_init(struct connections *connections, const struct connections_plan *plan);
struct connection *connections_find(struct connections *connections, const struct segment *segment); /* NULL without memory */
void connections_expire(struct connections *connections, uint64_t clock_ns);
void connections_drain(struct connections *connections); /* retires all, in order of their numbers */
struct connection *connections_retired(struct connections *connections);
void connection_free(struct connection *connection);
void connections_finish(struct connections *connections);
