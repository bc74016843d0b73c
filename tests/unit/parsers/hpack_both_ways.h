/*
 * hpack_both_ways: header blocks read by parsers/hpack.h, and by nghttp2's inflater. Both must give the same
 * fields up to the same place, and have the same table behind them.
 *
 *	hpack_ways_begin(&ways, seeds);		so many fields were not seen
 *	hpack_ways_read(&ways, block);		false: both refuse it, and know nothing from here on
 *	hpack_ways_end(&ways);
 */
#pragma once

#include <nghttp2/nghttp2.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/hpack.h"

struct hpack_ways {
	struct hpack_table table;
	nghttp2_hd_inflater *inflater;
};

static inline bool hpack_ways_same(const struct hpack_field *field, const nghttp2_nv *other)
{
	return bytes_equal(field->name->text, (struct bytes){(const char *)other->name, other->namelen}) &&
	       bytes_equal(field->value, (struct bytes){(const char *)other->value, other->valuelen});
}

static inline void hpack_ways_compare(const struct hpack_ways *ways)
{
	size_t count = nghttp2_hd_inflate_get_num_table_entries(ways->inflater);

	CHECK(ways->table.bytes == nghttp2_hd_inflate_get_dynamic_table_size(ways->inflater));
	CHECK(ways->table.bytes_max == nghttp2_hd_inflate_get_max_dynamic_table_size(ways->inflater));
	CHECK(hpack_table_find(&ways->table, 0) == NULL);
	for (size_t i = 1; i <= count; i++)
		CHECK(hpack_ways_same(hpack_table_find(&ways->table, (uint32_t)i),
				      nghttp2_hd_inflate_get_table_entry(ways->inflater, i)));
	CHECK(hpack_table_find(&ways->table, (uint32_t)count + 1) == NULL);
}

/* True: a field. False: the block is over, or *out_is_wrong. */
static inline bool hpack_ways_next(nghttp2_hd_inflater *inflater, const uint8_t **at, size_t *left,
				   nghttp2_nv *out_field, bool *out_is_wrong)
{
	int flags = 0;
	ssize_t used = nghttp2_hd_inflate_hd2(inflater, out_field, &flags, *at, *left, 1);

	*out_is_wrong = used < 0;
	if (used < 0)
		return false;
	*at += used;
	*left -= (size_t)used;
	if (flags & NGHTTP2_HD_INFLATE_FINAL)
		CHECK(nghttp2_hd_inflate_end_headers(inflater) == 0);
	return flags & NGHTTP2_HD_INFLATE_EMIT;
}

static inline bool hpack_ways_read(struct hpack_ways *ways, struct bytes bytes)
{
	const uint8_t none = 0, *at = bytes.len == 0 ? &none : (const uint8_t *)bytes.data;
	size_t left = bytes.len;
	struct hpack_block block;
	struct hpack_field field;
	struct arena arena;
	bool is_field, is_wrong = false;

	arena_init(&arena, 64 * MIB);
	block = hpack_block(bytes, &arena);
	do {
		nghttp2_nv other;

		is_field = hpack_next(&ways->table, &block, &field);
		CHECK(is_field == hpack_ways_next(ways->inflater, &at, &left, &other, &is_wrong));
		CHECK(block.is_wrong == is_wrong);
		CHECK(!is_field || hpack_ways_same(&field, &other));
	} while (is_field);
	hpack_table_forget(&ways->table);
	arena_finish(&arena);
	if (!is_wrong)
		hpack_ways_compare(ways);
	return !is_wrong;
}

/* As fields whose name is one NUL byte: to nghttp2 they are sent. */
static inline void hpack_ways_begin(struct hpack_ways *ways, size_t seeds)
{
	const uint8_t resize[] = {0x3f, 0xe1, 0xff, 0x03}, one[] = {0x40, 1, '\0', 0};
	bool is_wrong = false;

	*ways = (struct hpack_ways){.table.bytes_max = HPACK_TABLE_AT_FIRST};
	CHECK(nghttp2_hd_inflate_new(&ways->inflater) == 0);
	CHECK(nghttp2_hd_inflate_change_table_size(ways->inflater, LIMIT_HPACK_TABLE) == 0);
	if (seeds == 0)
		return;
	hpack_table_resize(&ways->table, LIMIT_HPACK_TABLE);
	hpack_table_seed(&ways->table, (uint32_t)seeds);
	for (size_t i = 0; i <= seeds; i++) {
		const uint8_t *at = i == 0 ? resize : one;
		size_t left = sizeof(one);
		nghttp2_nv field;

		CHECK(hpack_ways_next(ways->inflater, &at, &left, &field, &is_wrong) == (i > 0));
		CHECK(!is_wrong && nghttp2_hd_inflate_end_headers(ways->inflater) == 0);
	}
	hpack_ways_compare(ways);
}

static inline void hpack_ways_end(struct hpack_ways *ways)
{
	nghttp2_hd_inflate_del(ways->inflater);
	hpack_table_finish(&ways->table);
}
