/*
 * sieve_walk: through a value with an automaton, or two (sieve_states.h).
 *
 * Thread   one scanner's.
 */
#pragma once

#include "rules/sieve_states.h"

/* An automaton on its way through a value. */
struct walk {
	struct sieve_states *states;
	uint32_t state;
	uint64_t *lanes; /* that end where a match may end; only if is_any */
	bool is_any;
	const uint64_t *wanted; /* NULL, or lanes: when all of them have ended, the way may end, too */
};

/* False without room for another state. */
bool walk_through(struct walk *walk, struct bytes value);
bool walk_both(struct walk *one, struct walk *two, struct bytes value);

/* Through a text in which a '0' is any digit: true when nothing ends in it, whichever digits these are. */
bool walk_is_clear(struct sieve_states *states, uint32_t state, struct bytes text);
