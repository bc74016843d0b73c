/*
 * http1_both_ways: a head is read by the short way as far as its lines are straight; the same head behind a
 * line more, which ends in a bare LF, is read line by line. Both must say the same.
 */
#pragma once

#include "parsers/base/check.h"
#include "parsers/http1_head.h"

#define ODD_LINE "Odd: 1\n"

static inline void http1_compare(const struct http1_fields *one, const struct http1_fields *other)
{
	CHECK(other->header_count == one->header_count + 1);
	for (size_t i = 0; i < one->header_count; i++)
		CHECK(bytes_equal(one->headers[i].name, other->headers[i + 1].name) &&
		      bytes_equal(one->headers[i].value, other->headers[i + 1].value) &&
		      !one->headers[i].is_trailer);
	CHECK((one->oddities | ODDITY_BARE_LF) == other->oddities);
	CHECK(one->has_length == other->has_length && one->length == other->length &&
	      one->length_is_invalid == other->length_is_invalid);
	CHECK(one->has_transfer == other->has_transfer && one->is_chunked == other->is_chunked &&
	      one->has_chunked == other->has_chunked && one->is_identity_last == other->is_identity_last &&
	      one->transfer_coding_count == other->transfer_coding_count);
	CHECK(one->is_close == other->is_close && one->is_keep_alive == other->is_keep_alive &&
	      one->wants_upgrade == other->wants_upgrade);
}

/* `lines` are whole ones, from the start line on, without the blank line behind them. Of the start line only
 * the end is looked for. */
static inline void http1_read_both_ways(struct bytes lines, bool is_request)
{
	struct bytes start = is_request ? BYTES("GET / HTTP/1.1\r\n") : BYTES("HTTP/1.1 200 OK\r\n");
	struct bytes end = BYTES("\r\n");
	struct arena arena;
	struct http1_head one, other;

	arena_init(&arena, 64 * MIB);
	bytes_split(&lines, '\n');
	CHECK(http1_head_read(ARENA_JOIN(&arena, start, lines, end), is_request, &arena, &one));
	CHECK(http1_head_read(ARENA_JOIN(&arena, start, BYTES(ODD_LINE), lines, end), is_request, &arena,
			      &other));
	if (one.fields.header_count < LIMIT_HEAD_FIELDS)
		http1_compare(&one.fields, &other.fields);
	arena_finish(&arena);
}
