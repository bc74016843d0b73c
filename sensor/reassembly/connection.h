/*
 * connection: one TCP connection, its two streams and its session.
 *
 *	connection = connections_find(&connections, &segment);
 *	connection_take(connection, &segment);
 *	while (connection_next(connection, &chunk))
 *		session_feed(&connection->session, &chunk);
 *
 * A mirror loses, repeats and shuffles packets. Each stream hands out every
 * byte once, in order; where bytes are lost for good it says so with a gap. It
 * never waits for ever and never guesses.
 *
 * The two directions come in an order that can have been: what acknowledges
 * bytes of the other direction is handed out behind them, also where the
 * mirror showed it first. So a request comes before its response.
 *
 * All that connection_take made ready must be asked for before the next one.
 *
 * Owns     copies of what came too early, under the ceilings of limits.h.
 * Lends    chunk.bytes, until the next call on this connection.
 * Thread   one worker.
 */
#pragma once

#include "parsers/session.h"
#include "sensor/capture/segment.h"
#include "sensor/reassembly/connection_list.h"
#include "sensor/reassembly/stream.h"

struct connections;

/* How far it has come; a bit set. */
enum connection_state {
	CONNECTION_SYN = 1,
	CONNECTION_SYN_ACK = 2,
	CONNECTION_DATA = 4,
};

struct connection {
	struct connections *home;
	struct endpoint ends[2]; /* by enum direction: the sender */
	struct stream streams[2];
	struct session session;
	uint64_t number;                /* of the packet that opened it */
	uint64_t opened_ns, touched_ns; /* by packet clock */
	enum abort_reason over;         /* ABORT_NONE while it lives */
	bool is_abort_told;

	/* Private to connection.c, connections.c and connection_list.c. */
	unsigned state;       /* of enum connection_state */
	uint64_t clock_ns;    /* of the segment or tick at hand */
	uint64_t last_number; /* of the last packet */
	uint64_t over_ns;
	uint32_t rival_seq[2]; /* of a SYN that may take the ports, by direction */
	bool has_rival[2];
	bool is_retired;
	void *map_value;
	struct connection_link links[LINK_KIND_COUNT];
	struct connection *retired_next;
};

void connection_take(struct connection *connection, const struct segment *segment);
bool connection_next(struct connection *connection, struct chunk *out_chunk);

enum direction connection_direction(const struct connection *connection, const struct segment *segment);

/* Packet time passed: holes may be given up. True when connection_next has something. */
bool connection_review(struct connection *connection, uint64_t clock_ns);

bool connection_is_closed(const struct connection *connection);  /* both directions ended in order */
bool connection_is_waiting(const struct connection *connection); /* packet time alone may make chunks ready */
