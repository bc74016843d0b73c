/* HTTP/2 from people who mean harm: all is bounded, counted, and over in time. */
#include <malloc.h>

#include "tests/unit/parsers/http2_made.h"

static struct made made;
static struct talk talk;

static int open_talk(void **state)
{
	(void)state;
	talk = (struct talk){0};
	made_begin(&made, 4096);
	made_start(&made);
	return 0;
}

static int close_talk(void **state)
{
	(void)state;
	made_end(&made);
	return 0;
}

static void expect(const char *expected)
{
	char *text;

	made_say(&made, &talk, 0);
	made_say(&made, &talk, 1);
	text = talk_end(&talk);
	if (expected != NULL)
		assert_string_equal(text, expected);
	free(text);
}

static void answer(uint32_t id)
{
	made_say(&made, &talk, 0);
	made_headers(&made, 1, id, MADE_END, OK200);
}

static void continuation_flood(void **state)
{
	char noise[1000] = {0};

	(void)state;
	made_frame(&made, 0, HTTP2_HEADERS, HTTP2_END_STREAM, 1, BYTES("\x82"));
	for (int i = 0; i < 100000; i++)
		made_frame(&made, 0, HTTP2_CONTINUATION, 0, 1,
			   (struct bytes){noise, i % 2 == 0 ? sizeof(noise) / 8 : 0});
	made_frame(&made, 0, HTTP2_CONTINUATION, HTTP2_END_HEADERS, 1, BYTES_NONE);
	made_headers(&made, 0, 3, MADE_END, GET("/after"));
	answer(1);
	answer(3);
	expect("0 unknown_head |   none '' odd=41000 | 200 none ''\n1 complete | GET /after none '' | 200 "
	       "none ''\n");
	assert_int_equal(talk.counts.http2_blocks_cut, 1);
	assert_int_equal(talk.counts.http2_reseeded, 1);
}

/* One entry of 3 KB, 200,000 references of one byte to it. */
static void hpack_bomb(void **state)
{
	static char block[210000];
	char value[2900];
	size_t before = mallinfo2().uordblks;

	(void)state;
	memset(value, 'v', sizeof(value));
	value[sizeof(value) - 1] = '\0';
	made_headers(&made, 0, 1, MADE_END,
		     FIELDS(":method", "GET", ":scheme", "http", ":path", "/", "x-bomb", value));
	memset(block, 0xbe, sizeof(block));
	memcpy(block, "\x82\x84\x86", 3);
	made_frame(&made, 0, HTTP2_HEADERS, MADE_END, 3, (struct bytes){block, 200000});
	made_say(&made, &talk, 0);
	assert_true(mallinfo2().uordblks < before + 8 * MIB);
	made_headers(&made, 0, 5, MADE_END, GET("/after"));
	answer(1);
	answer(3);
	answer(5);
	expect("0 complete | GET / none '' | 200 none ''\n1 complete | GET / none '' odd=1000 | 200 none ''\n"
	       "2 complete | GET /after none '' | 200 none ''\n");
	assert_int_equal(talk.counts.heads_cut, 1);
	assert_int_equal(talk.counts.http2_undecoded, 0);
}

static void rapid_reset(void **state)
{
	char *text;

	(void)state;
	for (uint32_t id = 1; id < 20001; id += 2) {
		made_headers(&made, 0, id, MADE_END, GET("/"));
		made_frame(&made, 0, HTTP2_RST_STREAM, 0, id, BYTES("\0\0\0\10"));
	}
	made_say(&made, &talk, 0);
	text = talk_end(&talk);
	assert_int_equal(talk.counts.exchanges[EXCHANGE_NO_RESPONSE], 10000);
	assert_non_null(strstr(text, " odd=20000"));
	free(text);
}

/* Requests that were answered, or few, may be taken back. */
static void few_resets(void **state)
{
	char *text;

	(void)state;
	for (uint32_t id = 1; id < 2 * LIMIT_RESETS + 1; id += 2) {
		made_headers(&made, 0, id, MADE_END, GET("/"));
		if (id == 1) {
			answer(1);
			made_say(&made, &talk, 1);
		}
		made_frame(&made, 0, HTTP2_RST_STREAM, 0, id, BYTES("\0\0\0\10"));
	}
	made_say(&made, &talk, 0);
	text = talk_end(&talk);
	assert_null(strstr(text, "odd="));
	free(text);
}

static void many_streams(void **state)
{
	(void)state;
	for (uint32_t id = 1; id < 20001; id += 2)
		made_headers(&made, 0, id, MADE_OPEN, GET("/"));
	made_say(&made, &talk, 0);
	assert_int_equal(talk.counts.http2_streams_evicted, 10000 - LIMIT_STREAMS);
	for (uint32_t id = 1; id < 20001; id += 2)
		made_headers(&made, 1, id, MADE_END, OK200);
	expect(NULL);
	assert_int_equal(talk.counts.exchanges[EXCHANGE_OVERFLOW], 10000 - LIMIT_STREAMS);
	assert_int_equal(talk.counts.exchanges[EXCHANGE_REQUEST_CUT], LIMIT_STREAMS);
}

static void names(void **state)
{
	/* An empty name; upper case; a pseudo-field behind others; one of ours; :path twice. */
	static const char block[] =
		"\x82\x86\x84\x00\x00\x01x\x00\x03X-Y\x01z\x00\x01\x00\x01q\x00\x02:x\x01q\x84";

	(void)state;
	talk.is_verbose = true;
	made_frame(&made, 0, HTTP2_HEADERS, MADE_END, 1, (struct bytes){block, sizeof(block) - 1});
	answer(1);
	expect("0 complete | GET / none '' odd=4000\n  x-y=[z]\n  =[q]\n  at 1001 1001 1001 | 200 none ''\n"
	       "  content-type=[text/plain]\n  at 1003 1003 1003\n");
}

