/* sensor/freight: what waits for the collector has a ceiling in bytes, and a replay never waits for ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "sensor/collector.h"

static void what_is_loaded_and_not_unloaded_waits(void **state)
{
	struct freight freight;

	(void)state;
	freight_init(&freight, 100);
	assert_true(freight_load(&freight, 60));
	assert_true(freight_load(&freight, 40));
	assert_false(freight_is_short(&freight));
	assert_false(freight_load(&freight, 1));
	assert_true(freight_is_short(&freight));
	assert_int_equal(freight_waiting(&freight), 100);
	freight_unload(&freight, 60);
	assert_false(freight_is_short(&freight)); /* it may go on now, whether it knows it or not */
	assert_false(freight_load(&freight, 61));
	assert_true(freight_load(&freight, 60));
	assert_false(freight_is_short(&freight));
	freight_unload(&freight, 100);
	assert_int_equal(freight_waiting(&freight), 0);
}

static void one_record_always_has_room(void **state)
{
	struct freight freight;

	(void)state;
	freight_init(&freight, 100);
	assert_true(freight_load(&freight, 5000));
	assert_false(freight_load(&freight, 1));
	assert_false(freight_load(&freight, SIZE_MAX / 2));
	freight_unload(&freight, 5000);
	assert_true(freight_load(&freight, 1));
}

#define LOADS 300000

static void *load_all(void *context)
{
	struct freight *freight = context;

	for (int i = 0; i < LOADS; i++)
		while (!freight_load(freight, 1 + (size_t)i % 7))
			sched_yield();
	return NULL;
}

static void two_threads_never_pass_the_ceiling(void **state)
{
	struct freight freight;
	pthread_t thread;
	uint64_t total = 0, unloaded = 0;

	(void)state;
	for (int i = 0; i < LOADS; i++)
		total += 1 + (uint64_t)i % 7;
	freight_init(&freight, 64);
	assert_int_equal(pthread_create(&thread, NULL, load_all, &freight), 0);
	while (unloaded < total) {
		uint64_t waiting = freight_waiting(&freight);

		assert_true(waiting <= 64);
		freight_unload(&freight, waiting);
		unloaded += waiting;
		if (waiting == 0)
			sched_yield();
	}
	pthread_join(thread, NULL);
	assert_int_equal(freight_waiting(&freight), 0);
}

/* -- two workers of a replay and their collector, in one thread ------------------------------------------ */

#define ROOM 50 /* records */

struct scene {
	struct ring fed[2], rings[2];
	struct freight freights[2];
	_Atomic uint64_t fed_ns;
	struct collector collector;
	uint64_t number;
};

static struct judged *judged_at(struct scene *scene, unsigned worker, uint64_t time_ns)
{
	struct judged *judged = judged_new(NULL);

	assert_non_null(judged);
	judged->time_ns = time_ns;
	judged->connection = worker;
	judged->number = scene->number++;
	judged->worker = worker;
	judged->bytes = arena_held(&judged->arena);
	judged->is_opaque = true;
	return judged;
}

/* As a worker does; false: it has to wait. */
static bool give(struct scene *scene, unsigned worker, uint64_t time_ns)
{
	struct judged *judged = judged_at(scene, worker, time_ns);
	struct outbound *outbound = ring_reserve(&scene->rings[worker], offsetof(struct outbound, clock_ns));

	assert_non_null(outbound);
	if (!freight_load(&scene->freights[worker], judged->bytes)) {
		judged_release(judged);
		return false;
	}
	outbound->kind = OUTBOUND_JUDGED;
	outbound->judged = judged;
	ring_commit(&scene->rings[worker]);
	return true;
}

