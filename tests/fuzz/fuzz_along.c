/*
 * fuzz_along: a body that is scanned as it comes: the first byte says its type and how it is cut into parts,
 * the rest is the body. In parts and in one part it must give the same.
 */
#include <stdint.h>
#include <stdlib.h>

#include "parsers/base/check.h"
#include "rules/scan_along.h"
#include "tests/unit/rules/both_ways.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct fingerprint_key key = {.bytes = {4}};

static struct scanner *scanner_of_packs(void)
{
	static struct scanner *scanner;
	static struct packs packs;
	static struct pattern_set *set;
	struct problems problems;

	if (scanner != NULL)
		return scanner;
	problems_init(&problems);
	CHECK(packs_init(&packs, &problems) == STATUS_OK);
	CHECK(pattern_set_new(&packs, &problems, &set) == STATUS_OK);
	scanner = scanner_new(set, &key);
	CHECK(scanner != NULL);
	problems_finish(&problems);
	return scanner;
}

static struct exchange *scan(struct bytes type, struct bytes text, size_t part_len, struct hits *hits)
{
	struct header field = {.name = BYTES("content-type"), .value = type};
	struct exchange *exchange = exchange_new(NULL);
	struct scan_along *along;

	CHECK(exchange != NULL);
	exchange->response.is_seen = true;
	exchange->response.headers = &field;
	exchange->response.header_count = 1;
	along = along_new(exchange, &exchange->response);
	CHECK(along != NULL);
	exchange->response.body.read_along = along;
	for (size_t at = 0; at < text.len; at += part_len)
		along_take(along, scanner_of_packs(), bytes_slice(text, at, part_len));
	along_end(along, scanner_of_packs());
	exchange->response.header_count = 0;
	scanner_scan(scanner_of_packs(), exchange, NULL, NULL, hits);
	return exchange;
}

/* What a word is needed for comes last in each part: the order of hits is another one. */
static bool is_among(const struct hit *hit, const struct hits *hits)
{
	for (size_t i = 0; i < hits->count; i++) {
		struct hit other = hits->list[i];

		/* Of several at one place the first is shown: which one that is is chance, too. */
		if (hit->class == other.class && hit->count == other.count &&
		    bytes_equal(hit->pointer, other.pointer))
			return true;
	}
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const struct bytes types[] = {
		BYTES_INIT("application/json"), BYTES_INIT("application/x-ndjson"), BYTES_INIT("text/csv"),
		BYTES_INIT("application/xml"),  BYTES_INIT("application/pdf"),      BYTES_INIT(""),
		BYTES_INIT("application/grpc")};
	struct bytes text = {.data = (const char *)data + 1, .len = len - 1}, type;
	struct exchange *whole, *parted;
	struct hits one, many;

	if (len < 2 || len > 16384)
		return 0;
	type = types[data[0] % 7];
	whole = scan(type, text, text.len, &one);
	parted = scan(type, text, 1 + data[0] / 7, &many);
	/* The first part tells what a body without a type is; and what is cut where depends on the parts. */
	if (data[0] % 7 != 4 && data[0] % 7 != 5 && !one.is_body_cut && !many.is_body_cut &&
	    one.left_out == 0) {
		CHECK(one.count == many.count);
		for (size_t i = 0; i < one.count; i++)
			CHECK(is_among(&one.list[i], &many));
	}
	exchange_free(whole);
	exchange_free(parted);
	return 0;
}
