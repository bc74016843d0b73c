/* Blocks that come back: to whom, how many are kept, and given back by another thread. */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/arena.h"
#include "parsers/base/limits.h"
#include "parsers/base/stock.h"

static void keeps_some(void **state)
{
	struct stock stock;
	void *blocks[3];

	(void)state;
	stock_init(&stock, 64, 2);
	for (int i = 0; i < 3; i++) {
		blocks[i] = stock_take(&stock);
		memset(blocks[i], 0xff, 64);
	}
	for (int i = 0; i < 3; i++)
		stock_give(&stock, blocks[i]);
	assert_int_equal(stock.spare_count, 2);
	assert_ptr_equal(stock_take(&stock), blocks[1]);
	assert_ptr_equal(stock_take(&stock), blocks[0]);
	assert_int_equal(stock.spare_count, 0);
	stock_give(&stock, blocks[0]);
	stock_give(&stock, blocks[1]);
	stock_finish(&stock);
	stock_finish(&(struct stock){0});
}

/* What was in use last is the next to be used, whatever else came back before. */
static void puts_back_in_front(void **state)
{
	struct stock stock;
	void *blocks[3];

	(void)state;
	stock_init(&stock, 64, 2);
	for (int i = 0; i < 3; i++)
		blocks[i] = stock_take(&stock);
	stock_give(&stock, blocks[0]);
	stock_put_back(&stock, blocks[1]);
	stock_put_back(&stock, blocks[2]); /* one too many */
	assert_int_equal(stock.spare_count, 2);
	assert_ptr_equal(stock_take(&stock), blocks[1]);
	assert_ptr_equal(stock_take(&stock), blocks[0]);
	stock_put_back(&stock, blocks[0]);
	stock_put_back(&stock, blocks[1]);
	assert_ptr_equal(stock_take(&stock), blocks[1]);
	stock_put_back(&stock, blocks[1]);
	stock_finish(&stock);
}

static void sheds_what_is_spare(void **state)
{
	struct stock stock;
	void *blocks[4];

	(void)state;
	stock_init(&stock, 64, 4);
	for (int i = 0; i < 4; i++)
		blocks[i] = stock_take(&stock);
	for (int i = 0; i < 3; i++)
		stock_give(&stock, blocks[i]);
	blocks[0] = stock_take(&stock); /* the other two are this thread's spare ones now */
	stock_give(&stock, blocks[3]);
	assert_int_equal(stock.spare_count, 3);
	stock_shed(&stock);
	assert_int_equal(stock.spare_count, 0);
	stock_give(&stock, blocks[0]);
	assert_int_equal(stock.spare_count, 1);
	assert_ptr_equal(stock_take(&stock), blocks[0]);
	stock_give(&stock, blocks[0]);
	stock_finish(&stock);
}

/* Only blocks of its own length go back; one that is longer, or a second ceiling, is malloc's. */
static void of_an_arena(void **state)
{
	struct arena arena;
	struct stock stock;
	char *first;

	(void)state;
	stock_init(&stock, ARENA_STOCK_LEN(LIMIT_ARENA_BLOCK), 8);
	arena_init(&arena, MIB);
	arena.stock = &stock;
	first = arena_take(&arena, 100);
	arena_take(&arena, LIMIT_ARENA_BLOCK);
	arena_take(&arena, 3 * LIMIT_ARENA_BLOCK);
	arena_wipe(&arena);
	assert_int_equal(stock.spare_count, 2);
	assert_ptr_equal(arena.stock, &stock);
	(void)arena_take(&arena, 1);
	assert_int_equal(stock.spare_count, 1);
	assert_memory_equal(arena_alloc(&arena, 4), "\0\0\0\0", 4);
	arena_finish(&arena);
	assert_non_null(first);
	stock_finish(&stock);
}

/* Away, it takes nothing from the stock, and gives it all. */
static void of_an_arena_that_is_away(void **state)
{
	struct arena arena, other;
	struct stock stock;

	(void)state;
	stock_init(&stock, ARENA_STOCK_LEN(LIMIT_ARENA_BLOCK), 8);
	arena_init(&arena, MIB);
	arena_init(&other, MIB);
	arena.stock = other.stock = &stock;
	assert_non_null(arena_take(&arena, LIMIT_ARENA_BLOCK));
	assert_non_null(arena_take(&other, LIMIT_ARENA_BLOCK));
	arena_finish(&other);
	assert_int_equal(stock.spare_count, 1);
	arena.is_away = true;
	assert_non_null(arena_take(&arena, LIMIT_ARENA_BLOCK));
	assert_int_equal(stock.spare_count, 1);
	arena_finish(&arena);
	assert_int_equal(stock.spare_count, 3);
	stock_finish(&stock);
}

#define ROUNDS 5000

struct street {
	struct stock stock;
	_Atomic(void *) slot;
};

static void *give_all(void *context)
{
	struct street *street = context;
	void *block;

	for (int i = 0; i < ROUNDS; i++) {
		while ((block = atomic_exchange(&street->slot, NULL)) == NULL)
			sched_yield();
		stock_give(&street->stock, block);
	}
	return NULL;
}

static void between_threads(void **state)
{
	struct street street = {.slot = NULL};
	pthread_t giver;

	(void)state;
	stock_init(&street.stock, sizeof(int) * 4, 16);
	assert_int_equal(pthread_create(&giver, NULL, give_all, &street), 0);
	for (int i = 0; i < ROUNDS; i++) {
		int *block = stock_take(&street.stock);

		for (int j = 0; j < 4; j++)
			block[j] = i;
		while (atomic_load(&street.slot) != NULL)
			sched_yield();
		if (i % 100 == 0)
			stock_shed(&street.stock);
		atomic_store(&street.slot, block);
	}
	pthread_join(giver, NULL);
	assert_in_range(street.stock.spare_count, 0, 16);
	stock_finish(&street.stock);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_some),
		cmocka_unit_test(puts_back_in_front),
		cmocka_unit_test(sheds_what_is_spare),
		cmocka_unit_test(of_an_arena),
		cmocka_unit_test(of_an_arena_that_is_away),
		cmocka_unit_test(between_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
