#define XXH_INLINE_ALL /* keys are short: the call would cost as much as the hash */

#include "parsers/base/sketch.h"

#include <math.h>
#include <xxhash.h>

#define INDEX_BITS 9
#define RANK_MAX   54 /* higher ones come once in 2^54 values, and the sum of all must fit into 64 bits */

_Static_assert(SKETCH_REGISTERS == 1 << INDEX_BITS, "an index is that many bits of a hash");

uint64_t sketch_hash(struct bytes value, uint64_t key)
{
	return XXH3_64bits_withSeed(value.data == NULL ? "" : value.data, value.len, key);
}

/* 2^-rank, times 2^RANK_MAX. */
static uint64_t share_of(uint8_t rank)
{
	return 1ull << (RANK_MAX - (rank < RANK_MAX ? rank : RANK_MAX));
}

bool sketch_raise(struct sketch *sketch, size_t index, uint8_t rank)
{
	uint8_t *at = &sketch->registers[index];

	if (rank <= *at)
		return false;
	sketch->fallen += share_of(*at) - share_of(rank);
	sketch->used += *at == 0;
	*at = rank;
	return true;
}

bool sketch_add(struct sketch *sketch, uint64_t hash)
{
	/* The last bit ends what would have no end. */
	uint64_t rest = hash << INDEX_BITS | 1ull << (INDEX_BITS - 1);

	return sketch_raise(sketch, hash >> (64 - INDEX_BITS), (uint8_t)(__builtin_clzll(rest) + 1));
}

void sketch_merge(struct sketch *sketch, const struct sketch *other)
{
	for (size_t i = 0; i < SKETCH_REGISTERS; i++)
		sketch_raise(sketch, i, other->registers[i]);
}

uint64_t sketch_count(const struct sketch *sketch)
{
	const double m = SKETCH_REGISTERS;
	uint64_t empty = SKETCH_REGISTERS - sketch->used;
	uint64_t sum = SKETCH_REGISTERS * share_of(0) - sketch->fallen;
	double estimate = 0.7213 / (1 + 1.079 / m) * m * m / ldexp((double)sum, -RANK_MAX);

	if (estimate <= 2.5 * m && empty > 0)
		estimate = m * log(m / (double)empty);
	return (uint64_t)(estimate + 0.5);
}
