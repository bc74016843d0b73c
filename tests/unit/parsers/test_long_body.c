/* Bodies larger than what is kept: their reader gets each byte of them once and in order, decoded, whatever
 * framed and coded them. */
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "parsers/base/buffer.h"
#include "parsers/long_body.h"
#include "tests/unit/parsers/talk.h"

#define KEPT 1000

struct book {
	char *text; /* what the reader was given */
	size_t len;
	unsigned opened, closed, whole;
	size_t longest;
};

static bool book_wants(void *context, const struct message *message)
{
	(void)context;
	return bytes_find_nocase(message_media_type(message), BYTES("image/")) != 0;
}

static void *book_open(void *context, struct exchange *exchange, const struct message *message)
{
	struct book *book = context;

	(void)message;
	book->opened++;
	book->len = 0;
	return arena_alloc(&exchange->arena, 1);
}

static void book_take(void *context, void *reading, struct bytes part)
{
	struct book *book = context;

	assert_non_null(reading);
	book->text = realloc(book->text, book->len + part.len);
	assert_non_null(book->text);
	memcpy(book->text + book->len, part.data, part.len);
	book->len += part.len;
	book->longest = part.len > book->longest ? part.len : book->longest;
}

static void book_close(void *context, void *reading, bool is_whole)
{
	struct book *book = context;

	assert_non_null(reading);
	book->closed++;
	book->whole += is_whole;
}

struct stage {
	struct book book;
	struct long_reader reader;
	struct session_counts counts;
	struct session session;
	uint64_t sent[2];
};

static void stage_up(struct stage *stage)
{
	*stage = (struct stage){0};
	stage->reader = (struct long_reader){.context = &stage->book,
					     .wants = book_wants,
					     .open = book_open,
					     .take = book_take,
					     .close = book_close};
	session_init(&stage->session, &(struct session_plan){.counts = &stage->counts,
							     .body_bytes_max = KEPT,
							     .reader = &stage->reader});
}

static void say(struct stage *stage, enum direction direction, struct bytes text, size_t part_len)
{
	for (size_t at = 0; at < text.len; at += part_len) {
		struct chunk chunk = {.kind = CHUNK_BYTES,
				      .direction = direction,
				      .bytes = bytes_slice(text, at, part_len),
				      .is_segment_start = true,
				      .offset = stage->sent[direction],
				      .peer_offset = stage->sent[1 - direction],
				      .is_peer_offset_known = true};

		stage->sent[direction] += chunk.bytes.len;
		session_feed(&stage->session, &chunk);
	}
}

/* Ends the session; how many exchanges there were. */
static size_t stage_down(struct stage *stage)
{
	struct exchange *exchange;
	size_t count = 0;

	session_feed(&stage->session, &(struct chunk){.kind = CHUNK_ABORTED});
	while ((exchange = session_next(&stage->session)) != NULL) {
		count++;
		exchange_free(exchange);
	}
	session_finish(&stage->session);
	assert_int_equal(stage->book.opened, stage->book.closed);
	assert_int_equal(stage->counts.long_memory_now, 0);
	assert_int_equal(stage->counts.body_bytes_now, 0);
	free(stage->book.text);
	return count;
}

/* Text that does not repeat, so that a byte too many or too few shows. */
static struct bytes text_of(size_t len)
{
	char *text = malloc(len);
	uint32_t state = 1;

	assert_non_null(text);
	for (size_t i = 0; i < len; i++) {
		state = state * 1664525 + 1013904223;
		text[i] = "abcdefghijklmnop"[state >> 28];
	}
	return (struct bytes){text, len};
}

static void assert_read(const struct stage *stage, struct bytes text)
{
	assert_int_equal(stage->book.opened, 1);
	assert_int_equal(stage->book.closed, 1);
	assert_int_equal(stage->book.whole, 1);
	assert_int_equal(stage->book.len, text.len);
	assert_memory_equal(stage->book.text, text.data, text.len);
	assert_true(stage->book.longest <= LIMIT_LONG_PART);
	assert_int_equal(stage->counts.long_bodies, 1);
	assert_int_equal(stage->counts.long_bytes, text.len);
	assert_int_equal(stage->counts.long_unread, 0);
}

static struct bytes coded(const char *coding, struct bytes text)
{
	size_t len = text.len + 100000;
	char *out = malloc(len);

