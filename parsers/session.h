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
	uint64_t body_bytes_now; /* a stock, under LIMIT_BODIES_TOTAL: kept of bodies that are not over yet */
	uint64_t exchanges[EXCHANGE_OUTCOME_COUNT];
	uint64_t http1_connections;
	uint64_t http2_connections;
	uint64_t tls_connections; /* a TLS ClientHello or ServerHello: opaque */
	uint64_t upgraded_connections;
	uint64_t opaque_connections; /* neither */
	uint64_t opaque_bytes;
	uint64_t parse_errors;
	uint64_t hunts;   /* a boundary was lost */
	uint64_t resyncs; /* found again */
	uint64_t orphan_responses;
	uint64_t mispairs_prevented;    /* sequence numbers contradicted pairing by order */
	uint64_t announced_connections; /* began with a header of the PROXY protocol */
	uint64_t codings_failed;
	uint64_t bodies_cut;
	uint64_t long_memory_now; /* a stock, under LIMIT_LONG_MEMORY: of larger bodies that are being read */
	uint64_t long_bodies;     /* larger bodies that were read as they came */
	uint64_t long_bytes;      /* of them, decoded */
	uint64_t long_unread;     /* larger bodies that were not, or not to their end: a ceiling, or broken */
	uint64_t heads_cut;
	uint64_t http2_seeded;         /* directions joined midway: HPACK entries from before are unknown */
	uint64_t http2_reseeded;       /* after loss, or a block that could not be decoded */
	uint64_t http2_undecoded;      /* header blocks whose content stays unknown */
	uint64_t http2_blocks_cut;     /* header blocks over a ceiling: not decoded */
	uint64_t http2_unknown_fields; /* that refer to what was not seen */
	uint64_t http2_unknown_heads;  /* without a method, path or status for that reason */
	uint64_t http2_frame_errors;   /* frames that no endpoint may send */
	uint64_t http2_hunts;          /* a frame boundary was lost */
	uint64_t http2_resyncs;        /* found again */
	uint64_t http2_streams_evicted;
	uint64_t http2_stray_frames; /* of streams that are over, or began before we joined */
	uint64_t grpc_calls;
	uint64_t grpc_malformed; /* calls with messages that are none, or cannot be unpacked */
	uint64_t grpc_cut;       /* calls whose messages were not looked at to the end, for a ceiling */
};

/*
 * Reads bodies larger than body_bytes_max to their end, as they come: decoded, from their first byte, in
 * parts of at most LIMIT_LONG_PART. What it makes of a body is the exchange's (body.read_along).
 */
struct long_reader {
	void *context;
	bool (*wants)(void *context, const struct message *message);
	/* In the exchange's arena; NULL without memory. */
	void *(*open)(void *context, struct exchange *exchange, const struct message *message);
	void (*take)(void *context, void *reading, struct bytes part);
	void (*close)(void *context, void *reading, bool is_whole); /* false: the rest was not read */
};

struct session_plan {
	struct session_counts *counts; /* of the worker; never NULL */
	uint64_t connection;           /* number of the packet that opened it */
	struct endpoint ends[2];       /* by enum direction: who sends in that direction */
	bool is_mid_stream;
	bool is_decrypted;
	uint64_t body_bytes_max;          /* kept of each body; LIMIT_BODY_BYTES by default */
	const struct long_reader *reader; /* of the worker; NULL: what is not kept is only counted */
	struct stock *exchanges;          /* of EXCHANGE_STOCK_LEN; NULL: none */
	struct unpacker *unpacker;        /* of gzip bodies, of the worker; NULL: one for each body */
};

struct session_state;

struct session {
	struct session_plan plan;
	struct session_state *state; /* made at the first chunk */
};

void session_init(struct session *session, const struct session_plan *plan);
void session_feed(struct session *session, const struct chunk *chunk);
bool session_is_opaque(const struct session *session);  /* TLS, or nothing that is known */
struct exchange *session_next(struct session *session); /* NULL when there is none yet */
void session_finish(struct session *session);           /* frees what was not handed out; accepts zeroed */
