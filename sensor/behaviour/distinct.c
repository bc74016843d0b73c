#include "sensor/behaviour/distinct.h"

#include <math.h>

#define BITS 512

unsigned distinct_count(const struct distinct *distinct)
{
	unsigned set = 0;

	for (unsigned i = 0; i < BITS / 64; i++)
		set += (unsigned)__builtin_popcountll(distinct->bits[i]);
	if (set == BITS)
		set = BITS - 1;
	return (unsigned)(0.5 - BITS * log((BITS - set) / (double)BITS));
}

unsigned distinct_add(struct distinct *distinct, uint64_t hash)
{
	hash *= 0x9e3779b97f4a7c15ull; /* hashes of texts and of addresses alike */
	hash >>= 55;
	distinct->bits[hash / 64] |= 1ull << hash % 64;
	return distinct_count(distinct);
}
