/* The first, the second, the third ... allocation fails: nothing leaks, nothing crashes, all is counted. */
#include "tests/unit/parsers/talk.h"

void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *memory, size_t len);
void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *memory, size_t len);

static long left = -1; /* allocations until one fails; -1: none does */

static bool fails(void)
{
	return left >= 0 && left-- == 0;
}

void *__wrap_malloc(size_t len)
{
	return fails() ? NULL : __real_malloc(len);
}

void *__wrap_calloc(size_t count, size_t len)
{
	return fails() ? NULL : __real_calloc(count, len);
}

void *__wrap_realloc(void *memory, size_t len)
{
	return fails() ? NULL : __real_realloc(memory, len);
}

/* Who speaks, then the bytes: these may hold NUL. */
#define TURN(text) BYTES_INIT(text)

static const struct bytes http1_turns[] = {
	TURN(">POST /1 HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n"),
	TURN("<HTTP/1.1 100 Continue\r\n\r\n"),
	TURN("<HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"),
	TURN(">GET /2 HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nGET /3 HTTP/1.1\r\n\r\n"),
	TURN("<HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"),
	TURN("<#6"),
	TURN("<HTTP/1.1 204 No\r\n\r\n"),
	TURN(">CONNECT a:1 HTTP/1.1\r\n\r\nGET /4 HTTP/1.1\r\n\r\n"),
	TURN("<HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 200 OK\r\n\r\nabc"),
	TURN("!"),
	{NULL, 0},
};

#define REQUEST(length, id, path) "\0\0" length "\1\5\0\0\0" id "\203\206\101\1a\104" path "\0\1x\1y"
#define ANSWER(id, body)                                                                                     \
	"\0\0\4\1\4\0\0\0" id "\210\100\0\0"                                                                 \
	"\0\0\3\0\1\0\0\0" id body

static const struct bytes http2_turns[] = {
	TURN(">PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"),
	TURN("<\0\0\0\4\0\0\0\0\0"),
	TURN(">" REQUEST("\016", "\1", "\2/a") REQUEST("\016", "\3", "\2/b")),
	TURN("<" ANSWER("\1", "abc")),
	TURN(">#"),
	TURN(">" REQUEST("\016", "\5", "\2/c") "\0\0\4\3\0\0\0\0\5\0\0\0\0"),
	TURN("<" ANSWER("\3", "abc")),
	TURN("<" ANSWER("\5", "abc")),
	TURN("!"),
	{NULL, 0},
};

static bool wants(void *context, const struct message *message)
{
	(void)context;
	(void)message;
	return true;
}

static void *open_reading(void *context, struct exchange *exchange, const struct message *message)
{
	(void)context;
	(void)message;
	return arena_alloc(&exchange->arena, 100000);
}

static void take_part(void *context, void *reading, struct bytes part)
{
	(void)context;
	((char *)reading)[0] = part.data[part.len - 1];
}

static void close_reading(void *context, void *reading, bool is_whole)
{
	(void)context;
	((char *)reading)[0] = is_whole;
}

/* Of the bodies here most are larger than what is kept. */
static const struct long_reader reader = {NULL, wants, open_reading, take_part, close_reading};

static void run(const struct bytes *turns, unsigned split, long failing, struct session_counts *out_counts)
{
	struct session_plan plan = {.counts = out_counts, .body_bytes_max = 2, .reader = &reader};
	uint64_t sent[2] = {0}, handed_out = 0, outcomes = 0;
	struct session session;
	struct exchange *exchange;

	session_init(&session, &plan);
	left = failing;
	for (size_t i = 0; turns[i].data != NULL; i++) {
		int from = turns[i].data[0] == '<';
		struct chunk chunk = {.kind = turns[i].data[0] == '!'   ? CHUNK_ABORTED
					      : turns[i].data[1] == '#' ? CHUNK_GAP
									: CHUNK_BYTES,
				      .direction = (enum direction)from,
				      .is_segment_start = true,
				      .is_peer_offset_known = true};
		struct bytes text = bytes_from(turns[i], 1);
		size_t step = split == 0 || chunk.kind != CHUNK_BYTES ? SIZE_MAX : split;

		chunk.gap_len = chunk.kind == CHUNK_GAP ? 6 : 0;
		do {
			chunk.offset = sent[from];
			chunk.peer_offset = sent[!from];
			chunk.bytes = chunk.kind == CHUNK_BYTES ? bytes_slice(text, 0, step) : BYTES_NONE;
			sent[from] += chunk.bytes.len + chunk.gap_len;
			session_feed(&session, &chunk);
			text = bytes_from(text, step);
		} while (text.len > 0 && chunk.kind == CHUNK_BYTES);
		while ((exchange = session_next(&session)) != NULL) {
			handed_out++;
			exchange_free(exchange);
		}
	}
	session_finish(&session);
	for (int i = 0; i < EXCHANGE_OUTCOME_COUNT; i++)
		outcomes += out_counts->exchanges[i];
	assert_int_equal(outcomes, handed_out);
}

static void each_allocation_fails(const struct bytes *turns)
{
	for (unsigned split = 0; split < 12; split += 5) {
		struct session_counts counts = {0};
		bool has_failed = true;

		run(turns, split, -1, &counts);
		assert_int_equal(counts.exchanges[EXCHANGE_COMPLETE], 3);
		for (long failing = 0; has_failed; failing++) {
			counts = (struct session_counts){0};
			run(turns, split, failing, &counts);
			has_failed = left < 0;
			left = -1;
		}
	}
}

static void http1(void **state)
{
	(void)state;
	each_allocation_fails(http1_turns);
}

static void http2(void **state)
{
	(void)state;
	each_allocation_fails(http2_turns);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http1),
		cmocka_unit_test(http2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
