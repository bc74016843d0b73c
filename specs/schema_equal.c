/* Deep equality: 1 is 1.0 is 1e0, true is not 1, the order of keys is free. */
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "parsers/base/limits.h"
#include "specs/schema_program.h"

static struct bytes text_of(yyjson_val *value)
{
	return (struct bytes){.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
}

static bool node_number_equals(const struct node *node, yyjson_val *value)
{
	struct number_scratch left_scratch, right_scratch;
	struct number left, right;

	return number_read(node->text, &left_scratch, &left) && number_of(value, &right_scratch, &right) &&
	       number_compare(&left, &right) == 0;
}

static bool node_list_equals(const struct node *node, yyjson_val *value, uint64_t *steps)
{
	size_t index, count;
	yyjson_val *item;

	if (!yyjson_is_arr(value) || yyjson_arr_size(value) != node->count)
		return false;
	yyjson_arr_foreach(value, index, count,
			   item) if (!node_equals(node->items[index], item, steps)) return false;
	return true;
}

static bool node_table_equals(const struct node *node, yyjson_val *value, uint64_t *steps)
{
	size_t index, count;
	yyjson_val *key, *item;

	if (!yyjson_is_obj(value) || yyjson_obj_size(value) != node->count)
		return false;
	yyjson_obj_foreach(value, index, count, key, item)
	{
		const struct node *other = node_get_bytes(node, text_of(key));

		if (other == NULL || !node_equals(other, item, steps))
			return false;
	}
	return true;
}

bool node_equals(const struct node *node, yyjson_val *value, uint64_t *steps)
{
	++*steps;
	switch (node->kind) {
	case NODE_NULL:
		return yyjson_is_null(value);
	case NODE_BOOLEAN:
		return yyjson_is_bool(value) && yyjson_get_bool(value) == node->boolean;
	case NODE_NUMBER:
		return value_is_number(value) && node_number_equals(node, value);
	case NODE_STRING:
		return yyjson_is_str(value) && bytes_equal(node->text, text_of(value));
	case NODE_LIST:
		return node_list_equals(node, value, steps);
	case NODE_TABLE:
		return node_table_equals(node, value, steps);
	}
	return false;
}

static bool numbers_equal(yyjson_val *a, yyjson_val *b)
{
	struct number_scratch left_scratch, right_scratch;
	struct number left, right;

	return number_of(a, &left_scratch, &left) && number_of(b, &right_scratch, &right) &&
	       number_compare(&left, &right) == 0;
}

static bool arrays_equal(yyjson_val *a, yyjson_val *b, uint64_t *steps)
{
	yyjson_arr_iter other;
	size_t index, count;
	yyjson_val *item;

	if (yyjson_arr_size(a) != yyjson_arr_size(b))
		return false;
	yyjson_arr_iter_init(b, &other);
	yyjson_arr_foreach(a, index, count,
			   item) if (!value_equals(item, yyjson_arr_iter_next(&other), steps)) return false;
	return true;
}

static bool objects_equal(yyjson_val *a, yyjson_val *b, uint64_t *steps)
{
	yyjson_obj_iter other;
	size_t index, count;
	yyjson_val *key, *item;

	if (yyjson_obj_size(a) != yyjson_obj_size(b))
		return false;
	yyjson_obj_iter_init(b, &other);
	yyjson_obj_foreach(a, index, count, key, item)
	{
		yyjson_val *match = yyjson_obj_iter_getn(&other, yyjson_get_str(key), yyjson_get_len(key));

		*steps += other.max / 16; /* the search may walk the whole object */
		if (match == NULL || !value_equals(item, match, steps))
			return false;
	}
	return true;
}

bool value_equals(yyjson_val *a, yyjson_val *b, uint64_t *steps)
{
	++*steps;
	if (*steps > LIMIT_SCHEMA_STEPS)
		return false;
	if (value_is_number(a) || value_is_number(b))
		return value_is_number(a) && value_is_number(b) && numbers_equal(a, b);
	if (yyjson_get_type(a) != yyjson_get_type(b))
		return false;
	if (yyjson_is_str(a))
		return bytes_equal(text_of(a), text_of(b));
	if (yyjson_is_bool(a))
		return yyjson_get_bool(a) == yyjson_get_bool(b);
	if (yyjson_is_arr(a))
		return arrays_equal(a, b, steps);
	return !yyjson_is_obj(a) || objects_equal(a, b, steps);
}

/* A whole number that a double holds exactly, however it was written: no digits are needed. */
static bool whole_of(yyjson_val *value, int64_t *out_whole)
{
	const int64_t most = (int64_t)1 << 53;
	double real;

	if (yyjson_is_int(value)) {
		*out_whole = yyjson_get_sint(value);
		return *out_whole<most && * out_whole>(yyjson_is_sint(value) ? -most : -1);
	}
	real = yyjson_get_real(value);
	if (!yyjson_is_real(value) || !(real < (double)most && real > (double)-most))
		return false;
	*out_whole = (int64_t)real;
	return (double)*out_whole == real;
}

static uint64_t number_hash(yyjson_val *value, uint64_t seed)
{
	struct number_scratch scratch;
	struct number number;
	int64_t whole;

	if (whole_of(value, &whole))
		return XXH3_64bits_withSeed(&whole, sizeof(whole), seed);
	if (!number_of(value, &scratch, &number))
		return seed;
	return XXH3_64bits_withSeed(number.digits.len == 0 ? "" : number.digits.data, number.digits.len,
				    seed + (uint64_t)number.exponent * 2 + number.is_negative);
}

/* Equal values have equal hashes: of objects the sum over their members. */
uint64_t value_hash(yyjson_val *value, uint64_t seed)
{
	uint64_t hash = seed + yyjson_get_type(value);
	size_t index, count;
	yyjson_val *key, *item;

	if (value_is_number(value))
		return number_hash(value, seed);
	if (yyjson_is_str(value))
		return XXH3_64bits_withSeed(yyjson_get_str(value), yyjson_get_len(value), hash);
	if (yyjson_is_bool(value))
		return hash + (yyjson_get_bool(value) ? 100 : 200);
	if (yyjson_is_arr(value)) {
		yyjson_arr_foreach(value, index, count, item) hash =
			hash * 0x9e3779b97f4a7c15ull + value_hash(item, seed);
	} else if (yyjson_is_obj(value)) {
		yyjson_obj_foreach(value, index, count, key, item) hash +=
			value_hash(key, seed) * 0x9e3779b97f4a7c15ull ^ value_hash(item, seed + 1);
	}
	return hash;
}
