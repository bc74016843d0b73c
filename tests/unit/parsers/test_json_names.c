/* parsers/json_names: names that came before are known by their place; what is odd is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "parsers/json_read.h"

/* Behind the names: they are known where LANE_RUN bytes can be read. */
#define REST "\"last\":\"0123456789 0123456789 0123456789\"}"

static struct json_names *names;
static struct arena arena;
static char *texts[LIMIT_JSON_NAMES]; /* that were read */
static size_t text_count;

static int up(void **state)
{
	(void)state;
	names = json_names_new();
	arena_init(&arena, LIMIT_EXCHANGE_BYTES);
	return names == NULL;
}

static int down(void **state)
{
	(void)state;
	json_names_free(names);
	arena_finish(&arena);
	while (text_count > 0)
		free(texts[--text_count]);
	return 0;
}

/* The first key of what is read. */
static yyjson_val *key_of(const char *text)
{
	struct json_reading reading;

	json_read_named(bytes_of(text), &arena, names, &reading);
	assert_int_equal(reading.outcome, JSON_READ);
	return unsafe_yyjson_get_first(reading.root);
}

static void a_name_is_known_again(void **state)
{
	yyjson_val *first = key_of("{\"name\":1," REST), *again = key_of("{ \"name\": 2," REST);
	yyjson_val *other = key_of("{\"nam\":1," REST);
	const struct json_name *name = json_name_of(first);

	(void)state;
	assert_non_null(name);
	assert_ptr_equal(name, json_name_of(again));
	assert_ptr_equal(first->uni.str, again->uni.str);
	assert_true(bytes_equal(json_name_text(name), BYTES("name")));
	assert_int_equal(unsafe_yyjson_get_len(first), 4);
	assert_non_null(json_name_of(other));
	assert_true(json_name_of(other)->number != name->number);
	assert_true(json_name_of(other)->number % LIMIT_JSON_NAMES != name->number % LIMIT_JSON_NAMES);
}

static void odd_names_are_not_known(void **state)
{
	static const struct {
		const char *text, *name;
		bool is_known;
	} rows[] = {
		{"{\"\":1," REST, "", true},
		{"{\"a:b,c\":1," REST, "a:b,c", true},
		{"{\"29 bytes are all that there is\":1," REST, "29 bytes are all that there is", false},
		{"{\"29 bytes are all that is here\":1," REST, "29 bytes are all that is here", true},
		{"{\"a\\\"b\":1," REST, "a\"b", false},
		{"{\"a\\\\\":1," REST, "a\\", false},
		{"{\"\\u0061\":1," REST, "a", false},
		{"{\"gr\xC3\xB6\xC3\x9F"
		 "e\":1," REST,
		 "gr\xC3\xB6\xC3\x9F"
		 "e",
		 false},
		{"{\"space\" :1," REST, "space", false},
		{"{\"end\":\"is near\"}", "end", false},
	};

	(void)state;
	for (size_t i = 0; i < 3 * sizeof(rows) / sizeof(rows[0]); i++) {
		size_t row = i % (sizeof(rows) / sizeof(rows[0]));
		yyjson_val *key = key_of(rows[row].text);

		assert_true(bytes_equal(json_text(key), bytes_of(rows[row].name)));
		assert_int_equal(json_name_of(key) != NULL, rows[row].is_known);
	}
}

/* What is no UTF-8 is refused, also when nearly the same came before. */
static void broken_names_stay_broken(void **state)
{
	struct json_reading reading;

	(void)state;
	(void)key_of("{\"name\":1," REST);
	for (int i = 0; i < 3; i++) {
		json_read_named(BYTES("{\"nam\xFF\":1," REST), &arena, names, &reading);
		assert_int_equal(reading.outcome, JSON_MALFORMED);
		json_read_named(BYTES("{\"nam\n\":1," REST), &arena, names, &reading);
		assert_int_equal(reading.outcome, JSON_MALFORMED);
		json_read_named(BYTES("{\"name\";1," REST), &arena, names, &reading);
		assert_int_equal(reading.outcome, JSON_MALFORMED);
	}
}

