#include "sensor/behaviour/distinct.h"

#include <math.h>

#define BITS 512

static unsigned count_of(const struct distinct *distinct)
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
	return count_of(distinct);
}

unsigned distinct_add_text(struct distinct *distinct, struct bytes text)
{
	uint64_t hash = 1469598103934665603ull; /* FNV-1a */

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (uint8_t)text.data[i]) * 1099511628211ull;
	return distinct_add(distinct, hash);
}
