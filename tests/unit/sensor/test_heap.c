/* sensor/heap: when memory is given back, and when not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/heap.h"

#define SECOND 10 /* turns */

/* What is taken here makes the process grow; what it was before does not matter. */
static char *grow(size_t len)
{
	char *memory = malloc(len);

	assert_non_null(memory);
	memset(memory, 'x', len);
	return memory;
}

/* How often within so many turns the heap says that everything spare is to be freed. */
static int turns(struct heap *heap, int count, uint64_t moves, uint64_t waiting)
{
	int said = 0;

	for (int i = 0; i < count; i++)
		said += heap_turn(heap, heap->moved_bytes + moves, waiting);
	return said;
}

static void is_still_when_nothing_moves(void **state)
{
	struct heap heap;
	char *memory;

	(void)state;
	heap_init(&heap);
	assert_int_equal(turns(&heap, 20 * SECOND, 0, 0), 0); /* nothing is to be had */
	memory = grow(16 * MIB);
	assert_int_equal(turns(&heap, 4 * SECOND, 0, 0), 1);
	free(memory);
}

/* What waits for ever, as packets do not come, is no reason to keep the rest. */
static void is_still_though_records_wait(void **state)
{
	struct heap heap;
	char *memory;

	(void)state;
	heap_init(&heap);
	memory = grow(16 * MIB);
	assert_int_equal(turns(&heap, 3 * SECOND - 1, 0, 64 * MIB), 0);
	assert_int_equal(turns(&heap, 1, 0, 64 * MIB), 1);
	assert_int_equal(turns(&heap, 1, 0, 64 * MIB), 0);
	assert_true(heap.still.floor_bytes >= 16 * MIB);
	assert_int_equal(turns(&heap, 20 * SECOND, 0, 64 * MIB), 0); /* it is in use: not again and again */
	free(memory);
}

static void is_not_still_under_load(void **state)
{
	struct heap heap;
	char *memory;

	(void)state;
	heap_init(&heap);
	memory = grow(64 * MIB);
	assert_int_equal(turns(&heap, 20 * SECOND, MIB, 64 * MIB), 0);
	for (int i = 0; i < 10; i++) { /* never for three seconds on end */
		assert_int_equal(turns(&heap, 3 * SECOND - 1, 0, 64 * MIB), 0);
		assert_int_equal(turns(&heap, 1, MIB, 64 * MIB), 0);
	}
	free(memory);
}

/* What was given back under light load does not count when it is still: more is to be had then. */
static void light_load_comes_first(void **state)
{
	struct heap heap;
	char *memory;

	(void)state;
	heap_init(&heap);
	memory = grow(64 * MIB);
	assert_int_equal(turns(&heap, 4 * SECOND, MIB, 0), 0);
	assert_true(heap.quiet.floor_bytes > heap.still.floor_bytes);
	assert_int_equal(turns(&heap, 4 * SECOND, 0, 0), 1);
	free(memory);
}

static void sheds_without_harm(void **state)
{
	(void)state;
	for (int i = 0; i < 100; i++)
		heap_shed();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_still_when_nothing_moves), cmocka_unit_test(is_still_though_records_wait),
		cmocka_unit_test(is_not_still_under_load),     cmocka_unit_test(light_load_comes_first),
		cmocka_unit_test(sheds_without_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
