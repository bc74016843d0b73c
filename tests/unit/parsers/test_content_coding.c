/* Content codings: right, wrong, cut short, stacked, and made to explode. */
#include <zlib.h>

#include "parsers/base/buffer.h"
#include "parsers/content_coding.h"
#include "tests/unit/parsers/talk.h"

#define RAW  (-MAX_WBITS)
#define ZLIB MAX_WBITS
#define GZIP (MAX_WBITS + 16)

static const char text[] =
	"{\"name\":\"a text that is long enough to be worth the trouble, long enough indeed\"}";

static struct buffer packed(int window, struct bytes content)
{
	struct buffer out = BUFFER_MAX(64 * MIB);
	z_stream stream = {0};

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(buffer_reserve(&out, deflateBound(&stream, content.len)), STATUS_OK);
	stream.next_in = (unsigned char *)(uintptr_t)content.data;
	stream.avail_in = (unsigned)content.len;
	stream.next_out = (unsigned char *)out.data;
	stream.avail_out = (unsigned)out.capacity;
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	out.len = stream.total_out;
	deflateEnd(&stream);
	return out;
}

struct result {
	struct arena arena;
	struct bytes content;
	enum coding_outcome outcome;
};

static struct result decode(const char *first, const char *second, struct bytes content, bool is_partial,
			    uint64_t bytes_max)
{
	struct bytes codings[] = {bytes_of(first), bytes_of(second)};
	struct result result = {0};
	struct coding_plan plan = {.arena = &result.arena, .is_partial = is_partial, .bytes_max = bytes_max};

	arena_init(&result.arena, 64 * MIB);
	result.outcome = content_decode(codings, second == NULL ? 1 : 2, &plan, content, &result.content);
	return result;
}

static void expect(struct result result, enum coding_outcome outcome, struct bytes content)
{
	assert_int_equal(result.outcome, outcome);
	assert_int_equal(result.content.len, content.len);
	assert_memory_equal(result.content.data, content.data, content.len);
	arena_finish(&result.arena);
}

static void decodes(void **state)
{
	struct buffer gzip = packed(GZIP, BYTES(text)), zlib = packed(ZLIB, BYTES(text)),
		      raw = packed(RAW, BYTES(text));
	struct buffer twice = packed(ZLIB, buffer_bytes(&gzip));

	(void)state;
	expect(decode("gzip", NULL, buffer_bytes(&gzip), false, MIB), CODING_DECODED, BYTES(text));
	expect(decode("X-GZip", NULL, buffer_bytes(&gzip), false, MIB), CODING_DECODED, BYTES(text));
	expect(decode("deflate", NULL, buffer_bytes(&zlib), false, MIB), CODING_DECODED, BYTES(text));
	expect(decode("deflate", NULL, buffer_bytes(&raw), false, MIB), CODING_DECODED, BYTES(text));
	expect(decode("gzip", "deflate", buffer_bytes(&twice), false, MIB), CODING_DECODED, BYTES(text));
	expect(decode("identity", NULL, BYTES("as is"), false, MIB), CODING_NONE, BYTES("as is"));
	expect(decode("compress", NULL, BYTES("as is"), false, MIB), CODING_UNSUPPORTED, BYTES("as is"));
	expect(decode("gzip", NULL, BYTES(""), false, MIB), CODING_NONE, BYTES(""));
	buffer_finish(&gzip);
	buffer_finish(&zlib);
	buffer_finish(&raw);
	buffer_finish(&twice);
}

static void members_and_rubbish(void **state)
{
	struct buffer one = packed(GZIP, BYTES("one,")), two = packed(GZIP, BYTES("two"));

	(void)state;
	assert_int_equal(buffer_append(&one, buffer_bytes(&two)), STATUS_OK);
	expect(decode("gzip", NULL, buffer_bytes(&one), false, MIB), CODING_DECODED, BYTES("one,two"));
	assert_int_equal(buffer_append(&one, BYTES("rubbish")), STATUS_OK);
	expect(decode("gzip", NULL, buffer_bytes(&one), false, MIB), CODING_DECODED, BYTES("one,two"));
	buffer_finish(&one);
	buffer_finish(&two);
}

static void broken_and_partial(void **state)
{
	struct buffer gzip = packed(GZIP, BYTES(text));
	struct bytes half = bytes_slice(buffer_bytes(&gzip), 0, gzip.len / 2);
	struct result result;

	(void)state;
	expect(decode("gzip", NULL, BYTES("{\"plain\":1}"), false, MIB), CODING_BROKEN,
	       BYTES("{\"plain\":1}"));
	expect(decode("deflate", NULL, BYTES("\xff\xff\xff\xff"), false, MIB), CODING_BROKEN,
	       BYTES("\xff\xff\xff\xff"));
	result = decode("gzip", NULL, half, true, MIB);
	assert_int_equal(result.outcome, CODING_PARTIAL);
	assert_true(result.content.len > 0 && result.content.len < strlen(text));
	assert_memory_equal(result.content.data, text, result.content.len);
	arena_finish(&result.arena);
	expect(decode("gzip", NULL, bytes_slice(half, 0, 5), true, MIB), CODING_BROKEN,
	       bytes_slice(half, 0, 5));
	gzip.data[gzip.len - 6] ^= 1; /* the checksum */
	expect(decode("gzip", NULL, buffer_bytes(&gzip), false, MIB), CODING_BROKEN, buffer_bytes(&gzip));
	buffer_finish(&gzip);
}

