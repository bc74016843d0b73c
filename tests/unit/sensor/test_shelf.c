/* sensor/knowledge: new knowledge takes over under running readers; the old one is freed only when nobody
 * reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "sensor/knowledge.h"

#define READERS 3
#define SWAPS   300

struct reader {
	struct knowledge_shelf *shelf;
	size_t number;
	_Atomic bool *is_over;
	uint64_t looks;
};

static void *read_on(void *context)
{
	struct reader *reader = context;

	while (!atomic_load(reader->is_over)) {
		const struct knowledge *known = knowledge_current(reader->shelf, reader->number);

		/* Freed memory would be caught by ASan, a race by TSan, a mix by this. */
		if (known->key.bytes[0] != known->key.bytes[31])
			abort();
		reader->looks++;
		sched_yield();
	}
	knowledge_leave(reader->shelf, reader->number);
	return NULL;
}

static struct knowledge *make(uint8_t number)
{
	struct knowledge *knowledge = calloc(1, sizeof(*knowledge));

	assert_non_null(knowledge);
	for (size_t i = 0; i < sizeof(knowledge->key.bytes); i++)
		knowledge->key.bytes[i] = number;
	return knowledge;
}

static void old_knowledge_goes_when_the_last_reader_let_go(void **state)
{
	struct knowledge_shelf shelf;
	struct reader readers[READERS];
	pthread_t threads[READERS];
	_Atomic bool is_over = false;

	(void)state;
	knowledge_shelf_init(&shelf, make(0), READERS);
	for (size_t i = 0; i < READERS; i++) {
		readers[i] = (struct reader){.shelf = &shelf, .number = i, .is_over = &is_over};
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
	}
	for (int i = 1; i <= SWAPS; i++) {
		assert_true(knowledge_swap(&shelf, make((uint8_t)i)));
		assert_true(shelf.retired_count <= READERS);
	}
	atomic_store(&is_over, true);
	for (size_t i = 0; i < READERS; i++)
		pthread_join(threads[i], NULL);
	knowledge_shelf_finish(&shelf);
}

static void a_reader_that_never_looks_keeps_the_old_one(void **state)
{
	struct knowledge_shelf shelf;
	const struct knowledge *known;

	(void)state;
	knowledge_shelf_init(&shelf, make(1), 1);
	known = knowledge_current(&shelf, 0);
	assert_true(knowledge_swap(&shelf, make(2)));
	assert_int_equal(shelf.retired_count, 1);
	assert_int_equal(known->key.bytes[0], 1); /* not freed */
	assert_int_equal(knowledge_current(&shelf, 0)->key.bytes[0], 2);
	assert_true(knowledge_swap(&shelf, make(3)));
	assert_int_equal(shelf.retired_count, 1); /* the second is held now, the first is gone */
	knowledge_leave(&shelf, 0);
	assert_true(knowledge_swap(&shelf, make(4)));
	assert_int_equal(shelf.retired_count, 0);
	knowledge_shelf_finish(&shelf);
}

static void too_many_old_ones_are_refused(void **state)
{
	struct knowledge_shelf shelf;
	struct knowledge *refused = make(9);

	(void)state;
	knowledge_shelf_init(&shelf, make(0), KNOWLEDGE_RETIRED_MAX);
	for (size_t i = 0; i < KNOWLEDGE_RETIRED_MAX; i++) { /* each reader stays at another one */
		for (size_t reader = i; reader < KNOWLEDGE_RETIRED_MAX; reader++)
			knowledge_current(&shelf, reader);
		shelf.reader_count = i + 1; /* the others are not waited for yet */
		assert_true(knowledge_swap(&shelf, make((uint8_t)i)));
	}
	assert_false(knowledge_swap(&shelf, refused));
	knowledge_free(refused);
	knowledge_shelf_finish(&shelf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(old_knowledge_goes_when_the_last_reader_let_go),
		cmocka_unit_test(a_reader_that_never_looks_keeps_the_old_one),
		cmocka_unit_test(too_many_old_ones_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
