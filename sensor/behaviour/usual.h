/*
 * usual: how much of something one window ever held, for telling what is far
 * above it. Fades by half in a week, and says nothing before a day has passed.
 *
 *	if (usual_is_exceeded(&usual, amount, time_ns))
 *		tell
 *	at the window's end: usual_learn(&usual, amount, time_ns);
 *
 * Owns     nothing; zeroed memory knows nothing yet.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "sensor/pack.h"

#define USUAL_LEARN_NS (24ull * 3600 * 1000000000ull)
#define USUAL_FACTOR   5.0

struct usual {
	uint64_t first_ns, last_ns;
	double most;
};

/* 0 where the clock went back: what is remembered may be younger than what is seen. */
static inline uint64_t usual_since(uint64_t from_ns, uint64_t time_ns)
{
	return time_ns > from_ns ? time_ns - from_ns : 0;
}

bool usual_is_learned(const struct usual *usual, uint64_t time_ns);
bool usual_is_exceeded(const struct usual *usual, uint64_t amount, uint64_t time_ns);

/* What was told is not learned: else the second time would be usual. */
void usual_learn(struct usual *usual, uint64_t amount, uint64_t time_ns);

/* As numbers, for the state that outlives the process. */
#define USUAL_NUMBERS(usual) (usual)->first_ns, (usual)->last_ns, pack_bits((usual)->most)
struct usual usual_of(const uint64_t numbers[3]);
