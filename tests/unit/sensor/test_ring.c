/* sensor/ring: order, wrap-around, refusal when full, and two real threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "sensor/ring.h"

static void gives_back_what_was_put(void **state)
{
	struct ring ring;
	size_t len;
	char *at;

	(void)state;
	assert_true(ring_init(&ring, 1));
	assert_null(ring_peek(&ring, &len));
	at = ring_reserve(&ring, 3);
	memcpy(at, "abc", 3);
	assert_null(ring_peek(&ring, &len)); /* not before the commit */
	ring_commit(&ring);
	at = ring_peek(&ring, &len);
	assert_int_equal(len, 3);
	assert_memory_equal(at, "abc", 3);
	ring_release(&ring);
	assert_null(ring_peek(&ring, &len));
	ring_finish(&ring);
}

static void refuses_when_full_and_wraps(void **state)
{
	struct ring ring;
	size_t len, count = 0;

	(void)state;
	assert_true(ring_init(&ring, 4096));
	assert_null(ring_reserve(&ring, 4096));
	assert_null(ring_reserve(&ring, SIZE_MAX));
	while (ring_reserve(&ring, 1000) != NULL) {
		ring_commit(&ring);
		count++;
	}
	assert_int_equal(count, 4);
	for (int round = 0; round < 1000; round++) {
		assert_non_null(ring_peek(&ring, &len));
		assert_int_equal(len, 1000);
		ring_release(&ring);
		if (ring_reserve(&ring, 1000) != NULL)
			ring_commit(&ring);
	}
	ring_finish(&ring);
}

#define ROUNDS 200000

struct numbered {
	uint64_t number;
	uint64_t len;
	unsigned char filler[];
};

static void *produce(void *context)
{
	struct ring *ring = context;

	for (uint64_t i = 0; i < ROUNDS;) {
		uint64_t len = i * 7919 % 300;
		struct numbered *record = ring_reserve(ring, sizeof(*record) + len);

		if (record == NULL) {
			sched_yield();
			continue;
		}
		record->number = i++;
		record->len = len;
		memset(record->filler, (int)(record->number & 0xff), len);
		ring_commit(ring);
	}
	return NULL;
}

static void two_threads_see_every_record_once(void **state)
{
	struct ring ring;
	pthread_t producer;
	size_t len;

	(void)state;
	assert_true(ring_init(&ring, 4096));
	assert_int_equal(pthread_create(&producer, NULL, produce, &ring), 0);
	for (uint64_t i = 0; i < ROUNDS;) {
		const struct numbered *record = ring_peek(&ring, &len);

		if (record == NULL) {
			sched_yield();
			continue;
		}
		if (record->number != i || len != sizeof(*record) + record->len)
			fail_msg("record %lu is wrong", (unsigned long)i);
		for (uint64_t k = 0; k < record->len; k++)
			if (record->filler[k] != (i & 0xff))
				fail_msg("record %lu is torn", (unsigned long)i);
		ring_release(&ring);
		i++;
	}
	pthread_join(producer, NULL);
	ring_finish(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_put),
		cmocka_unit_test(refuses_when_full_and_wraps),
		cmocka_unit_test(two_threads_see_every_record_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
