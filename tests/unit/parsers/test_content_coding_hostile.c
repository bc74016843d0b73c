/* Every coding made well, cut at each byte, swollen, wrong from the start, and made to cost. */
#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#include "parsers/base/buffer.h"
#include "parsers/content_coding.h"
#include "tests/unit/parsers/talk.h"

#define OUTPUT_MAX MIB

static const char text[] =
	"{\"name\":\"a text that is long enough to be worth the trouble, long enough indeed\"}";

static struct buffer pack_gzip(struct bytes content)
{
	struct buffer out = BUFFER_MAX(64 * MIB);
	z_stream stream = {0};

	assert_int_equal(deflateInit2(&stream, 9, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
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

static struct buffer pack_brotli_as(struct bytes content, int window, bool is_large)
{
	BrotliEncoderState *state = BrotliEncoderCreateInstance(NULL, NULL, NULL);
	struct buffer out = BUFFER_MAX(64 * MIB);
	const uint8_t *in = (const uint8_t *)content.data;
	size_t in_left = content.len, out_left;
	uint8_t *at;

	assert_non_null(state);
	assert_int_equal(buffer_reserve(&out, BrotliEncoderMaxCompressedSize(content.len) + 64), STATUS_OK);
	at = (uint8_t *)out.data;
	out_left = out.capacity;
	BrotliEncoderSetParameter(state, BROTLI_PARAM_QUALITY, 5);
	BrotliEncoderSetParameter(state, BROTLI_PARAM_LARGE_WINDOW, is_large);
	BrotliEncoderSetParameter(state, BROTLI_PARAM_LGWIN, (uint32_t)window);
	assert_true(BrotliEncoderCompressStream(state, BROTLI_OPERATION_FINISH, &in_left, &in, &out_left, &at,
						NULL));
	out.len = out.capacity - out_left;
	assert_true(BrotliEncoderIsFinished(state));
	BrotliEncoderDestroyInstance(state);
	return out;
}

static struct buffer pack_brotli(struct bytes content)
{
	return pack_brotli_as(content, 22, false);
}

static struct buffer pack_zstd_as(struct bytes content, int window)
{
	ZSTD_CCtx *context = ZSTD_createCCtx();
	struct buffer out = BUFFER_MAX(64 * MIB);
	ZSTD_inBuffer in = {.src = content.data, .size = content.len};
	ZSTD_outBuffer to;

	assert_int_equal(buffer_reserve(&out, ZSTD_compressBound(content.len) + 64), STATUS_OK);
	to = (ZSTD_outBuffer){.dst = out.data, .size = out.capacity};
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	if (window > 0)
		ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window);
	/* In two calls: the frame does not say how long it is, so that it must say its window. */
	assert_false(ZSTD_isError(ZSTD_compressStream2(context, &to, &in, ZSTD_e_continue)));
	assert_int_equal(ZSTD_compressStream2(context, &to, &in, ZSTD_e_end), 0);
	out.len = to.pos;
	ZSTD_freeCCtx(context);
	return out;
}

static struct buffer pack_zstd(struct bytes content)
{
	return pack_zstd_as(content, 0);
}

static const struct packer {
	const char *name;
	struct buffer (*pack)(struct bytes content);
} packers[] = {{"gzip", pack_gzip}, {"br", pack_brotli}, {"zstd", pack_zstd}};

#define PACKERS (sizeof(packers) / sizeof(packers[0]))

struct result {
	struct arena arena;
	struct bytes content;
	enum coding_outcome outcome;
	uint64_t steps;
};

static struct result decode(const char *codings, struct bytes content, bool is_partial)
{
	struct bytes list[8];
	size_t count = 0;
	struct result result = {0};
	struct coding_plan plan = {.arena = &result.arena, .is_partial = is_partial, .bytes_max = OUTPUT_MAX};

	for (struct bytes rest = bytes_of(codings); rest.data != NULL;)
		list[count++] = bytes_trim(bytes_split(&rest, ','));
	arena_init(&result.arena, 64 * MIB);
	result.outcome = content_decode(list, count, &plan, content, &result.content);
	result.steps = plan.steps;
	return result;
}

static void expect(struct result result, enum coding_outcome outcome, struct bytes content)
{
	assert_int_equal(result.outcome, outcome);
	assert_int_equal(result.content.len, content.len);
	if (content.len > 0)
		assert_memory_equal(result.content.data, content.data, content.len);
	arena_finish(&result.arena);
}

static void decodes_alone_and_in_pairs(void **state)
{
	char codings[32];

	(void)state;
	for (size_t i = 0; i < PACKERS; i++) {
		struct buffer inner = packers[i].pack(BYTES(text));

		expect(decode(packers[i].name, buffer_bytes(&inner), false), CODING_DECODED, BYTES(text));
		for (size_t j = 0; j < PACKERS; j++) {
			struct buffer outer = packers[j].pack(buffer_bytes(&inner));

			snprintf(codings, sizeof(codings), "%s, %s", packers[i].name, packers[j].name);
			expect(decode(codings, buffer_bytes(&outer), false), CODING_DECODED, BYTES(text));
			snprintf(codings, sizeof(codings), "%s, %s, gzip", packers[i].name, packers[j].name);
			expect(decode(codings, buffer_bytes(&outer), false), CODING_UNSUPPORTED,
			       buffer_bytes(&outer));
			buffer_finish(&outer);
		}
		buffer_finish(&inner);
	}
}

/* Whatever is there of it is the beginning of the text, or nothing and the body as sent. */
static void cut_at_each_byte(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKERS; i++) {
		struct buffer whole = packers[i].pack(BYTES(text));

		for (size_t len = 1; len < whole.len; len++) {
			char *exact = malloc(len);
			struct bytes cut = {.data = exact, .len = len};
			struct result result;

			memcpy(exact, whole.data, len);
			for (int is_partial = 0; is_partial < 2; is_partial++) {
				result = decode(packers[i].name, cut, is_partial);
				if (result.outcome == CODING_BROKEN) {
					expect(result, CODING_BROKEN, cut);
					continue;
				}
				assert_int_equal(result.outcome, CODING_PARTIAL);
				assert_in_range(result.content.len, 1, sizeof(text) - 1);
				assert_memory_equal(result.content.data, text, result.content.len);
				arena_finish(&result.arena);
			}
			free(exact);
		}
		buffer_finish(&whole);
	}
}

static void rubbish_behind_and_before(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKERS; i++) {
		struct buffer good = packers[i].pack(BYTES(text));

		assert_int_equal(buffer_append(&good, BYTES("rubbish \x1f\x8b")), STATUS_OK);
		expect(decode(packers[i].name, buffer_bytes(&good), false), CODING_DECODED, BYTES(text));
		good.data[0] ^= 0x15;
		expect(decode(packers[i].name, buffer_bytes(&good), false), CODING_BROKEN,
		       buffer_bytes(&good));
		expect(decode(packers[i].name, BYTES("{\"plain\":\"text\"}"), false), CODING_BROKEN,
		       BYTES("{\"plain\":\"text\"}"));
		expect(decode(packers[i].name, BYTES(""), false), CODING_NONE, BYTES(""));
		expect(decode(packers[i].name, BYTES(""), true), CODING_NONE, BYTES(""));
		buffer_finish(&good);
	}
}

