/*
 * fuzz_coding: bytes under content codings of our choice. The first byte: bits 0-2 the coding that is
 * taken off first, bits 3-5 a second one, bit 6 the end is missing. It aborts when a ceiling is passed,
 * when twice the same gives two answers, when a failure changes what was sent, or when what is unpacked in
 * one go is not what the steps unpack.
 */
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/content_coding.h"

#define OUTPUT_MAX (64 * KIB)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static struct bytes name_of(unsigned index)
{
	static const char *const names[8] = {"gzip", "deflate", "br",       "zstd",
					     "",     "X-GZip",  "identity", "compress"};

	return bytes_of(names[index & 7]);
}

struct answer {
	struct arena arena;
	struct bytes content;
	enum coding_outcome outcome;
	uint64_t steps;
};

static void decode(uint8_t first, struct bytes body, bool is_stepwise, struct answer *out_answer)
{
	const struct bytes codings[] = {name_of(first >> 3), name_of(first)};
	struct coding_plan plan = {.arena = &out_answer->arena,
				   .bytes_max = OUTPUT_MAX,
				   .is_partial = (first & 0x40) != 0,
				   .is_stepwise = is_stepwise};

	arena_init(&out_answer->arena, MIB);
	out_answer->outcome = content_decode(codings, 2, &plan, body, &out_answer->content);
	out_answer->steps = plan.steps;
	CHECK(plan.steps <= LIMIT_DECODE_STEPS);
	CHECK(out_answer->content.data == body.data || out_answer->content.len <= OUTPUT_MAX);
	if (out_answer->outcome == CODING_BROKEN || out_answer->outcome == CODING_UNSUPPORTED ||
	    out_answer->outcome == CODING_NONE)
		CHECK(out_answer->content.data == body.data && out_answer->content.len == body.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct answer one, two, stepwise;
	struct bytes body;

	if (len == 0)
		return 0;
	body = (struct bytes){.data = (const char *)data + 1, .len = len - 1};
	decode(data[0], body, false, &one);
	decode(data[0], body, false, &two);
	decode(data[0], body, true, &stepwise);
	CHECK(one.outcome == two.outcome && one.steps == two.steps && bytes_equal(one.content, two.content));
	/* zlib refuses a few code tables that libdeflate reads, never the other way round. */
	if (stepwise.outcome != CODING_BROKEN)
		CHECK(one.outcome == stepwise.outcome && bytes_equal(one.content, stepwise.content));
	arena_finish(&one.arena);
	arena_finish(&two.arena);
	arena_finish(&stepwise.arena);
	return 0;
}
