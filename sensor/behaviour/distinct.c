#include "sensor/behaviour/distinct.h"

#include <math.h>

#define BITS 512

static uint32_t count_of(uint32_t set)
{
	if (set == BITS)
		set = BITS - 1;
	return (uint32_t)(0.5 - BITS * log((BITS - set) / (double)BITS));
}

unsigned distinct_add(struct distinct *distinct, uint64_t hash)
{
	uint64_t place, bit;

	hash *= 0x9e3779b97f4a7c15ull; /* hashes of texts and of addresses alike */
	place = hash >> 55;
	bit = 1ull << place % 64;
	if ((distinct->bits[place / 64] & bit) == 0) {
		distinct->bits[place / 64] |= bit;
		distinct->count = count_of(++distinct->set);
	}
	return distinct->count;
}

unsigned distinct_add_text(struct distinct *distinct, struct bytes text)
{
	uint64_t hash = 1469598103934665603ull; /* FNV-1a */

	for (size_t i = 0; i < text.len; i++)
		hash = (hash ^ (uint8_t)text.data[i]) * 1099511628211ull;
	return distinct_add(distinct, hash);
}