/* Nothing, well packed, is nothing: no failure. */
static void packed_emptiness(void **state)
{
	(void)state;
	for (size_t i = 0; i < PACKERS; i++) {
		struct buffer empty = packers[i].pack(BYTES(""));

		expect(decode(packers[i].name, buffer_bytes(&empty), false), CODING_DECODED, BYTES(""));
		buffer_finish(&empty);
	}
}

static void frames_follow_frames(void **state)
{
	struct buffer frames = pack_zstd(BYTES("one,")), more = pack_zstd(BYTES("two"));

	(void)state;
	assert_int_equal(buffer_append(&frames, BYTES("\x5a\x2a\x4d\x18\x03\0\0\0abc")), STATUS_OK);
	assert_int_equal(buffer_append(&frames, buffer_bytes(&more)), STATUS_OK);
	expect(decode("zstd", buffer_bytes(&frames), false), CODING_DECODED, BYTES("one,two"));
	buffer_finish(&frames);
	buffer_finish(&more);
}

static void bombs(void **state)
{
	char *zeroes = calloc(1, 32 * MIB);
	char codings[32];

	(void)state;
	for (size_t i = 0; i < PACKERS; i++) {
		struct buffer bomb = packers[i].pack((struct bytes){.data = zeroes, .len = 32 * MIB});
		struct buffer nested = packers[i].pack(buffer_bytes(&bomb));
		struct result result = decode(packers[i].name, buffer_bytes(&bomb), false);

		assert_int_equal(result.outcome, CODING_BOMB);
		assert_int_equal(result.content.len, OUTPUT_MAX);
		assert_true(result.steps <= OUTPUT_MAX / (4 * KIB));
		arena_finish(&result.arena);
		snprintf(codings, sizeof(codings), "%s,%s", packers[i].name, packers[i].name);
		result = decode(codings, buffer_bytes(&nested), false);
		assert_int_equal(result.outcome, CODING_BOMB);
		assert_true(result.content.len <= OUTPUT_MAX);
		arena_finish(&result.arena);
		buffer_finish(&bomb);
		buffer_finish(&nested);
	}
	free(zeroes);
}

