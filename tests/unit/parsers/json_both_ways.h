/*
 * json_both_ways: one text read by json_tree and by yyjson. What json_tree reads, yyjson reads, into the same
 * tree; and json_read says of every text what yyjson says. For the unit tests and the fuzz target.
 */
#pragma once

#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/json_read.h"
#include "parsers/json_tree.h"

static bool json_scalar_same(yyjson_val *left, yyjson_val *right)
{
	if (yyjson_is_str(left) || yyjson_is_raw(left))
		return memcmp(left->uni.str, right->uni.str, (size_t)(left->tag >> YYJSON_TAG_BIT)) == 0;
	return !yyjson_is_num(left) || left->uni.u64 == right->uni.u64;
}

/* Type, length and value of each, in the order of the text; whether a text needs escapes is not told. */
static bool json_same(yyjson_val *left, yyjson_val *right)
{
	const uint64_t untold = yyjson_is_str(left) ? YYJSON_SUBTYPE_NOESC | JSON_NAME_KNOWN : 0;
	yyjson_val *a, *b;

	if (((left->tag ^ right->tag) & ~untold) != 0)
		return false;
	if (!yyjson_is_ctn(left))
		return json_scalar_same(left, right);
	a = unsafe_yyjson_get_first(left);
	b = unsafe_yyjson_get_first(right);
	for (size_t count = yyjson_get_len(left) * (yyjson_is_obj(left) ? 2 : 1); count > 0; count--) {
		if (!json_same(a, b))
			return false;
		a = unsafe_yyjson_get_next(a);
		b = unsafe_yyjson_get_next(b);
	}
	return a == unsafe_yyjson_get_next(left);
}

/* As its names are met, as they come again, and as they come in the same order again. */
static void json_named_ways(struct bytes text, yyjson_val *expected)
{
	struct json_names *names = json_names_new();
	struct arena arena;
	yyjson_val *root;

	CHECK(names != NULL);
	for (int i = 0; i < 3; i++) {
		arena_init(&arena, LIMIT_EXCHANGE_BYTES);
		root = json_tree_read(text, &arena, names);
		CHECK((root != NULL) == (expected != NULL) && (root == NULL || json_same(root, expected)));
		json_names_rest(names);
		arena_finish(&arena);
	}
	json_names_free(names);
}

/* True when json_tree read it. */
static bool json_both_ways(struct bytes text)
{
	yyjson_doc *doc = yyjson_read(text.data, text.len, YYJSON_READ_BIGNUM_AS_RAW);
	struct json_reading reading;
	struct arena arena;
	yyjson_val *root;

	arena_init(&arena, LIMIT_EXCHANGE_BYTES);
	root = json_tree_read(text, &arena, NULL);
	json_named_ways(text, root);
	CHECK(root == NULL || (doc != NULL && json_same(root, yyjson_doc_get_root(doc))));
	CHECK(root != NULL || arena.used == 0);
	json_read(text, &arena, &reading);
	if (bytes_starts(text, BYTES("\xEF\xBB\xBF")))
		CHECK(doc == NULL);
	else if (reading.outcome != JSON_CEILING)
		CHECK((reading.outcome == JSON_READ) == (doc != NULL));
	CHECK(reading.outcome != JSON_READ || doc == NULL ||
	      json_same(reading.root, yyjson_doc_get_root(doc)));
	arena_finish(&arena);
	yyjson_doc_free(doc);
	return root != NULL;
}