/* One object with so many names. */
static char *flood(unsigned from, unsigned count)
{
	char *text = malloc(64 + (size_t)count * 32);
	size_t len = 1;

	assert_non_null(text);
	text[0] = '{';
	for (unsigned i = from; i < from + count; i++)
		len += (size_t)snprintf(text + len, 32, "\"name-%u\":%u,", i, i);
	memcpy(text + len, REST, sizeof(REST));
	return text;
}

/* All names of an object are as they were written; so many of them are known. */
static size_t count_known(yyjson_val *key, unsigned from, unsigned count)
{
	size_t known = 0;

	for (unsigned i = from; i < from + count; i++, key += 2) {
		char name[32];

		snprintf(name, sizeof(name), "name-%u", i);
		assert_true(bytes_equal(json_text(key), bytes_of(name)));
		known += json_name_of(key) != NULL;
	}
	return known;
}

/* The first key of an object with so many names. */
static yyjson_val *flooded(unsigned from, unsigned count)
{
	char *text = flood(from, count);
	yyjson_val *key = key_of(text);

	texts[text_count++] = text;
	return key;
}

/* A body of strangers only does not drive out the names of others, nor cost a look at each. */
static void a_flood_in_one_body_is_let_go(void **state)
{
	yyjson_val *first = flooded(0, 10000), *second = flooded(0, 10000);

	(void)state;
	assert_in_range(count_known(first, 0, 10000), 10, 40);
	assert_in_range(count_known(second, 0, 10000), 10, 80);
	assert_int_equal(count_known(flooded(20000, 10), 20000, 10), 10);
}

/* A full table stays as it is until no tree is left. */
static void a_flood_leaves_what_is_known(void **state)
{
	yyjson_val *before = key_of("{\"before\":1," REST), *first = flooded(0, 10);
	uint64_t number = json_name_of(before)->number;

	(void)state;
	for (unsigned i = 1; i < LIMIT_JSON_NAMES / 5; i++)
		(void)flooded(10 * i, 10);
	assert_int_equal(count_known(flooded(1000000, 10), 1000000, 10), 0);
	assert_int_equal(count_known(first, 0, 10), 10);
	assert_ptr_equal(json_name_of(before), json_name_of(key_of("{\"before\":1," REST)));
	assert_true(bytes_equal(json_text(before), BYTES("before")));

	json_names_rest(names);
	assert_int_equal(count_known(flooded(1000000, 10), 1000000, 10), 10);
	before = key_of("{\"before\":1," REST);
	assert_true(json_name_of(before)->number > number);
	number = json_name_of(before)->number;
	json_names_rest(names); /* is not full */
	assert_int_equal(json_name_of(key_of("{\"before\":1," REST))->number, number);
}

static void notes_are_forgotten(void **state)
{
	struct json_name *name = json_name_of(key_of("{\"name\":1," REST));

	(void)state;
	for (size_t whose = 0; whose < JSON_NAME_NOTES; whose++)
		*json_name_note(name, whose) = &arena;
	assert_ptr_equal(*json_name_note(json_name_of(key_of("{\"name\":1," REST)), 3), &arena);
	json_names_forget(names);
	name = json_name_of(key_of("{\"name\":1," REST));
	for (size_t whose = 0; whose < JSON_NAME_NOTES; whose++)
		assert_null(*json_name_note(name, whose));
}

static void without_a_table_none_is_known(void **state)
{
	struct json_reading reading;

	(void)state;
	json_read(BYTES("{\"name\":{\"name\":[{\"name\":1}]}," REST), &arena, &reading);
	assert_int_equal(reading.outcome, JSON_READ);
	assert_null(json_name_of(unsafe_yyjson_get_first(reading.root)));
	json_names_rest(NULL);
	json_names_forget(NULL);
	json_names_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_name_is_known_again, up, down),
		cmocka_unit_test_setup_teardown(odd_names_are_not_known, up, down),
		cmocka_unit_test_setup_teardown(broken_names_stay_broken, up, down),
		cmocka_unit_test_setup_teardown(a_flood_in_one_body_is_let_go, up, down),
		cmocka_unit_test_setup_teardown(a_flood_leaves_what_is_known, up, down),
		cmocka_unit_test_setup_teardown(notes_are_forgotten, up, down),
		cmocka_unit_test_setup_teardown(without_a_table_none_is_known, up, down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
