/*
 * fuzz_http1: a session fed with framed chunks. Each frame is one byte of kind
 * (bit 0 direction; bits 1-2 bytes, bytes, gap, end; bit 3 segment start; bit 4
 * peer offset known; 255 aborts) and one of length, then the bytes. It aborts
 * when exchanges are not counted or bytes of a body are more than were fed.
 */
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/session.h"

#define BODY_BYTES_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct run {
	struct session session;
	struct session_counts counts;
	uint64_t sent[2], handed_out, time_ns;
};

static void drain(struct run *run)
{
	struct exchange *exchange;

	while ((exchange = session_next(&run->session)) != NULL) {
		run->handed_out++;
		CHECK(exchange->outcome < EXCHANGE_OUTCOME_COUNT);
		CHECK(exchange->request.body.content.len <= BODY_BYTES_MAX);
		CHECK(exchange->response.body.content.len <= BODY_BYTES_MAX);
		CHECK(exchange->outcome != EXCHANGE_COMPLETE ||
		      (exchange->request.is_complete && exchange->response.is_complete));
		message_media_type(&exchange->request);
		message_media_type(&exchange->response);
		exchange_free(exchange);
	}
}

static void feed(struct run *run, uint8_t kind, const uint8_t *data, size_t len)
{
	static const enum chunk_kind kinds[] = {CHUNK_BYTES, CHUNK_BYTES, CHUNK_GAP, CHUNK_END};
	struct chunk chunk = {.kind = kind == 255 ? CHUNK_ABORTED : kinds[kind >> 1 & 3],
			      .direction = (enum direction)(kind & 1),
			      .is_segment_start = kind >> 3 & 1,
			      .is_peer_offset_known = kind >> 4 & 1,
			      .time_ns = ++run->time_ns};
	char *copy = malloc(len + 1);

	CHECK(copy != NULL);
	chunk.offset = run->sent[chunk.direction];
	chunk.peer_offset = run->sent[!chunk.direction] + (kind >> 5 & 3) * 16;
	if (chunk.kind == CHUNK_BYTES) {
		memcpy(copy, data, len);
		chunk.bytes = (struct bytes){.data = copy, .len = len};
		run->sent[chunk.direction] += len;
	} else if (chunk.kind == CHUNK_GAP) {
		chunk.gap_len = len + 1;
		run->sent[chunk.direction] += len + 1;
	}
	session_feed(&run->session, &chunk);
	free(copy);
	drain(run);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct run run = {0};
	struct session_plan plan = {.counts = &run.counts, .body_bytes_max = BODY_BYTES_MAX};
	uint64_t outcomes = 0;

	if (len == 0)
		return 0;
	plan.is_mid_stream = data[0] & 1;
	session_init(&run.session, &plan);
	for (size_t at = 1; at + 2 <= len;) {
		uint8_t kind = data[at];
		size_t wanted = data[at + 1], left = len - at - 2;
		bool has_bytes = kind != 255 && (kind >> 1 & 3) < 2;
		size_t taken = !has_bytes ? 0 : wanted < left ? wanted : left;

		feed(&run, kind, data + at + 2, has_bytes ? taken : wanted);
		at += 2 + taken;
	}
	if (data[0] & 2)
		feed(&run, 255, data, 0);
	session_finish(&run.session);
	for (int i = 0; i < EXCHANGE_OUTCOME_COUNT; i++)
		outcomes += run.counts.exchanges[i];
	CHECK(outcomes >= run.handed_out);
	CHECK(!(data[0] & 2) || outcomes == run.handed_out);
	return 0;
}