static void bombs(void **state)
{
	char *zeroes = calloc(1, 32 * MIB);
	struct buffer inner = packed(GZIP, (struct bytes){.data = zeroes, .len = 32 * MIB});
	struct buffer outer = packed(GZIP, buffer_bytes(&inner));
	struct result result = decode("gzip", NULL, buffer_bytes(&inner), false, 100000);

	(void)state;
	assert_int_equal(result.outcome, CODING_BOMB);
	assert_int_equal(result.content.len, 100000);
	arena_finish(&result.arena);
	result = decode("gzip", "gzip", buffer_bytes(&outer), false, 8 * MIB);
	assert_int_equal(result.outcome, CODING_BOMB);
	assert_true(result.content.len <= 8 * MIB);
	arena_finish(&result.arena);
	free(zeroes);
	buffer_finish(&inner);
	buffer_finish(&outer);
}

static struct result decode_gzip(struct bytes content, uint64_t bytes_max, bool is_stepwise)
{
	struct bytes coding = BYTES("gzip");
	struct result result = {0};
	struct coding_plan plan = {
		.arena = &result.arena, .bytes_max = bytes_max, .is_stepwise = is_stepwise};

	arena_init(&result.arena, 64 * MIB);
	result.outcome = content_decode(&coding, 1, &plan, content, &result.content);
	return result;
}

/* Unpacked in one go or step by step: the same, whatever is wrong with it. But zlib alone refuses repeats of
 * code lengths that go on behind the last code: then the checksum stands for the content. */
static void same_both_ways(struct bytes content, uint64_t bytes_max, struct bytes original)
{
	struct result fast = decode_gzip(content, bytes_max, false);
	struct result plain = decode_gzip(content, bytes_max, true);

	if (plain.outcome == CODING_BROKEN && fast.outcome == CODING_DECODED)
		expect(fast, CODING_DECODED, original);
	else
		expect(fast, plain.outcome, plain.content);
	arena_finish(&plain.arena);
}

static void all_at_once(void **state)
{
	struct buffer long_text = BUFFER_MAX(MIB), gzip, exploding;
	char *zeroes = calloc(1, 300 * KIB);
	struct bytes original;

	(void)state;
	for (int i = 0; i < 5000; i++) {
		char line[64];
		int len = snprintf(line, sizeof(line), "{\"number\":%d,\"square\":%d},", i, i * i);

		assert_int_equal(buffer_append(&long_text, (struct bytes){line, (size_t)len}), STATUS_OK);
	}
	original = buffer_bytes(&long_text);
	gzip = packed(GZIP, original);
	exploding = packed(GZIP, (struct bytes){zeroes, 300 * KIB});
	same_both_ways(buffer_bytes(&gzip), MIB, original);
	same_both_ways(buffer_bytes(&gzip), long_text.len, original);
	same_both_ways(buffer_bytes(&gzip), long_text.len - 1, original);
	same_both_ways(buffer_bytes(&exploding), MIB, original);
	same_both_ways(buffer_bytes(&exploding), 300 * KIB - 1, original);
	for (size_t len = 0; len < gzip.len; len += len < 64 ? 1 : 997)
		same_both_ways(bytes_slice(buffer_bytes(&gzip), 0, len), MIB, original);
	for (size_t at = 0; at < gzip.len; at += at < 64 || at + 64 > gzip.len ? 1 : 997)
		for (unsigned bit = 0; bit < 8; bit++) {
			gzip.data[at] ^= (char)(1u << bit);
			same_both_ways(buffer_bytes(&gzip), MIB, original);
			gzip.data[at] ^= (char)(1u << bit);
		}
	assert_int_equal(buffer_append(&gzip, BYTES("rubbish")), STATUS_OK);
	same_both_ways(buffer_bytes(&gzip), MIB, original);
	free(zeroes);
	buffer_finish(&long_text);
	buffer_finish(&gzip);
	buffer_finish(&exploding);
}

static void say_coded(struct talk *talk, const char *fields, struct bytes body)
{
	char head[300];

	talk_tell(talk, TURNS(">GET /1 HTTP/1.1\r\n\r\n"));
	snprintf(head, sizeof(head), "HTTP/1.1 200 OK\r\n%s\r\n\r\n", fields);
	talk_say(talk, 1, bytes_of(head));
	if (strstr(fields, "chunked") != NULL) {
		snprintf(head, sizeof(head), "%zx\r\n", body.len);
		talk_say(talk, 1, bytes_of(head));
	}
	talk_say(talk, 1, body);
	talk_tell(talk, TURNS("<\r\n0\r\n\r\n", "<$"));
}

static void in_a_conversation(void **state)
{
	struct buffer gzip = packed(GZIP, BYTES("hello"));
	struct talk talk = {.split = TALK_BYTES};
	char expected[200];
	char *got;

	(void)state;
	snprintf(expected, sizeof(expected),
		 "0 complete | GET /1 none '' | 200 whole 'hello' wire=%zu decoded\n", gzip.len);
	say_coded(&talk, "Content-Encoding: gzip\r\nTransfer-Encoding: chunked", buffer_bytes(&gzip));
	got = talk_end(&talk);
	assert_string_equal(got, expected);
	free(got);
	say_coded(&talk, "Transfer-Encoding: gzip, chunked", buffer_bytes(&gzip));
	got = talk_end(&talk);
	assert_string_equal(got, expected);
	free(got);
	assert_int_equal(talk.counts.codings_failed, 0);
	say_coded(&talk, "Content-Encoding: gzip\r\nTransfer-Encoding: chunked", BYTES("plain"));
	got = talk_end(&talk);
	assert_string_equal(got, "0 complete | GET /1 none '' | 200 whole 'plain' broken\n");
	free(got);
	assert_int_equal(talk.counts.codings_failed, 1);
	buffer_finish(&gzip);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes),
		cmocka_unit_test(members_and_rubbish),
		cmocka_unit_test(broken_and_partial),
		cmocka_unit_test(bombs),
		cmocka_unit_test(all_at_once),
		cmocka_unit_test(in_a_conversation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
