/* specs/key_table: keys of files, found again among a hundred thousand. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "specs/key_table.h"

#define MANY 100000

static struct bytes name_of(char text[32], size_t number)
{
	return (struct bytes){.data = text, .len = (size_t)snprintf(text, 32, "key-%zu", number)};
}

static void many_keys_are_found(void **state)
{
	struct key_table table;
	uint32_t number = 0;
	char text[32];

	(void)state;
	key_table_init(&table, 1);
	assert_false(key_table_find(&table, BYTES("a"), &number));
	for (size_t i = 0; i < MANY; i++) {
		assert_int_equal(key_table_put(&table, name_of(text, i), (uint32_t)i, &number), STATUS_OK);
		assert_int_equal(number, i);
	}
	key_table_fit(&table);
	assert_int_equal(table.count, MANY);
	for (size_t i = 0; i < MANY; i++) {
		assert_true(key_table_find(&table, name_of(text, i), &number));
		assert_int_equal(number, i);
	}
	number = 7;
	assert_false(key_table_find(&table, name_of(text, MANY), &number));
	assert_int_equal(number, 7);
	key_table_finish(&table);
	key_table_finish(&table);
}

/* Added to again after it was made to fit, too. */
static void the_first_number_of_a_key_stays(void **state)
{
	struct key_table table;
	uint32_t number;

	(void)state;
	key_table_init(&table, 1);
	assert_int_equal(key_table_put(&table, BYTES("a"), 1, &number), STATUS_OK);
	key_table_fit(&table);
	assert_int_equal(key_table_put(&table, BYTES("a"), 2, &number), STATUS_OK);
	assert_int_equal(number, 1);
	assert_int_equal(key_table_put(&table, BYTES("b"), 2, &number), STATUS_OK);
	assert_int_equal(number, 2);
	assert_true(key_table_find(&table, BYTES("a"), &number));
	assert_int_equal(number, 1);
	assert_int_equal(table.count, 2);
	key_table_finish(&table);
}

/* Nothing, what begins another, bytes of any kind, the longest. */
static void odd_keys_are_told_apart(void **state)
{
	static char longest[KEY_TABLE_KEY_MAX];
	const struct bytes keys[] = {
		BYTES(""),
		BYTES("\0"),
		BYTES("\0\0"),
		BYTES("a"),
		BYTES("ab"),
		BYTES("abc"),
		BYTES("abcd"),
		{.data = longest, .len = sizeof(longest) - 1},
		{.data = longest, .len = sizeof(longest)},
	};
	const size_t count = sizeof(keys) / sizeof(keys[0]);
	struct key_table table;
	uint32_t number;

	(void)state;
	key_table_init(&table, 1);
	for (size_t i = 0; i < count; i++) {
		assert_false(key_table_find(&table, keys[i], &number));
		assert_int_equal(key_table_put(&table, keys[i], (uint32_t)i, &number), STATUS_OK);
	}
	key_table_fit(&table);
	for (size_t i = 0; i < count; i++) {
		assert_true(key_table_find(&table, keys[i], &number));
		assert_int_equal(number, i);
	}
	assert_true(key_table_find(&table, BYTES_NONE, &number));
	assert_int_equal(number, 0);
	key_table_finish(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_keys_are_found),
		cmocka_unit_test(the_first_number_of_a_key_stays),
		cmocka_unit_test(odd_keys_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
