#include "parsers/base/stock.h"

#include <stdbool.h>
#include <stdlib.h>

#include "parsers/base/check.h"

#define CACHE_LINE 64

/* Of a block, what is nearly always used. */
#define CALLED_BYTES 2048

struct stock_block {
	struct stock_block *next;
};

void stock_init(struct stock *stock, size_t block_len, size_t spare_max)
{
	CHECK(block_len >= sizeof(struct stock_block));
	*stock = (struct stock){.block_len = block_len, .spare_max = spare_max};
}

/* Another thread wrote to it last, perhaps long ago: by the time it is wanted it is here. */
static void call(const struct stock *stock, const struct stock_block *block)
{
	const char *memory = (const char *)block;
	size_t len = stock->block_len < CALLED_BYTES ? stock->block_len : CALLED_BYTES;

	for (size_t at = 0; at < len; at += CACHE_LINE)
		__builtin_prefetch(memory + at, 1);
}

void *stock_take(struct stock *stock)
{
	struct stock_block *block = stock->spare;

	if (block == NULL)
		block = atomic_exchange_explicit(&stock->given_back, NULL, memory_order_acquire);
	if (block == NULL)
		return malloc(stock->block_len);
	stock->spare = block->next;
	if (stock->spare != NULL)
		call(stock, stock->spare);
	atomic_fetch_sub_explicit(&stock->spare_count, 1, memory_order_relaxed);
	return block;
}

/* False: there are enough, and it is free. */
static bool is_kept(struct stock *stock, void *memory)
{
	if (atomic_fetch_add_explicit(&stock->spare_count, 1, memory_order_relaxed) < stock->spare_max)
		return true;
	atomic_fetch_sub_explicit(&stock->spare_count, 1, memory_order_relaxed);
	free(memory);
	return false;
}

void stock_put_back(struct stock *stock, void *memory)
{
	struct stock_block *block = memory;

	if (!is_kept(stock, memory))
		return;
	block->next = stock->spare;
	stock->spare = block;
}

void stock_give(struct stock *stock, void *memory)
{
	struct stock_block *block = memory;

	if (!is_kept(stock, memory))
		return;
	block->next = atomic_load_explicit(&stock->given_back, memory_order_relaxed);
	while (!atomic_compare_exchange_weak_explicit(&stock->given_back, &block->next, block,
						      memory_order_release, memory_order_relaxed))
		;
}

static void free_all(struct stock *stock, struct stock_block *block)
{
	while (block != NULL) {
		struct stock_block *next = block->next;

		free(block);
		atomic_fetch_sub_explicit(&stock->spare_count, 1, memory_order_relaxed);
		block = next;
	}
}

void stock_shed(struct stock *stock)
{
	free_all(stock, stock->spare);
	stock->spare = NULL;
	free_all(stock, atomic_exchange_explicit(&stock->given_back, NULL, memory_order_acquire));
}

void stock_finish(struct stock *stock)
{
	stock_shed(stock);
	stock_init(stock, sizeof(struct stock_block), 0);
}
