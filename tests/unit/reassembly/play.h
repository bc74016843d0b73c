/*
 * play: feeds segments to reassembly and writes down what comes out, for tests.
 * The log is text: "0:hello" bytes of the opener, "1[5 acked]" a gap of the
 * answerer, "0." its end, "!reset" the end of both.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/reassembly/connections.h"

#define CLIENT_ISN  1000u
#define SERVER_ISN  5000u
#define MILLISECOND (SECONDS / 1000)

struct play {
	struct connections connections;
	struct reassembly_counts counts;
	struct session_counts session_counts;
	uint64_t clock_ns, number;
	uint32_t client_isn, server_isn;
	char log[8192];
	struct chunk last; /* the last chunk, bytes not valid */
};

static const char *const gap_names[GAP_REASON_COUNT] = {"none",    "acked",     "window", "memory",
							"timeout", "truncated", "close"};
static const char *const abort_names[] = {"none", "reset", "idle", "evicted", "reused", "closed", "drained"};

static inline void play_init(struct play *play, size_t connections_max)
{
	struct connections_plan plan = {
		.counts = &play->counts,
		.session_counts = &play->session_counts,
		.seed = 7,
		.connections_max = connections_max,
		.held_bytes_max = LIMIT_HELD_TOTAL,
		.body_bytes_max = LIMIT_BODY_BYTES,
	};

	memset(play, 0, sizeof(*play));
	play->client_isn = CLIENT_ISN;
	play->server_isn = SERVER_ISN;
	play->clock_ns = 1000 * SECONDS;
	connections_init(&play->connections, &plan);
}

static inline void play_finish(struct play *play)
{
	connections_finish(&play->connections);
	assert_int_equal(play->counts.held_bytes_now, 0);
}

__attribute__((format(printf, 2, 3))) static inline void say(struct play *play, const char *format, ...)
{
	size_t len = strlen(play->log);
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(play->log + len, sizeof(play->log) - len, format, arguments);
	va_end(arguments);
}

static inline void chunk_say(struct play *play, const struct chunk *chunk)
{
	const char *space = play->log[0] == '\0' ? "" : " ";

	play->last = *chunk;
	switch (chunk->kind) {
	case CHUNK_BYTES:
		assert_true(chunk->bytes.len > 0);
		say(play, "%s%d:" BYTES_FORMAT, space, chunk->direction, BYTES_PRINT(chunk->bytes));
		break;
	case CHUNK_GAP:
		assert_true(chunk->gap_len > 0);
		say(play, "%s%d[%llu %s]", space, chunk->direction, (unsigned long long)chunk->gap_len,
		    gap_names[chunk->gap]);
		break;
	case CHUNK_END:
		say(play, "%s%d.", space, chunk->direction);
		break;
	case CHUNK_ABORTED:
		say(play, "%s!%s", space, abort_names[chunk->aborted]);
		break;
	}
}

static inline void play_drain(struct play *play, struct connection *connection)
{
	struct chunk chunk;

	while (connection_next(connection, &chunk))
		chunk_say(play, &chunk);
}

static inline void play_retired(struct play *play)
{
	struct connection *connection;

	while ((connection = connections_retired(&play->connections)) != NULL) {
		play_drain(play, connection);
		assert_true(connection->is_abort_told);
		connection_free(connection);
	}
}

static inline void play_ready(struct play *play)
{
	struct connection *connection;

	while ((connection = connections_ready(&play->connections)) != NULL)
		play_drain(play, connection);
}

static inline struct connection *play_segment(struct play *play, const struct segment *segment)
{
	struct connection *connection = connections_find(&play->connections, segment);

	assert_non_null(connection);
	connection_take(connection, segment);
	play_drain(play, connection);
	play_ready(play);
	play_retired(play);
	return connection;
}

static inline struct segment segment_make(struct play *play, bool is_server, unsigned flags, uint32_t seq,
					  uint32_t ack, const char *payload)
{
	struct segment segment = {
		.from = {.address.bytes = {10, 0, 0, 1}, .port = 40000},
		.to = {.address.bytes = {10, 0, 0, 2}, .port = 80},
		.seq = seq,
		.ack = ack,
		.flags = (uint8_t)flags,
		.payload = bytes_of(payload),
		.time_ns = play->clock_ns,
		.clock_ns = play->clock_ns,
		.number = ++play->number,
		.ip_id = (uint16_t)play->number,
	};
	struct endpoint from = segment.from;

	if (is_server) {
		segment.from = segment.to;
		segment.to = from;
	}
	return segment;
}

/* From the client or the server, with offsets instead of sequence numbers; a SYN has offset -1. */
static inline struct connection *client(struct play *play, unsigned flags, int64_t offset, int64_t acked,
					const char *payload)
{
	struct segment segment = segment_make(play, false, flags, play->client_isn + 1 + (uint32_t)offset,
					      play->server_isn + 1 + (uint32_t)acked, payload);

	return play_segment(play, &segment);
}

static inline struct connection *server(struct play *play, unsigned flags, int64_t offset, int64_t acked,
					const char *payload)
{
	struct segment segment = segment_make(play, true, flags, play->server_isn + 1 + (uint32_t)offset,
					      play->client_isn + 1 + (uint32_t)acked, payload);

	return play_segment(play, &segment);
}

static inline void handshake(struct play *play)
{
	client(play, TCP_SYN, -1, 0, "");
	server(play, TCP_SYN | TCP_ACK, -1, 0, "");
	client(play, TCP_ACK, 0, 0, "");
}

/* Packet time passes; ticks come as the pipeline gives them. */
static inline void pass(struct play *play, uint64_t ns)
{
	play->clock_ns += ns;
	connections_expire(&play->connections, play->clock_ns);
	play_ready(play);
	play_retired(play);
}

/* What was said since the last time. */
static inline void heard_at(struct play *play, const char *expected, const char *file, int line)
{
	_assert_string_equal(play->log, expected, file, line);
	play->log[0] = '\0';
}
#define heard(play, expected) heard_at(play, expected, __FILE__, __LINE__)
