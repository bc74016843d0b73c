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
 * Owns     copies of what came too early, under the ceilings of limits.h.
 * Lends    chunk.bytes, until the next call on this connection.
 * Thread   one worker.
 */
#pragma once

#include "parsers/session.h"
#include "sensor/capture/segment.h"
#include "sensor/reassembly/stream.h"

struct connection {
	struct connections *home;
	struct endpoint ends[2]; /* by enum direction: the sender */
	struct stream streams[2];
	struct session session;
	uint64_t number; /* of the packet that opened it */
	uint64_t opened_ns, touched_ns; /* by packet clock */
	enum abort_reason over; /* ABORT_NONE while it lives */
	bool is_abort_told;
	/* how far it has come: SYN seen, answered, closing ... (private to connection.c) */
	unsigned state;
	struct connection *retired_next;
};

void connection_take(struct connection *connection, const struct segment *segment);
bool connection_next(struct connection *connection, struct chunk *out_chunk);