static void absurd_streams(void **state)
{
	(void)state;
	made_headers(&made, 0, 9, MADE_END, GET("/9"));
	made_headers(&made, 0, 7, MADE_END, GET("/back"));
	made_headers(&made, 0, 8, MADE_END, GET("/even"));
	made_headers(&made, 0, 9, MADE_END, GET("/again"));
	made_frame(&made, 0, HTTP2_DATA, 0, 5, BYTES("idle"));
	made_frame(&made, 0, HTTP2_RST_STREAM, 0, 3, BYTES("\0\0\0\0"));
	answer(9);
	made_headers(&made, 1, 9, MADE_END, OK200);
	made_headers(&made, 1, 7, MADE_END, OK200);
	expect("0 complete | GET /9 none '' | 200 none ''\n");
	assert_int_equal(talk.counts.http2_stray_frames, 6);
}

/* Padding beyond the frame, a HEADERS frame too short for its priority, something between the frames of
 * a block, a CONTINUATION of nothing: the table begins anew, the stream is malformed, all goes on. */
static void broken_frames(void **state)
{
	(void)state;
	made_frame(&made, 0, HTTP2_HEADERS, MADE_END | HTTP2_PADDED, 1, BYTES("\x09\x82"));
	made_frame(&made, 0, HTTP2_HEADERS, MADE_END | HTTP2_WITH_PRIORITY, 3, BYTES("\x09\x82"));
	made_headers(&made, 0, 5, HTTP2_END_STREAM, GET("/5"));
	made_frame(&made, 0, HTTP2_PING, 0, 0, BYTES("12345678"));
	made_frame(&made, 0, HTTP2_CONTINUATION, HTTP2_END_HEADERS, 5, BYTES("\x82"));
	made_headers(&made, 0, 7, MADE_OPEN, GET("/7"));
	made_frame(&made, 0, HTTP2_DATA, HTTP2_END_STREAM | HTTP2_PADDED, 7, BYTES("\x09oh"));
	for (uint32_t id = 1; id < 9; id += 2)
		answer(id);
	expect("0 malformed |   none '' odd=2000 | 200 none ''\n1 malformed |   none '' odd=2000 | 200 none "
	       "''\n"
	       "2 malformed |   none '' odd=2000 | 200 none ''\n3 malformed | GET /7 none '' odd=2000 | 200 "
	       "none ''\n");
	assert_int_equal(talk.counts.http2_frame_errors, 4);
}

/* DATA on stream 0 and its like end the connection for an endpoint: the boundary is looked for anew. */
static void illegal_frames(void **state)
{
	(void)state;
	made_say(&made, &talk, 0);
	made_frame(&made, 0, HTTP2_DATA, 0, 0, BYTES("zero"));
	made_say(&made, &talk, 0);
	made_headers(&made, 0, 1, MADE_END, GET("/1"));
	made_say(&made, &talk, 0);
	answer(1);
	expect("0 complete | GET /1 none '' | 200 none ''\n");
	assert_int_equal(talk.counts.http2_frame_errors, 1);
	assert_int_equal(talk.counts.http2_hunts, 1);
	assert_int_equal(talk.counts.http2_resyncs, 1);
}

/* Frames of 16 MiB on many streams: bodies are cut, the whole connection keeps so much and no more. */
static void large_frames(void **state)
{
	char head[] = "\xff\xff\xff\0\0\0\0\0\1", part[65536] = {0};
	size_t before = mallinfo2().uordblks;

	(void)state;
	for (uint32_t id = 1; id < 21; id += 2) {
		made_headers(&made, 0, id, MADE_OPEN, GET("/large"));
		made_say(&made, &talk, 0);
		head[8] = (char)id;
		talk_say(&talk, 0, (struct bytes){head, 9});
		for (uint32_t sent = 0; sent < 0xffffff; sent += sizeof(part))
			talk_say(&talk, 0,
				 (struct bytes){part, 0xffffff - sent < sizeof(part) ? 0xffffff - sent
										     : sizeof(part)});
		assert_true(mallinfo2().uordblks < before + 3 * LIMIT_STREAMS_BYTES);
	}
	for (uint32_t id = 1; id < 21; id += 2)
		made_frame(&made, 0, HTTP2_DATA, HTTP2_END_STREAM, id, BYTES_NONE);
	for (uint32_t id = 1; id < 21; id += 2)
		answer(id);
	expect(NULL);
	assert_int_equal(talk.counts.exchanges[EXCHANGE_COMPLETE], 10);
	assert_int_equal(talk.counts.bodies_cut, 10);
}

/* Each block makes the table begin anew: that is allowed so often, and then by bytes only. */
static void seeding_flood(void **state)
{
	(void)state;
	for (uint32_t id = 1; id < 20001; id += 2)
		made_frame(&made, 0, HTTP2_HEADERS, MADE_END, id, (struct bytes){"\xff\xff\xff\x7f", 4});
	expect(NULL);
	assert_in_range(talk.counts.http2_reseeded, LIMIT_SEEDINGS, LIMIT_SEEDINGS + 20);
	assert_int_equal(talk.counts.http2_undecoded, 10000);
	assert_int_equal(talk.counts.exchanges[EXCHANGE_COMPLETE], 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_talk, close_talk)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(continuation_flood), TEST(hpack_bomb),   TEST(rapid_reset),    TEST(few_resets),
		TEST(many_streams),       TEST(names),        TEST(absurd_streams), TEST(broken_frames),
		TEST(illegal_frames),     TEST(large_frames), TEST(seeding_flood),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
