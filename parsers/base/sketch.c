#include "parsers/base/sketch.h"

#include <math.h>
#include <xxhash.h>

#define INDEX_BITS 9
#define RANK_MAX   54 /* higher ones come once in 2^54 values, and all of them must fit into 64 bits */

_Static_assert(SKETCH_REGISTERS == 1 << INDEX_BITS, "an index is that many bits of a hash");

uint64_t sketch_hash(struct bytes value, uint64_t key)
{
	return XXH3_64bits_withSeed(value.data == NULL ? "" : value.data, value.len, key);
}

bool sketch_add(struct sketch *sketch, uint64_t hash)
{
	uint8_t *at = &sketch->registers[hash >> (64 - INDEX_BITS)];
	/* The last bit ends what would have no end. */
	uint64_t rest = hash << INDEX_BITS | 1ull << (INDEX_BITS - 1);
	uint8_t rank = (uint8_t)(__builtin_clzll(rest) + 1);

	if (rank <= *at)
		return false;
	*at = rank;
	return true;
}

void sketch_merge(struct sketch *sketch, const struct sketch *other)
{
	for (unsigned i = 0; i < SKETCH_REGISTERS; i++)
		if (other->registers[i] > sketch->registers[i])
			sketch->registers[i] = other->registers[i];
}

uint64_t sketch_count(const struct sketch *sketch)
{
	const double m = SKETCH_REGISTERS;
	double estimate;
	uint64_t sum = 0; /* of 2^-register, times 2^RANK_MAX: this runs for each exchange */
	unsigned empty = 0;

	for (unsigned i = 0; i < SKETCH_REGISTERS; i++) {
		uint8_t rank = sketch->registers[i];

		sum += 1ull << (RANK_MAX - (rank < RANK_MAX ? rank : RANK_MAX));
		empty += sketch->registers[i] == 0;
	}
	estimate = 0.7213 / (1 + 1.079 / m) * m * m / ldexp((double)sum, -RANK_MAX);
	if (estimate <= 2.5 * m && empty > 0)
		estimate = m * log(m / empty);
	return (uint64_t)(estimate + 0.5);
}
