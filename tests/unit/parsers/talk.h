/*
 * talk: feeds a conversation to a session and writes down what came out, so
 * that a test reads like a transcript.
 *
 *	talk_tell(&talk, (const char *[]){">GET / HTTP/1.1\r\n\r\n", "<HTTP/1.1 204 No\r\n\r\n", NULL});
 *	assert_string_equal(talk_end(&talk), "0 complete | GET / none '' | 204 none ''\n");
 *
 * A turn begins with who speaks: '>' the opener, '<' the answerer; then the bytes,
 * or "#N" for a gap of N bytes, or "$" for FIN. "!" aborts the connection, "!R" with a reset.
 * Offsets and acknowledgements are those of a client and a server that take turns.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/grpc.h"
#include "parsers/session.h"

enum talk_split { TALK_WHOLE, TALK_BYTES, TALK_RANDOM };

struct talk {
	enum talk_split split;
	unsigned seed;
	bool is_mid_stream, hides_peer, is_verbose, is_grpc_only;
	struct session session;
	struct session_counts counts;
	uint64_t sent[2];
	uint64_t turn, handed_out;
	bool is_open;
	FILE *out;
	char *text;
	size_t text_len;
};

static inline void talk_write_message(struct talk *talk, const struct message *message)
{
	static const char *const states[] = {"none", "whole", "cut", "holed", "unended"};
	static const char *const codings[] = {"",     "decoded", "unsupported", "broken",
					      "bomb", "costly",  "partial"};
	const struct body *body = &message->body;
	struct bytes content = bytes_slice(body->content, 0, 200);

	fprintf(talk->out, " %s '", states[body->state]);
	fwrite(content.data == NULL ? "" : content.data, 1, content.len, talk->out);
	fprintf(talk->out, "'");
	if (body->wire_len != body->content.len)
		fprintf(talk->out, " wire=%llu", (unsigned long long)body->wire_len);
	if (body->coding != CODING_NONE)
		fprintf(talk->out, " %s", codings[body->coding]);
	if (message->oddities != 0)
		fprintf(talk->out, " odd=%x", message->oddities);
	if (message->gap_len != 0)
		fprintf(talk->out, " gap=%llu", (unsigned long long)message->gap_len);
	for (size_t i = 0; talk->is_verbose && i < message->header_count; i++)
		fprintf(talk->out, "\n  " BYTES_FORMAT "=[" BYTES_FORMAT "]%s",
			BYTES_PRINT(message->headers[i].name), BYTES_PRINT(message->headers[i].value),
			message->headers[i].is_trailer ? " trailer" : "");
	if (talk->is_verbose)
		fprintf(talk->out, "\n  at %llu %llu %llu", (unsigned long long)message->first_ns,
			(unsigned long long)message->head_ns, (unsigned long long)message->last_ns);
}

static inline void talk_write_messages(struct talk *talk, const char *name,
				       const struct grpc_messages *messages)
{
	fprintf(talk->out, "\n  %s", name);
	if (!messages->is_read) {
		fprintf(talk->out, " none");
		return;
	}
	fprintf(talk->out, " %s %llu messages %llu bytes longest %llu", grpc_outcome_name(messages->outcome),
		(unsigned long long)messages->count, (unsigned long long)messages->bytes,
		(unsigned long long)messages->bytes_max);
	for (size_t i = 0; i < messages->text_count; i++)
		fprintf(talk->out, " " BYTES_FORMAT "=[" BYTES_FORMAT "]",
			BYTES_PRINT(messages->texts[i].name), BYTES_PRINT(messages->texts[i].value));
}

static inline void talk_write_grpc(struct talk *talk, const struct grpc_call *call)
{
	fprintf(talk->out, "\n  %s " BYTES_FORMAT " " BYTES_FORMAT " status %d",
		call->is_web ? "grpc-web" : "grpc", BYTES_PRINT(call->service), BYTES_PRINT(call->method),
		call->status);
	talk_write_messages(talk, "request", &call->request);
	talk_write_messages(talk, "response", &call->response);
}

static inline void talk_drain(struct talk *talk)
{
	struct exchange *exchange;

	while ((exchange = session_next(&talk->session)) != NULL) {
		talk->handed_out++;
		if (exchange->grpc != NULL && talk->is_grpc_only) {
			talk_write_grpc(talk, exchange->grpc);
			exchange_free(exchange);
			continue;
		}
		fprintf(talk->out, "%llu %s", (unsigned long long)exchange->number,
			exchange_outcome_name(exchange->outcome));
		if (exchange->request.first_ns != 0) {
			fprintf(talk->out, " | " BYTES_FORMAT " " BYTES_FORMAT, BYTES_PRINT(exchange->method),
				BYTES_PRINT(exchange->target));
			talk_write_message(talk, &exchange->request);
		}
		if (exchange->response.first_ns != 0) {
			fprintf(talk->out, " | %u", exchange->status);
			talk_write_message(talk, &exchange->response);
		}
		if (exchange->interim_count > 0)
			fprintf(talk->out, " interim=%u", exchange->interim_count);
		if (exchange->grpc != NULL)
			talk_write_grpc(talk, exchange->grpc);
		if (exchange->is_upgrade)
			fprintf(talk->out, " upgrade");
		fprintf(talk->out, "\n");
		exchange_free(exchange);
	}
}

static inline void talk_begin(struct talk *talk)
{
	struct session_plan plan = {.counts = &talk->counts,
				    .is_mid_stream = talk->is_mid_stream,
				    .body_bytes_max = LIMIT_BODY_BYTES};

	if (talk->is_open)
		return;
	talk->is_open = true;
	talk->counts = (struct session_counts){0};
	talk->out = open_memstream(&talk->text, &talk->text_len);
	plan.ends[0].port = 40000;
	plan.ends[1].port = 80;
	session_init(&talk->session, &plan);
}

static inline struct chunk talk_chunk(struct talk *talk, enum chunk_kind kind, int direction)
{
	return (struct chunk){.kind = kind,
			      .direction = (enum direction)direction,
			      .offset = talk->sent[direction],
			      .peer_offset = talk->sent[!direction],
			      .is_peer_offset_known = !talk->hides_peer,
			      .is_segment_start = true,
			      .time_ns = 1000 + talk->turn};
}

/* One run of bytes with an acknowledgement of our own choosing. */
static inline void talk_say_acking(struct talk *talk, int direction, struct bytes run, uint64_t peer_offset)
{
	struct chunk chunk;

	talk_begin(talk);
	talk->turn++;
	while (run.len > 0) {
		size_t len = talk->split == TALK_WHOLE ? run.len : 1;
		char *copy;

		if (talk->split == TALK_RANDOM)
			len = 1 + (size_t)rand_r(&talk->seed) % 40;
		chunk = talk_chunk(talk, CHUNK_BYTES, direction);
		chunk.bytes = bytes_slice(run, 0, len);
		chunk.peer_offset = peer_offset;
		copy = malloc(chunk.bytes.len); /* so that reading past its end is noticed */
		memcpy(copy, chunk.bytes.data, chunk.bytes.len);
		chunk.bytes.data = copy;
		talk->sent[direction] += chunk.bytes.len;
		session_feed(&talk->session, &chunk);
		free(copy);
		talk_drain(talk);
		run = bytes_from(run, len);
	}
}