/* Empty members, empty frames, blocks of nothing: much to read, nothing to gain. */
static void much_for_nothing(void **state)
{
	struct buffer empty_gzip = pack_gzip(BYTES("")), empty_zstd = pack_zstd(BYTES(""));
	struct buffer members = BUFFER_MAX(8 * MIB), frames = BUFFER_MAX(8 * MIB),
		      blocks = BUFFER_MAX(8 * MIB);
	struct result result;

	(void)state;
	for (int i = 0; i < 40000; i++) {
		assert_int_equal(buffer_append(&members, buffer_bytes(&empty_gzip)), STATUS_OK);
		assert_int_equal(buffer_append(&frames, buffer_bytes(&empty_zstd)), STATUS_OK);
		assert_int_equal(buffer_append(&blocks, BYTES("\0\0\0\xff\xff\0\0\0\xff\xff")), STATUS_OK);
	}
	result = decode("gzip", buffer_bytes(&members), false);
	assert_true(result.steps <= LIMIT_DECODE_STEPS);
	expect(result, CODING_COSTLY, buffer_bytes(&members));
	result = decode("zstd", buffer_bytes(&frames), false);
	assert_true(result.steps <= LIMIT_DECODE_STEPS);
	expect(result, CODING_COSTLY, buffer_bytes(&frames));
	expect(decode("deflate", buffer_bytes(&blocks), false), CODING_COSTLY, buffer_bytes(&blocks));
	buffer_finish(&empty_gzip);
	buffer_finish(&empty_zstd);
	buffer_finish(&members);
	buffer_finish(&frames);
	buffer_finish(&blocks);
}

static void windows(void **state)
{
	char *content = malloc(300000);
	struct buffer huge, good, large;

	(void)state;
	for (size_t i = 0; i < 300000; i++)
		content[i] = (char)(i * i >> 7);
	huge = pack_zstd_as((struct bytes){.data = content, .len = 300000}, 25);
	good = pack_zstd_as((struct bytes){.data = content, .len = 300000}, 23);
	large = pack_brotli_as((struct bytes){.data = content, .len = 300000}, 28, true);
	expect(decode("zstd", buffer_bytes(&huge), false), CODING_COSTLY, buffer_bytes(&huge));
	expect(decode("zstd", buffer_bytes(&good), false), CODING_DECODED,
	       (struct bytes){.data = content, .len = 300000});
	expect(decode("br", buffer_bytes(&large), false), CODING_BROKEN, buffer_bytes(&large));
	buffer_finish(&huge);
	buffer_finish(&good);
	buffer_finish(&large);
	free(content);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_alone_and_in_pairs), cmocka_unit_test(cut_at_each_byte),
		cmocka_unit_test(rubbish_behind_and_before),  cmocka_unit_test(packed_emptiness),
		cmocka_unit_test(frames_follow_frames),       cmocka_unit_test(bombs),
		cmocka_unit_test(much_for_nothing),           cmocka_unit_test(windows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
