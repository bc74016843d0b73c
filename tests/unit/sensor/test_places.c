/* sensor/places: what is found again is what a look-up would find, also after entries left their table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/places.h"

#define SOURCES 300

static struct map small_map(size_t entries_max)
{
	struct map map;

	map_init(&map,
		 &(struct map_plan){.entries_max = entries_max, .value_len = sizeof(uint64_t), .seed = 7});
	return map;
}

static struct judged record_of(const uintptr_t *operation, const char *id)
{
	return (struct judged){.source = {.knowledge = 1, .operation = operation},
			       .operation_id = bytes_of(id),
			       .template = BYTES("/orders")};
}

static void a_source_is_known_again_and_no_other(void **state)
{
	const uintptr_t operations[2] = {0};
	struct places_memory *memory = places_memory_new();
	struct map map = small_map(10);
	struct judged one = record_of(&operations[0], "a"), other = one;
	uint64_t *value;
	bool is_new;

	(void)state;
	assert_non_null(memory);
	one.places = places_for(memory, &one);
	assert_null(places_again(&one, PLACE_USAGE, &map));
	value = places_put(&one, PLACE_USAGE, &map, one.operation_id, &is_new);
	assert_true(is_new);
	assert_ptr_equal(places_put(&one, PLACE_USAGE, &map, one.operation_id, &is_new), value);
	assert_false(is_new);
	assert_ptr_equal(places_again(&one, PLACE_USAGE, &map), value);
	assert_null(places_again(&one, PLACE_VERSION, &map));

	other.source.knowledge = 2; /* another operation may stand where that one stood */
	other.places = places_for(memory, &other);
	assert_null(places_again(&other, PLACE_USAGE, &map));
	other = one;
	other.template = BYTES("/v1/orders");
	other.places = places_for(memory, &other);
	assert_null(places_again(&other, PLACE_USAGE, &map));
	other.source.operation = NULL;
	assert_null(places_for(memory, &other));
	assert_null(places_for(NULL, &one));
	map_finish(&map);
	places_memory_free(memory);
}

static void what_left_is_not_found(void **state)
{
	const uintptr_t operation = 0;
	struct places_memory *memory = places_memory_new();
	struct map map = small_map(2);
	struct judged judged = record_of(&operation, "a");
	uint64_t *value;
	bool is_new;

	(void)state;
	assert_non_null(memory);
	judged.places = places_for(memory, &judged);
	value = places_put(&judged, PLACE_USAGE, &map, judged.operation_id, &is_new);
	map_remove(&map, value);
	assert_null(places_again(&judged, PLACE_USAGE, &map));
	places_put(&judged, PLACE_USAGE, &map, judged.operation_id, &is_new);
	assert_true(is_new);
	map_put(&map, BYTES("b"), &is_new);
	assert_non_null(places_again(&judged, PLACE_USAGE, &map)); /* touched: b is the oldest now */
	map_put(&map, BYTES("c"), &is_new);
	assert_null(map_find(&map, BYTES("b")));
	map_put(&map, BYTES("d"), &is_new);
	assert_null(places_again(&judged, PLACE_USAGE, &map));
	map_finish(&map);
	places_memory_free(memory);
}

/* A table and a memory that are both too small for so many: each finds its own value all the same. */
static void many_sources_are_not_confused(void **state)
{
	static const uintptr_t operations[SOURCES];
	struct places_memory *memory = places_memory_new();
	struct map map = small_map(SOURCES / 3);
	uint64_t random = 1;
	bool is_new;

	(void)state;
	assert_non_null(memory);
	for (unsigned i = 0; i < 20000; i++) {
		struct judged judged;
		uint64_t *value, number;

		random = random * 6364136223846793005u + 1442695040888963407u;
		number = (random >> 33) % (i % 100 < 60 ? 20 : SOURCES);
		judged = record_of(&operations[number], "");
		judged.operation_id = (struct bytes){(const char *)&number, sizeof(number)};
		judged.places = places_for(memory, &judged);
		value = places_put(&judged, PLACE_HABIT, &map, judged.operation_id, &is_new);
		assert_non_null(value);
		assert_ptr_equal(map_find(&map, judged.operation_id), value);
		assert_true(is_new ? *value == 0 : *value == number + 1);
		*value = number + 1;
		if (i % 500 == 499)
			map_remove(&map, map_oldest(&map));
	}
	map_finish(&map);
	places_memory_free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_source_is_known_again_and_no_other),
		cmocka_unit_test(what_left_is_not_found),
		cmocka_unit_test(many_sources_are_not_confused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
