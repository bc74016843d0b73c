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

#define USUAL_LEARN_NS (24ull * 3600 * 1000000000ull)
#define USUAL_FACTOR   5.0

struct usual {
	uint64_t first_ns, last_ns;
	double most;
};

bool usual_is_learned(const struct usual *usual, uint64_t time_ns);
bool usual_is_exceeded(const struct usual *usual, uint64_t amount, uint64_t time_ns);

/* What was told is not learned: else the second time would be usual. */
void usual_learn(struct usual *usual, uint64_t amount, uint64_t time_ns);
