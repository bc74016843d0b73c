/*
 * chance: the seeded dice of the generator. The same seed always throws the same.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

/* splitmix64 */
static inline uint64_t chance_next(struct chance *chance)
{
	uint64_t x = chance->state += 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	x = (x ^ x >> 27) * 0x94d049bb133111ebu;
	return x ^ x >> 31;
}

static inline uint64_t chance_below(struct chance *chance, uint64_t end)
{
	return chance_next(chance) % end;
}

static inline uint64_t chance_from(struct chance *chance, uint64_t low, uint64_t high)
{
	return low + chance_below(chance, high - low + 1);
}

static inline bool chance_one_in(struct chance *chance, uint64_t n)
{
	return chance_below(chance, n) == 0;
}
