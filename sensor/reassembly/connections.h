/*
 * connections: all that one worker remembers, by the inner addresses and ports.
 * VLAN is not part of the key: mirrors tag one direction and not the other.
 *
 *	connections_expire(&connections, clock_ns);
 *	while ((connection = connections_ready(&connections)) != NULL)		also behind each segment
 *		while (connection_next(connection, &chunk))	-> a hole was given up: time, or
 *held_bytes_max
 *			...
 *	while ((connection = connections_retired(&connections)) != NULL) {
 *		while (connection_next(connection, &chunk))	-> ends with CHUNK_ABORTED
 *			...
 *		connection_free(connection);
 *	}
 *
 * Idle ones, evicted ones (LIMIT_CONNECTIONS), closed ones and those whose ports were
 * taken by a new SYN are retired; nothing is freed behind the caller's back.
 * Expiry depends on a connection's own times and on the ticks alone, so a replay
 * is the same every time and for any number of workers. After connections_init
 * the struct stays where it is.
 *
 * Owns     its connections until connections_retired hands them out.
 * Thread   one worker.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/reassembly/connection.h"
#include "sensor/reassembly/counts.h"

struct connections_plan {
	struct reassembly_counts *counts;
	struct session_counts *session_counts;
	uint64_t seed;
	size_t connections_max;           /* LIMIT_CONNECTIONS */
	size_t held_bytes_max;            /* LIMIT_HELD_TOTAL */
	uint64_t body_bytes_max;          /* given to sessions */
	const struct long_reader *reader; /* likewise */
	struct stock *exchanges;          /* the same */
	struct unpacker *unpacker;        /* the same */
};

/* What ends a connection that nothing touches, each with its own patience. */
enum connection_age {
	AGE_HALF_OPEN, /* LIMIT_HALF_OPEN_NS */
	AGE_QUIET,     /* LIMIT_CONNECTION_IDLE_NS; it remembers no packets, to be smaller */
	AGE_OPEN,      /* likewise; after LIMIT_QUIET_NS it is quiet */
	AGE_CLOSED,    /* LIMIT_CLOSED_NS: over for the parsers; late packets still belong to it */
	AGE_COUNT,
};

struct connections {
	struct connections_plan plan;
	struct map map; /* to struct connection * */
	struct stream_home streams;
	struct connection_list ages[AGE_COUNT];
	struct connection_list waiting; /* for a hole to be filled or given up */
	struct connection_list ready;   /* for connections_ready */
	struct connection_list retired; /* for connections_retired */
	uint64_t clock_ns;              /* of the last tick */
	uint64_t at_hand_ns;            /* of the segment that connections_find was asked for */
};

void connections_init(struct connections *connections, const struct connections_plan *plan);
struct connection *connections_find(struct connections *connections,
				    const struct segment *segment); /* NULL without memory */
void connections_expire(struct connections *connections, uint64_t clock_ns);
struct connection *connections_ready(struct connections *connections); /* NULL when there is none (left) */
void connections_drain(struct connections *connections); /* retires all, in order of their numbers */
struct connection *connections_retired(struct connections *connections); /* NULL when there is none (left) */
void connection_free(struct connection *connection);
void connections_finish(struct connections *connections);

/* For connection.c: where a connection stands after a segment, and when it waits or closed. */
void connections_place(struct connection *connection);
void connections_close(struct connection *connection);
void connections_wait(struct connection *connection);
