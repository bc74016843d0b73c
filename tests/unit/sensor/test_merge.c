/* sensor/merge: one order for all workers' records, and none before its time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "sensor/merge.h"

static struct judged *judged_at(uint64_t time_ns, uint64_t connection, uint64_t number)
{
	struct judged *judged = judged_new(NULL);

	assert_non_null(judged);
	judged->time_ns = time_ns;
	judged->connection = connection;
	judged->number = number;
	return judged;
}

static void put(struct merge *merge, struct judged *judged)
{
	assert_int_equal(merge_put(merge, judged), STATUS_OK);
}

static void expect(struct merge *merge, uint64_t time_ns, uint64_t connection, uint64_t number)
{
	struct judged *next = merge_next(merge);

	assert_non_null(next);
	assert_true(next->time_ns == time_ns && next->connection == connection && next->number == number);
	judged_release(next);
}

static void nothing_leaves_before_the_slowest_worker(void **state)
{
	struct merge merge;

	(void)state;
	assert_int_equal(merge_init(&merge, 2), STATUS_OK);
	put(&merge, judged_at(10, 1, 0));
	merge_clock(&merge, 0, 10);
	assert_null(merge_next(&merge));
	merge_clock(&merge, 1, 10); /* another of time 10 may still come */
	assert_null(merge_next(&merge));
	merge_clock(&merge, 0, 11);
	merge_clock(&merge, 1, 11);
	expect(&merge, 10, 1, 0);
	assert_null(merge_next(&merge));
	merge_finish(&merge);
}

static void the_order_is_time_connection_number(void **state)
{
	struct merge merge;

	(void)state;
	assert_int_equal(merge_init(&merge, 1), STATUS_OK);
	put(&merge, judged_at(5, 9, 0));
	put(&merge, judged_at(5, 2, 1));
	put(&merge, judged_at(4, 9, 9));
	put(&merge, judged_at(5, 2, 0));
	merge_clock(&merge, 0, UINT64_MAX);
	expect(&merge, 4, 9, 9);
	expect(&merge, 5, 2, 0);
	expect(&merge, 5, 2, 1);
	expect(&merge, 5, 9, 0);
	assert_null(merge_next(&merge));
	merge_finish(&merge);
}

static void many_come_out_sorted(void **state)
{
	struct merge merge;
	uint64_t seed = 1, last = 0;

	(void)state;
	assert_int_equal(merge_init(&merge, 1), STATUS_OK);
	for (int i = 0; i < 3000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		put(&merge, judged_at(seed >> 50, 0, (uint64_t)i));
	}
	merge_clock(&merge, 0, UINT64_MAX);
	for (int i = 0; i < 2999; i++) {
		struct judged *next = merge_next(&merge);

		assert_true(next->time_ns >= last);
		last = next->time_ns;
		judged_release(next);
	}
	merge_finish(&merge); /* one is still held: it is released here */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_leaves_before_the_slowest_worker),
		cmocka_unit_test(the_order_is_time_connection_number),
		cmocka_unit_test(many_come_out_sorted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
