/* How right a sketch is, and that it is never more than what it was given. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/sketch.h"

static uint64_t hash_of(uint64_t number)
{
	return sketch_hash((struct bytes){.data = (const char *)&number, .len = sizeof(number)}, 4711);
}

static void counts_what_is_different(void **state)
{
	struct sketch sketch = {0};
	uint64_t told = 0;

	(void)state;
	assert_int_equal(sketch_count(&sketch), 0);
	for (uint64_t i = 1; i <= 1000000; i++) {
		sketch_add(&sketch, hash_of(i));
		sketch_add(&sketch, hash_of(i));
		if (i != 10 && i != 100 && i != 1000 && i != 10000 && i != 1000000)
			continue;
		told = sketch_count(&sketch);
		if (told * 100 < i * 88 || told * 100 > i * 112)
			fail_msg("%llu for %llu", (unsigned long long)told, (unsigned long long)i);
	}
}

static void what_both_had_counts_once(void **state)
{
	struct sketch one = {0}, other = {0}, again = {0};
	uint64_t both;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		sketch_add(&one, hash_of(i));
		sketch_add(&other, hash_of(i + 500));
	}
	sketch_merge(&one, &other);
	assert_in_range(sketch_count(&one), 1350, 1650);
	both = sketch_count(&one);
	sketch_merge(&one, &one);
	assert_int_equal(sketch_count(&one), both);
	/* However it came about: the same registers are the same count. */
	for (size_t i = 0; i < SKETCH_REGISTERS; i++)
		sketch_raise(&again, SKETCH_REGISTERS - 1 - i, one.registers[SKETCH_REGISTERS - 1 - i]);
	assert_memory_equal(&again, &one, sizeof(one));
}

/* Hashes of nobody's making: all bits alike, and registers that no hash sets. */
static void survives_any_hash(void **state)
{
	struct sketch sketch = {0};

	(void)state;
	for (int i = 0; i < 1000; i++) {
		sketch_add(&sketch, 0);
		sketch_add(&sketch, UINT64_MAX);
	}
	assert_int_equal(sketch_count(&sketch), 2);
	for (size_t i = 0; i < SKETCH_REGISTERS; i++) {
		assert_true(sketch_raise(&sketch, i, 0xff));
		assert_false(sketch_raise(&sketch, i, 54));
	}
	assert_true(sketch_count(&sketch) > 0);
	assert_int_not_equal(sketch_hash(BYTES_NONE, 1), sketch_hash(BYTES_NONE, 2));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_is_different),
		cmocka_unit_test(what_both_had_counts_once),
		cmocka_unit_test(survives_any_hash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