static inline void talk_say(struct talk *talk, int direction, struct bytes run)
{
	talk_say_acking(talk, direction, run, talk->sent[!direction]);
}

static inline void talk_gap(struct talk *talk, int direction, uint64_t len)
{
	struct chunk chunk;

	talk_begin(talk);
	chunk = talk_chunk(talk, CHUNK_GAP, direction);
	chunk.gap_len = len;
	chunk.gap = GAP_ACKED;
	talk->sent[direction] += len;
	session_feed(&talk->session, &chunk);
	talk_drain(talk);
}

static inline void talk_stop(struct talk *talk, enum chunk_kind kind, int direction, enum abort_reason reason)
{
	struct chunk chunk;

	talk_begin(talk);
	chunk = talk_chunk(talk, kind, direction);
	chunk.aborted = reason;
	session_feed(&talk->session, &chunk);
	talk_drain(talk);
}

static inline void talk_turn(struct talk *talk, const char *turn)
{
	int direction = turn[0] == '<';

	if (turn[0] == '!')
		talk_stop(talk, CHUNK_ABORTED, 0, turn[1] == 'R' ? ABORT_RESET : ABORT_DRAINED);
	else if (turn[1] == '#')
		talk_gap(talk, direction, strtoull(turn + 2, NULL, 10));
	else if (turn[1] == '$')
		talk_stop(talk, CHUNK_END, direction, ABORT_NONE);
	else
		talk_say(talk, direction, bytes_of(turn + 1));
}

static inline void talk_tell(struct talk *talk, const char *const *turns)
{
	talk_begin(talk);
	for (size_t i = 0; turns[i] != NULL; i++)
		talk_turn(talk, turns[i]);
}

/* Closes, checks that nothing was lost in silence, and gives what came out; free() it. */
static inline char *talk_end(struct talk *talk)
{
	uint64_t outcomes = 0;
	char *text;

	talk_stop(talk, CHUNK_ABORTED, 0, ABORT_DRAINED);
	session_finish(&talk->session);
	fclose(talk->out);
	text = talk->text;
	for (int i = 0; i < EXCHANGE_OUTCOME_COUNT; i++)
		outcomes += talk->counts.exchanges[i];
	assert_int_equal(outcomes, talk->handed_out);
	*talk = (struct talk){.counts = talk->counts,
			      .split = talk->split,
			      .seed = talk->seed,
			      .is_grpc_only = talk->is_grpc_only};
	return text;
}

/* Whole, byte by byte and in twenty random splits: always `expected`. */
static inline void talk_expect(const char *const *turns, const char *expected)
{
	for (unsigned seed = 0; seed < 22; seed++) {
		struct talk talk = {.split = seed == 0   ? TALK_WHOLE
					     : seed == 1 ? TALK_BYTES
							 : TALK_RANDOM,
				    .seed = seed};
		char *text;

		talk_tell(&talk, turns);
		text = talk_end(&talk);
		assert_string_equal(text, expected);
		free(text);
	}
}

/* With one segment a turn: for what depends on segment starts. */
static inline void talk_expect_whole(struct talk *talk, const char *const *turns, const char *expected)
{
	char *text;

	talk_tell(talk, turns);
	text = talk_end(talk);
	assert_string_equal(text, expected);
	free(text);
}

#define TURNS(...) ((const char *const[]){__VA_ARGS__, NULL})
