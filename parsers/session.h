/*
 * session: the talk of one connection. It tells the protocol by content, never
 * by port, feeds the protocol's parser, and hands out finished exchanges.
 *
 *	session_init(&session, &plan);
 *	session_feed(&session, &chunk);
 *	while ((exchange = session_next(&session)) != NULL)
 *		...exchange_free(exchange);
 *	session_finish(&session);
 *
 * Callbacks of llhttp stay inside http1_body.c. Drain session_next after every
 * session_feed: past LIMIT_SESSION_READY finished exchanges the session keeps
 * the rest of the bytes and goes on with them from session_next.
 *
 * Owns     its parsers (made at the first byte that needs one) and the
 *          exchanges not yet handed out.
 * Lends    nothing. An exchange from session_next belongs to the caller.
 * Thread   one session, one thread.
 */
#pragma once

#include "parsers/base/chunk.h"
#include "parsers/exchange.h"

/* Counted by all sessions of one worker. */
struct session_counts {
	uint64_t bytes; /* stream bytes fed */
	uint64_t gap_bytes;
	uint64_t exchanges[EXCHANGE_OUTCOME_COUNT];
	uint64_t http1_connections;
	uint64_t http2_connections; /* recognised */
	uint64_t tls_connections;   /* a TLS ClientHello or ServerHello: opaque */
	uint64_t upgraded_connections;
	uint64_t opaque_connections; /* neither */
	uint64_t opaque_bytes;
	uint64_t parse_errors;
	uint64_t hunts;   /* a boundary was lost */
	uint64_t resyncs; /* found again */
	uint64_t orphan_responses;
	uint64_t mispairs_prevented; /* sequence numbers contradicted pairing by order */
	uint64_t codings_failed;
	uint64_t bodies_cut;
	uint64_t heads_cut;
};

struct session_plan {
	struct session_counts *counts; /* of the worker; never NULL */
	uint64_t connection;           /* number of the packet that opened it */
	struct endpoint ends[2];       /* by enum direction: who sends in that direction */
	bool is_mid_stream;
	bool is_decrypted;
	uint64_t body_bytes_max; /* kept of each body; LIMIT_BODY_BYTES by default */
};

struct session_state;

struct session {
	struct session_plan plan;
	struct session_state *state; /* made at the first chunk */
};

void session_init(struct session *session, const struct session_plan *plan);
void session_feed(struct session *session, const struct chunk *chunk);
struct exchange *session_next(struct session *session); /* NULL when there is none yet */
void session_finish(struct session *session);           /* frees what was not handed out; accepts zeroed */