static struct scene *scene_new(void)
{
	struct scene *scene =
		aligned_alloc(CACHE_LINE, (sizeof(*scene) + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
	struct judged *any;

	assert_non_null(scene);
	memset(scene, 0, sizeof(*scene));
	any = judged_at(scene, 0, 1);
	for (int i = 0; i < 2; i++) {
		assert_true(ring_init(&scene->fed[i], 4096) && ring_init(&scene->rings[i], 1 << 20));
		freight_init(&scene->freights[i], ROOM * any->bytes);
	}
	judged_release(any);
	assert_int_equal(
		collector_init(&scene->collector, &(struct collector_plan){.rings = scene->rings,
									   .freights = scene->freights,
									   .fed = scene->fed,
									   .fed_ns = &scene->fed_ns,
									   .worker_count = 2,
									   .source_count = 1,
									   .seed = 1}),
		STATUS_OK);
	return scene;
}

static void turn(struct scene *scene)
{
	assert_true(collector_turn(&scene->collector));
}

static void scene_free(struct scene *scene)
{
	turn(scene); /* what is in the rings is nobody's */
	collector_finish(&scene->collector);
	for (int i = 0; i < 2; i++) {
		ring_finish(&scene->fed[i]);
		ring_finish(&scene->rings[i]);
	}
	free(scene);
}

static void the_other_worker_has_nothing_to_do(void **state)
{
	struct scene *scene = scene_new();
	unsigned given = 0;

	(void)state;
	for (uint64_t i = 1; i <= 10 * ROOM; i++) {
		atomic_store(&scene->fed_ns, 1000 + i);
		if (give(scene, 0, 1000 + i)) {
			given++;
			continue;
		}
		turn(scene);
		turn(scene);
		assert_int_equal(freight_waiting(&scene->freights[0]), 0);
	}
	assert_true(given > 9 * ROOM);
	assert_int_equal(scene->collector.health.exchanges_unordered, 0);
	scene_free(scene);
}

static void what_the_other_one_still_has_to_do_is_waited_for(void **state)
{
	struct scene *scene = scene_new();
	size_t len;

	(void)state;
	assert_non_null(ring_reserve(&scene->fed[1], 8));
	ring_commit(&scene->fed[1]);
	atomic_store(&scene->fed_ns, 5000);
	for (uint64_t i = 1; i <= ROOM; i++)
		assert_true(give(scene, 0, 1000 + i));
	assert_false(give(scene, 0, 2000));
	for (int i = 0; i < 20; i++)
		turn(scene);
	assert_int_equal(scene->collector.merge.count, ROOM);
	assert_true(give(scene, 1, 1000)); /* older than all of them */
	turn(scene);
	assert_int_equal(scene->collector.merge.count, ROOM + 1);
	assert_non_null(ring_peek(&scene->fed[1], &len));
	ring_release(&scene->fed[1]);
	turn(scene);
	turn(scene);
	assert_int_equal(scene->collector.merge.count, 0);
	assert_int_equal(scene->collector.health.exchanges_unordered, 0);
	scene_free(scene);
}

/* As many records of one nanosecond as anybody likes to write into a file. */
static void more_of_one_moment_than_there_is_room_for(void **state)
{
	struct scene *scene = scene_new();
	unsigned given = 0, tries = 0;

	(void)state;
	atomic_store(&scene->fed_ns, 1000);
	while (given < 10 * ROOM) {
		assert_true(++tries < 100 * ROOM);
		if (give(scene, 0, 1000))
			given++;
		else
			turn(scene);
		assert_true(scene->collector.merge.count <= ROOM + 1);
	}
	assert_true(scene->collector.health.exchanges_unordered > 0);
	assert_true(scene->collector.health.exchanges_unordered <= given);
	scene_free(scene);
}

static void records_ahead_have_a_ceiling_in_bytes(void **state)
{
	struct scene *scene = scene_new();
	struct judged *judged;

	(void)state;
	for (uint64_t i = 0; i < 200; i++) {
		judged = judged_at(scene, 0, 1000 + i);
		judged->is_learned = true;
		judged->bytes = 1 * MIB;
		freight_init(&scene->freights[0], LIMIT_JUDGED_BYTES);
		assert_int_equal(merge_put(&scene->collector.merge, judged), STATUS_OK);
		merge_clock(&scene->collector.merge, 0, 1001 + i);
		merge_clock(&scene->collector.merge, 1, 1001 + i);
		turn(scene);
		assert_true(scene->collector.ahead_bytes <= LIMIT_LOOKAHEAD_BYTES);
		assert_int_equal(scene->collector.ahead_bytes, scene->collector.ahead_count * MIB);
	}
	assert_int_equal(scene->collector.ahead_bytes, LIMIT_LOOKAHEAD_BYTES);
	scene_free(scene);
}

/* It leaves merge at once. */
static void come(struct scene *scene, uint64_t time_ns, bool is_learned)
{
	struct judged *judged = judged_at(scene, 0, time_ns);

	judged->is_learned = is_learned;
	assert_true(freight_load(&scene->freights[0], judged->bytes));
	assert_int_equal(merge_put(&scene->collector.merge, judged), STATUS_OK);
	merge_clock(&scene->collector.merge, 0, time_ns + 1);
	merge_clock(&scene->collector.merge, 1, time_ns + 1);
	turn(scene);
}

static void only_what_was_learned_waits_for_what_comes_next(void **state)
{
	struct scene *scene = scene_new();

	(void)state;
	for (uint64_t i = 0; i < 10; i++) {
		come(scene, 1000 + i, false);
		assert_int_equal(scene->collector.ahead_count, 0);
		assert_int_equal(scene->collector.clock_ns, 1000 + i);
	}
	come(scene, 2000, true);
	for (uint64_t i = 1; i <= 10; i++) { /* none before it */
		come(scene, 2000 + i, i == 5);
		assert_int_equal(scene->collector.ahead_count, 1 + i);
	}
	assert_int_equal(scene->collector.ahead_learned, 2);
	assert_int_equal(scene->collector.clock_ns, 1009);
	come(scene, 2000 + LIMIT_LOOKAHEAD_NS, false);
	assert_int_equal(scene->collector.ahead_count, 7); /* up to the next that was learned */
	come(scene, 2005 + LIMIT_LOOKAHEAD_NS, false);
	assert_int_equal(scene->collector.ahead_count, 0);
	assert_int_equal(scene->collector.ahead_learned, 0);
	assert_int_equal(scene->collector.ahead_bytes, 0);
	scene_free(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_loaded_and_not_unloaded_waits),
		cmocka_unit_test(one_record_always_has_room),
		cmocka_unit_test(two_threads_never_pass_the_ceiling),
		cmocka_unit_test(the_other_worker_has_nothing_to_do),
		cmocka_unit_test(what_the_other_one_still_has_to_do_is_waited_for),
		cmocka_unit_test(more_of_one_moment_than_there_is_room_for),
		cmocka_unit_test(records_ahead_have_a_ceiling_in_bytes),
		cmocka_unit_test(only_what_was_learned_waits_for_what_comes_next),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
