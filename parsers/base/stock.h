/*
 * stock: spare memory blocks of one length, for what comes and goes with every exchange: the next one takes a
 * block that is still in the cache, where malloc would look for one. Who takes is one thread; what it took
 * may be given back by any.
 *
 *	stock_init(&stock, block_len, spare_max);
 *	block = stock_take(&stock);	NULL without memory
 *	stock_give(&stock, block);	freed when there are enough; malloc's of that length are welcome too
 *	stock_put_back(&stock, block);	likewise, by who takes: the next to be taken, while it is in the cache
 *	stock_shed(&stock);		when it is quiet: the spare blocks are freed
 *	stock_finish(&stock);		when all were given back
 *
 * Owns     the spare blocks.
 * Thread   one. stock_give: any, without a lock.
 */
#pragma once

#include <stdatomic.h>
#include <stddef.h>

struct stock_block;

struct stock {
	size_t block_len, spare_max; /* of each kind below */
	struct stock_block *own;     /* put back */
	size_t own_count;
	struct stock_block *spare;                /* given, and found by the thread that takes */
	_Atomic(struct stock_block *) given_back; /* taken over all at once when `spare` is empty */
	_Atomic size_t spare_count;               /* of both */
};

void stock_init(struct stock *stock, size_t block_len, size_t spare_max);
void *stock_take(struct stock *stock);
void stock_put_back(struct stock *stock, void *block);
void stock_give(struct stock *stock, void *block);
void stock_shed(struct stock *stock);
void stock_finish(struct stock *stock); /* accepts zeroed memory */