	assert_non_null(out);
	if (strcmp(coding, "br") == 0) {
		assert_true(BrotliEncoderCompress(5, 18, BROTLI_MODE_TEXT, text.len,
						  (const uint8_t *)text.data, &len, (uint8_t *)out));
	} else if (strcmp(coding, "zstd") == 0) {
		len = ZSTD_compress(out, len, text.data, text.len, 3);
		assert_false(ZSTD_isError(len));
	} else {
		z_stream stream = {.next_in = (z_const Bytef *)(uintptr_t)text.data,
				   .avail_in = (unsigned)text.len,
				   .next_out = (unsigned char *)out,
				   .avail_out = (unsigned)len};

		assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, strcmp(coding, "gzip") == 0 ? 31 : 15,
					      8, Z_DEFAULT_STRATEGY),
				 Z_OK);
		assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
		len -= stream.avail_out;
		deflateEnd(&stream);
	}
	return (struct bytes){out, len};
}

static void request_of(struct stage *stage, const char *coding, struct bytes body, bool is_chunked,
		       size_t part_len)
{
	char head[256];

	if (is_chunked)
		snprintf(head, sizeof(head),
			 "POST / HTTP/1.1\r\nContent-Encoding: %s\r\nTransfer-Encoding: chunked\r\n\r\n",
			 coding);
	else
		snprintf(head, sizeof(head),
			 "POST / HTTP/1.1\r\nContent-Encoding: %s\r\nContent-Length: %zu\r\n\r\n", coding,
			 body.len);
	say(stage, DIRECTION_OPENER, bytes_of(head), 1000);
	for (size_t at = 0; is_chunked && at < body.len; at += 777) {
		struct bytes chunk = bytes_slice(body, at, 777);

		snprintf(head, sizeof(head), "%zx\r\n", chunk.len);
		say(stage, DIRECTION_OPENER, bytes_of(head), part_len);
		say(stage, DIRECTION_OPENER, chunk, part_len);
		say(stage, DIRECTION_OPENER, BYTES("\r\n"), part_len);
	}
	say(stage, DIRECTION_OPENER, is_chunked ? BYTES("0\r\n\r\n") : body, part_len);
}

static void every_byte_once(void **state)
{
	static const char *const codings[] = {"identity", "gzip", "deflate", "br", "zstd"};
	static const size_t part_lens[] = {1, 13, 999, 1000, 1001, 65536};
	struct bytes text = text_of(50000);

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct bytes body = i == 0 ? text : coded(codings[i], text);

		for (size_t k = 0; k < 6; k++)
			for (int is_chunked = 0; is_chunked < 2; is_chunked++) {
				struct stage stage;

				stage_up(&stage);
				request_of(&stage, codings[i], body, is_chunked, part_lens[k]);
				assert_read(&stage, text);
				assert_int_equal(stage_down(&stage), 1);
			}
		if (i > 0)
			free((char *)(uintptr_t)body.data);
	}
	free((char *)(uintptr_t)text.data);
}

/* Small as sent and large once decoded; several members; two codings. */
static void what_is_large_once_decoded(void **state)
{
	struct bytes text = text_of(40000), twice, half = coded("gzip", bytes_slice(text, 0, 20000));
	struct bytes other = coded("gzip", bytes_from(text, 20000)), around;
	struct stage stage;
	char *members = malloc(half.len + other.len), *same = malloc(20000);

	(void)state;
	memset(same, 's', 20000);
	around = coded("gzip", (struct bytes){same, 20000});
	assert_true(around.len < KEPT);
	stage_up(&stage);
	request_of(&stage, "gzip", around, false, 100);
	assert_read(&stage, (struct bytes){same, 20000});
	stage_down(&stage);

	memcpy(members, half.data, half.len);
	memcpy(members + half.len, other.data, other.len);
	for (size_t len = 1; len < 2000; len += 7) {
		stage_up(&stage);
		request_of(&stage, "gzip", (struct bytes){members, half.len + other.len}, false, len);
		assert_read(&stage, text);
		stage_down(&stage);
	}
	twice = coded("br", half);
	stage_up(&stage);
	request_of(&stage, "gzip, br", twice, false, 100);
	assert_read(&stage, bytes_slice(text, 0, 20000));
	stage_down(&stage);
	free(members);
	free(same);
	free((char *)(uintptr_t)text.data);
	free((char *)(uintptr_t)twice.data);
	free((char *)(uintptr_t)half.data);
	free((char *)(uintptr_t)other.data);
	free((char *)(uintptr_t)around.data);
}

