/*
 * sieve_states: the places of many patterns as one automaton, whose states are
 * made when a text first needs them. A lane is one pattern; a state knows the
 * lanes that end in it.
 *
 *	state = states_start(states, lanes, true);
 *	while (state != STATE_DEAD) { state = states_next(states, state, byte); ... }
 *
 * Owns     all states. When there is no room for more, states_start forgets all: their numbers are good
 *          as long as `epoch` stays the same.
 * Thread   one scanner's.
 */
#pragma once

#include "parsers/base/status.h"
#include "rules/places.h"

/* A number of a state; the bit says that lanes end there. */
#define STATE_UNKNOWN 0
#define STATE_DEAD    1
#define STATE_ENDS    0x8000
#define STATE_NUMBER  0x7FFF

struct sieve_states {
	size_t lane_words; /* of 64 lanes each, in a set of lanes */

	/* the places of all lanes */
	struct byte_set *bytes;
	uint32_t *follow_at; /* of each place: where its followers stand in `follow`; one more for the end */
	uint16_t *follow, *lane_of;
	uint32_t *first_at; /* of each lane, in `first` */
	uint16_t *first;
	uint64_t *last; /* bit set of places */
	uint64_t *line; /* bit set of lanes that begin where a line does */
	size_t place_count, place_capacity, follow_capacity, first_capacity;

	/* the states */
	uint8_t columns[256];
	size_t column_count;
	uint16_t *rows;       /* of column_count each */
	uint32_t *members_at; /* of each state; one more for the end */
	uint16_t *members;    /* places just passed; of a start, places that may come */
	bool *is_start;
	uint16_t *slots; /* states by the hash of their members */
	uint64_t *ends;  /* of each state: lanes */
	uint64_t *marks; /* scratch: bit set of places */
	size_t state_count;
	unsigned epoch;
	size_t made; /* states ever made: what they cost is for the user to limit */
};

/* Lanes are added in their order, NULL for one that has no places; then states_settle once. False without
 * memory or past 65,535 places. */
MUST_CHECK bool states_init(struct sieve_states *states, size_t lane_count);
MUST_CHECK bool states_add(struct sieve_states *states, size_t lane, const struct places *places);
MUST_CHECK bool states_settle(struct sieve_states *states);
void states_finish(struct sieve_states *states);

/* Where matches of the lanes begin; those that begin at a line only if this is one. */
uint16_t states_start(struct sieve_states *states, const uint64_t *lanes, bool is_line);

/* For states_next: STATE_UNKNOWN when there is no room for a new one. */
uint16_t states_make(struct sieve_states *states, uint16_t state, unsigned char byte);

static inline uint16_t states_next(struct sieve_states *states, uint16_t state, unsigned char byte)
{
	uint16_t next = states->rows[(state & STATE_NUMBER) * states->column_count + states->columns[byte]];

	return next != STATE_UNKNOWN ? next : states_make(states, state, byte);
}

static inline const uint64_t *states_ends(const struct sieve_states *states, uint16_t state)
{
	return states->ends + (state & STATE_NUMBER) * states->lane_words;
}

/* Adds the lanes that a longer text could still end. */
void states_alive(const struct sieve_states *states, uint16_t state, uint64_t *lanes);
