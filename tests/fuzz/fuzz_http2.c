/*
 * fuzz_http2: HTTP/2 frames of our own making, whole, cut and lost. The first byte: bit 0 joined
 * midway, bit 1 aborts at the end, bit 2 without the preface. Then turns, each one byte of kind (bit 0
 * direction; bits 1-3 frame, frame, frame, frame, bytes, gap, end, abort), for a frame its type,
 * flags, stream and length, for the others a length; then the payload. It aborts when exchanges are
 * not counted, or one is called complete that is not.
 */
#include <stdlib.h>
#include <string.h>

#include "parsers/base/buffer.h"
#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/session.h"

#define BODY_BYTES_MAX 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

struct run {
	struct session session;
	struct session_counts counts;
	uint64_t sent[2], handed_out, time_ns;
	const uint8_t *at;
	size_t left;
};

static void drain(struct run *run)
{
	struct exchange *exchange;

	while ((exchange = session_next(&run->session)) != NULL) {
		run->handed_out++;
		CHECK(exchange->outcome < EXCHANGE_OUTCOME_COUNT);
		CHECK(exchange->request.body.content.len <= BODY_BYTES_MAX);
		CHECK(exchange->response.body.content.len <= BODY_BYTES_MAX);
		CHECK(exchange->request.header_count <= LIMIT_HEAD_FIELDS);
		CHECK(exchange->outcome != EXCHANGE_COMPLETE ||
		      (exchange->request.is_complete && exchange->response.is_complete));
		CHECK(exchange->request.is_seen || exchange->request.header_count == 0);
		exchange_free(exchange);
	}
}

static void feed(struct run *run, enum chunk_kind kind, int direction, const char *bytes, size_t len)
{
	struct chunk chunk = {.kind = kind,
			      .direction = (enum direction)direction,
			      .is_segment_start = true,
			      .is_peer_offset_known = true,
			      .offset = run->sent[direction],
			      .peer_offset = run->sent[!direction],
			      .time_ns = ++run->time_ns};
	char *copy = malloc(len + 1);

	CHECK(copy != NULL);
	if (kind == CHUNK_BYTES) {
		memcpy(copy, bytes, len);
		chunk.bytes = (struct bytes){.data = copy, .len = len};
		run->sent[direction] += len;
	} else if (kind == CHUNK_GAP) {
		chunk.gap_len = len + 1;
		run->sent[direction] += len + 1;
	}
	session_feed(&run->session, &chunk);
	free(copy);
	drain(run);
}

static uint8_t next(struct run *run)
{
	if (run->left == 0)
		return 0;
	run->left--;
	return *run->at++;
}

/* Sent whole when the frame's byte of length is even, else as two segments. */
static void feed_frame(struct run *run, int direction)
{
	char frame[9 + 255] = {0};
	size_t len, cut;

	frame[3] = (char)next(run);
	frame[4] = (char)next(run);
	frame[8] = (char)next(run);
	len = next(run);
	frame[2] = (char)len;
	for (size_t i = 0; i < len; i++)
		frame[9 + i] = (char)next(run);
	cut = len % 2 == 0 ? 0 : len / 2 + 4;
	if (cut > 0)
		feed(run, CHUNK_BYTES, direction, frame, cut);
	feed(run, CHUNK_BYTES, direction, frame + cut, 9 + len - cut);
}

static void turn(struct run *run)
{
	uint8_t kind = next(run);
	int direction = kind & 1;
	size_t len;

	if ((kind >> 1 & 7) < 4) {
		feed_frame(run, direction);
		return;
	}
	len = next(run);
	switch (kind >> 1 & 7) {
	case 4:
		len = len < run->left ? len : run->left;
		run->at += len;
		run->left -= len;
		if (len > 0)
			feed(run, CHUNK_BYTES, direction, (const char *)run->at - len, len);
		break;
	case 5:
		feed(run, CHUNK_GAP, direction, NULL, len);
		break;
	case 6:
		feed(run, CHUNK_END, direction, NULL, 0);
		break;
	default:
		run->time_ns += len * SECONDS;
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const char preface[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
	struct run run = {.at = data + 1, .left = len - 1};
	struct session_plan plan = {.counts = &run.counts, .body_bytes_max = BODY_BYTES_MAX};
	uint64_t outcomes = 0;

	if (len == 0)
		return 0;
	plan.is_mid_stream = data[0] & 1;
	session_init(&run.session, &plan);
	if (!(data[0] & 4))
		feed(&run, CHUNK_BYTES, 0, preface, sizeof(preface) - 1);
	while (run.left > 0)
		turn(&run);
	if (data[0] & 2)
		feed(&run, CHUNK_ABORTED, 0, NULL, 0);
	session_finish(&run.session);
	for (int i = 0; i < EXCHANGE_OUTCOME_COUNT; i++)
		outcomes += run.counts.exchanges[i];
	CHECK(outcomes >= run.handed_out);
	CHECK(!(data[0] & 2) || outcomes == run.handed_out);
	return 0;
}
