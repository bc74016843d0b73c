/* sensor/packet_clock: never back, and never still while packets come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/packet_clock.h"

#define START (1772442003 * SECONDS)

static void goes_with_the_packets(void **state)
{
	struct packet_clock clock = {0};

	(void)state;
	packet_clock_take(&clock, START);
	assert_int_equal(clock.now_ns, START);
	packet_clock_take(&clock, START + 7);
	assert_int_equal(clock.now_ns, START + 7);
	packet_clock_take(&clock, START + 86400 * SECONDS); /* a long silence */
	assert_int_equal(clock.now_ns, START + 86400 * SECONDS);
}

static void stands_where_packets_are_out_of_order(void **state)
{
	struct packet_clock clock = {0};

	(void)state;
	packet_clock_take(&clock, START);
	for (uint64_t i = 0; i < 100; i++)
		packet_clock_take(&clock, START - LIMIT_DISORDER_NS + i * SECONDS / 50);
	assert_int_equal(clock.now_ns, START);
	packet_clock_take(&clock, START + 1);
	assert_int_equal(clock.now_ns, START + 1);
}

/* An hour back: at half the pace, until after two hours both are one again. */
static void goes_on_slowly_when_it_was_set_back(void **state)
{
	struct packet_clock clock = {0};
	uint64_t time_ns = START - 3600 * SECONDS, before;

	(void)state;
	packet_clock_take(&clock, START);
	packet_clock_take(&clock, time_ns);
	assert_int_equal(clock.now_ns, START);
	for (int second = 1; second <= 7190; second++) {
		before = clock.now_ns;
		packet_clock_take(&clock, time_ns + (uint64_t)second * SECONDS);
		assert_int_equal(clock.now_ns, before + SECONDS / 2);
	}
	packet_clock_take(&clock, time_ns + 7210 * SECONDS);
	assert_int_equal(clock.now_ns, time_ns + 7210 * SECONDS);
	assert_int_equal(clock.behind_ns, 0);
}

/* Back once more, and out of order there: neither counts as time that passes. */
static void is_not_driven_by_jumps(void **state)
{
	struct packet_clock clock = {0};

	(void)state;
	packet_clock_take(&clock, START);
	for (uint64_t i = 1; i < 1000; i++) {
		packet_clock_take(&clock, START - i * 10 * SECONDS);
		packet_clock_take(&clock, START - i * 10 * SECONDS - SECONDS);
	}
	assert_int_equal(clock.now_ns, START);
	packet_clock_take(&clock, START - 9990 * SECONDS + 2);
	assert_int_equal(clock.now_ns, START + 1);
}

static void hostile_times_do_not_wrap(void **state)
{
	struct packet_clock clock = {0};
	uint64_t before = 0;

	(void)state;
	for (uint64_t i = 0; i < 1000; i++) {
		packet_clock_take(&clock, UINT64_MAX - 1);
		packet_clock_take(&clock, i * 5 % 7);
		packet_clock_take(&clock, UINT64_MAX / 2 + i);
		packet_clock_take(&clock, 0);
		assert_true(clock.now_ns >= before);
		before = clock.now_ns;
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_with_the_packets),
		cmocka_unit_test(stands_where_packets_are_out_of_order),
		cmocka_unit_test(goes_on_slowly_when_it_was_set_back),
		cmocka_unit_test(is_not_driven_by_jumps),
		cmocka_unit_test(hostile_times_do_not_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
