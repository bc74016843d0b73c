/* sensor/ring: order, wrap-around, refusal when full, two real threads, and memory that goes back meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "parsers/base/limits.h"
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

static void take_all(struct ring *ring)
{
	size_t len;

	for (uint64_t i = 0; i < ROUNDS;) {
		const struct numbered *record = ring_peek(ring, &len);

		if (record == NULL) {
			sched_yield();
			continue;
		}
		if (record->number != i || len != sizeof(*record) + record->len)
			fail_msg("record %lu is wrong", (unsigned long)i);
		for (uint64_t k = 0; k < record->len; k++)
			if (record->filler[k] != (i & 0xff))
				fail_msg("record %lu is torn", (unsigned long)i);
		ring_release(ring);
		i++;
	}
}

static void two_threads_see_every_record_once(void **state)
{
	struct ring ring;
	pthread_t producer;

	(void)state;
	assert_true(ring_init(&ring, 4096));
	assert_int_equal(pthread_create(&producer, NULL, produce, &ring), 0);
	take_all(&ring);
	pthread_join(producer, NULL);
	ring_finish(&ring);
}

/* -- memory that goes back --------------------------------------------------------------- */

#define LARGE (4 * MIB)

static void put(struct ring *ring, size_t len)
{
	char *at = ring_reserve(ring, len);

	assert_non_null(at);
	memset(at, 'x', len);
	ring_commit(ring);
}

static void take(struct ring *ring)
{
	size_t len;
	const char *at = ring_peek(ring, &len);

	assert_non_null(at);
	assert_int_equal(at[0], 'x');
	assert_int_equal(at[len - 1], 'x');
	ring_release(ring);
}

static size_t resident_bytes(const struct ring *ring)
{
	const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	const uintptr_t from = (uintptr_t)ring->memory / page * page;
	size_t count = ((uintptr_t)ring->memory + ring->len - from + page - 1) / page, resident = 0;
	unsigned char *pages = calloc(count, 1);

	assert_non_null(pages);
	assert_int_equal(mincore((void *)from, count * page, pages), 0);
	for (size_t i = 0; i < count; i++)
		resident += (pages[i] & 1) * page;
	free(pages);
	return resident;
}

/* Wherever in the memory it stands, what waits is left as it is. */
static void gives_free_memory_back(void **state)
{
	struct ring ring;

	(void)state;
	assert_true(ring_init(&ring, LARGE));
	for (int round = 0; round < 7; round++) {
		uint64_t moved = ring_moved(&ring);
		size_t count = 0;

		for (; count < 45; count++)
			put(&ring, 80000);
		assert_true(ring_moved(&ring) - moved >= count * 80000);
		assert_true(resident_bytes(&ring) >= count * 80000);
		for (; count > 3; count--)
			take(&ring);
		ring_give_back(&ring);
		assert_in_range(resident_bytes(&ring), 3 * 80000, MIB);
		ring_give_back(&ring);
		for (; count > 0; count--)
			take(&ring);
		assert_true(ring_is_empty(&ring));
		ring_give_back(&ring);
		assert_in_range(resident_bytes(&ring), 0, MIB);
	}
	ring_finish(&ring);
}

static void a_full_ring_keeps_all(void **state)
{
	struct ring ring;
	size_t count = 0;

	(void)state;
	assert_true(ring_init(&ring, LARGE));
	while (ring_reserve(&ring, 5000) != NULL) {
		put(&ring, 5000);
		count++;
	}
	ring_give_back(&ring);
	for (; count > 0; count--)
		take(&ring);
	assert_true(ring_is_empty(&ring));
	ring_finish(&ring);
}

/* The producer is in the middle of a record, and has room for more. */
static void what_is_being_written_stays(void **state)
{
	struct ring ring;
	char *at;

	(void)state;
	assert_true(ring_init(&ring, LARGE));
	for (int i = 0; i < 100; i++) {
		at = ring_reserve(&ring, 80000);
		assert_non_null(at);
		memset(at, 'x', 80000);
		ring_give_back(&ring);
		ring_commit(&ring);
		take(&ring);
	}
	ring_finish(&ring);
}

struct giver {
	struct ring *ring;
	_Atomic bool is_over;
};

static void *give_back_always(void *context)
{
	struct giver *giver = context;

	while (!atomic_load(&giver->is_over)) {
		ring_give_back(giver->ring);
		sched_yield();
	}
	return NULL;
}

/* Somebody gives back all the time: no record is lost or torn. */
static void a_third_thread_takes_nothing_away(void **state)
{
	pthread_t producer, third;
	struct giver giver;
	struct ring ring;

	(void)state;
	assert_true(ring_init(&ring, MIB));
	giver = (struct giver){.ring = &ring};
	assert_int_equal(pthread_create(&producer, NULL, produce, &ring), 0);
	assert_int_equal(pthread_create(&third, NULL, give_back_always, &giver), 0);
	take_all(&ring);
	atomic_store(&giver.is_over, true);
	pthread_join(producer, NULL);
	pthread_join(third, NULL);
	ring_finish(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_back_what_was_put),
		cmocka_unit_test(refuses_when_full_and_wraps),
		cmocka_unit_test(two_threads_see_every_record_once),
		cmocka_unit_test(gives_free_memory_back),
		cmocka_unit_test(a_full_ring_keeps_all),
		cmocka_unit_test(what_is_being_written_stays),
		cmocka_unit_test(a_third_thread_takes_nothing_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