/* RFC 9113: the preface, SETTINGS, HEADERS without Huffman or table, then DATA. */
static void http2_too(void **state)
{
	static const char start[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
				    "\0\0\0\4\0\0\0\0\0"
				    "\0\0\6\1\4\0\0\0\1\x83\x86\x84\x41\1a";
	struct bytes text = text_of(50000);
	struct stage stage;

	(void)state;
	stage_up(&stage);
	say(&stage, DIRECTION_OPENER, (struct bytes){start, sizeof(start) - 1}, 1000);
	for (size_t at = 0; at < text.len; at += 10000) {
		char head[9] = {0, 0x27, 0x10, 0, at + 10000 == text.len, 0, 0, 0, 1};

		say(&stage, DIRECTION_OPENER, (struct bytes){head, 9}, 4);
		say(&stage, DIRECTION_OPENER, bytes_slice(text, at, 10000), 1460);
	}
	say(&stage, DIRECTION_ANSWERER, (struct bytes){"\0\0\0\4\0\0\0\0\0\0\0\1\1\5\0\0\0\1\x89", 19}, 100);
	assert_int_equal(stage.book.len, text.len);
	assert_int_equal(stage.counts.long_bodies, 1);
	assert_memory_equal(stage.book.text, text.data, text.len);
	assert_int_equal(stage_down(&stage), 1);
	free((char *)(uintptr_t)text.data);
}

/* -- the hostile twins ------------------------------------------------------------------------- */

static void what_is_small_or_not_wanted(void **state)
{
	struct bytes text = text_of(5000);
	struct stage stage;

	(void)state;
	stage_up(&stage);
	request_of(&stage, "identity", bytes_slice(text, 0, KEPT), false, 100);
	say(&stage, DIRECTION_OPENER,
	    BYTES("POST / HTTP/1.1\r\nContent-Type: image/png\r\nContent-Length: 5000\r\n\r\n"), 1000);
	say(&stage, DIRECTION_OPENER, text, 100);
	assert_int_equal(stage.book.opened, 0);
	assert_int_equal(stage.counts.long_unread, 0);
	request_of(&stage, "compress", text, false, 100); /* nobody reads that */
	assert_int_equal(stage.book.opened, 0);
	assert_int_equal(stage.counts.long_unread, 1);
	stage_down(&stage);
	free((char *)(uintptr_t)text.data);
}

static void what_breaks_off(void **state)
{
	struct bytes text = text_of(50000), body = coded("gzip", text);
	struct stage stage;

	(void)state;
	for (size_t len = 1500; len < body.len; len += 1999) { /* the connection ends */
		stage_up(&stage);
		say(&stage, DIRECTION_OPENER,
		    BYTES("POST / HTTP/1.1\r\nContent-Encoding: gzip\r\nContent-Length: 99999\r\n\r\n"),
		    1000);
		say(&stage, DIRECTION_OPENER, bytes_slice(body, 0, len), 500);
		session_feed(&stage.session, &(struct chunk){.kind = CHUNK_ABORTED});
		assert_int_equal(stage.book.whole, 0);
		assert_int_equal(stage.counts.long_unread, 1);
		stage_down(&stage);
	}
	stage_up(&stage); /* bytes are missing: what came before them was read */
	say(&stage, DIRECTION_OPENER, BYTES("POST / HTTP/1.1\r\nContent-Length: 50000\r\n\r\n"), 1000);
	say(&stage, DIRECTION_OPENER, bytes_slice(text, 0, 20000), 500);
	session_feed(&stage.session, &(struct chunk){.kind = CHUNK_GAP,
						     .direction = DIRECTION_OPENER,
						     .offset = stage.sent[0],
						     .gap_len = 10000});
	stage.sent[0] += 10000;
	say(&stage, DIRECTION_OPENER, bytes_from(text, 30000), 500);
	assert_int_equal(stage.book.len, 20000);
	assert_int_equal(stage.book.whole, 0);
	stage_down(&stage);
	((char *)(uintptr_t)body.data)[body.len / 2] ^= 0x55; /* broken in the middle */
	stage_up(&stage);
	request_of(&stage, "gzip", body, false, 500);
	assert_int_equal(stage.book.whole, 0);
	stage_down(&stage);
	free((char *)(uintptr_t)text.data);
	free((char *)(uintptr_t)body.data);
}

/* A few bytes must not buy hours of scanning. */
static void a_bomb(void **state)
{
	size_t len = 64 * MIB;
	char *same = calloc(1, len);
	struct bytes body = coded("gzip", (struct bytes){same, len});
	struct stage stage;

	(void)state;
	stage_up(&stage);
	request_of(&stage, "gzip", body, false, 1460);
	assert_true(stage.book.len <= LIMIT_RATIO_FROM + LIMIT_LONG_RATIO * body.len + LIMIT_LONG_PART);
	assert_int_equal(stage.book.whole, 0);
	assert_int_equal(stage.counts.long_unread, 1);
	stage_down(&stage);
	free(same);
	free((char *)(uintptr_t)body.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_byte_once), cmocka_unit_test(what_is_large_once_decoded),
		cmocka_unit_test(http2_too),       cmocka_unit_test(what_is_small_or_not_wanted),
		cmocka_unit_test(what_breaks_off), cmocka_unit_test(a_bomb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
