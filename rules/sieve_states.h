/*
 * sieve_states: the places of many patterns as one automaton that goes through
 * a text once, beginning a match wherever one may begin (scan_edges.h). Its
 * states are made when a text first needs them. A lane is one pattern; a state
 * knows the lanes whose match may be over. A step says so where what follows
 * lets a match end before it: most of what looks like a match goes on instead.
 *
 *	state = states_begin(states, lanes);
 *	for (each byte) {
 *		next = states->rows[state + states->columns[byte]];
 *		if (next == STATE_UNKNOWN)
 *			next = states_make(states, state, byte);
 *		if ((next & STATE_ENDS) != 0)
 *			the lanes of states_ends(states, state) may end before the byte
 *		state = next & STATE_ROW;
 *	}
 *	the lanes of states_ends(states, state) may end with the text
 *
 * Owns     all states. When there is no room for more, states_begin forgets all: a state is good as long as
 *          `epoch` stays the same.
 * Thread   one scanner's.
 */
#pragma once

#include "parsers/base/status.h"
#include "rules/places.h"

/* A state is where its row begins; in a row, the bit says that lanes of the state left may end. What is
 * unknown has it, too: one look tells what needs a second. Row 0 is the state where, whatever follows, no
 * lanes will end. */
#define STATE_UNKNOWN 0xFFFFFFFF
#define STATE_ENDS    0x80000000
#define STATE_ROW     0x7FFFFFFF

/* A symbol is a byte, or any digit: what one of the ten may lead to. */
#define SYMBOL_DIGIT 256
#define SYMBOL_COUNT 257
#define STATE_DEAD   0

/* What stands before the next byte, as far as it decides whether a match may begin. */
enum state_before {
	BEFORE_LINE, /* nothing, or a line feed */
	BEFORE_LETTER,
	BEFORE_DIGIT,
	BEFORE_SEPARATOR, /* a '.' or '-' behind a digit: no number begins there */
	BEFORE_OTHER,
	BEFORE_ONCE,  /* nothing, where a match begins at the first byte only, */
	BEFORE_NEVER, /* and what comes after it */
};

struct sieve_states {
	size_t lane_words; /* of 64 lanes each, in a set of lanes */
	bool is_anywhere;  /* matches begin and end anywhere, not at edges alone */

	/* the places of all lanes */
	struct byte_set *bytes;
	uint32_t *follow_at; /* of each place: where its followers stand in `follow`; one more for the end */
	uint16_t *follow, *lane_of;
	uint16_t *first; /* places where a match begins */
	uint64_t *last;  /* bit sets of places: where one ends, */
	uint64_t *line;  /* and where one begins that begins with a line only */
	size_t place_count, set_words, follow_count, first_count;

	/* the states */
	uint8_t columns[SYMBOL_COUNT];
	size_t symbol_count; /* SYMBOL_DIGIT has no column of its own where the bytes need them all */
	size_t column_count;
	unsigned row_shift;    /* a row has 1 << row_shift columns, some unused */
	uint32_t *begin_at;    /* of each column: its places in `begin`; one more for the end */
	uint16_t *begin;       /* places of `first` that take the column's bytes */
	uint32_t *rows;        /* of each state: the next */
	uint32_t *members_at;  /* of each state; one more for the end */
	uint16_t *members;     /* places just passed */
	uint8_t *before;       /* of each state: enum state_before, */
	uint8_t *begun;        /* the number of the lanes that it was begun with, */
	uint8_t *has_ends;     /* and whether it has any below */
	uint64_t *begun_lanes; /* of each such number */
	size_t begun_count;
	uint16_t *begun_slots; /* numbers, from 1, by the hash of the lanes */
	uint32_t *slots;       /* states by the hash of their members */
	uint64_t *ends;        /* of each state: lanes */
	uint64_t *marks;       /* scratch: bit set of places, */
	uint64_t *marked;      /* and of the words in it that are not 0 */
	size_t state_count;
	bool is_full;
	size_t made; /* states ever made: what they cost is for the user to limit */
	unsigned epoch;
};

/* Where texts begin that are looked at for such lanes. */
struct begin {
	const uint64_t *lanes;
	uint32_t state;
	unsigned epoch; /* of the automaton; 0: not begun */
};

/* Lanes are added, then states_settle once. False without memory or past 65,535 places. */
MUST_CHECK bool states_init(struct sieve_states *states, size_t lane_count, bool is_anywhere);
MUST_CHECK bool states_add(struct sieve_states *states, size_t lane, const struct places *places);
MUST_CHECK bool states_settle(struct sieve_states *states);
void states_finish(struct sieve_states *states);

/* Before the first byte of a text, where these lanes are looked for: BEFORE_LINE, or BEFORE_ONCE. */
uint32_t states_begin(struct sieve_states *states, const uint64_t *lanes, enum state_before before);

/* What the row of a state does not say yet: STATE_UNKNOWN when there is no room for a new one. */
uint32_t states_make(struct sieve_states *states, uint32_t state, unsigned symbol);

static inline bool states_is_full(const struct sieve_states *states)
{
	return states->is_full;
}

static inline size_t state_number(const struct sieve_states *states, uint32_t state)
{
	return state >> states->row_shift;
}

/* What the row of a state says. A step waits for the one before it, so the column is found first: it waits
 * for nothing. States that are stepped through are as wide as an address: they become one. */
static inline size_t states_step(const uint32_t *rows, const uint8_t *columns, size_t state, unsigned symbol)
{
	const uint32_t *column = rows + columns[symbol];

	__asm__("" : "+r"(column)); /* else the compiler adds it to the state first */
	return column[state];
}

/* Known, and no lanes end before the byte. */
static inline bool state_is_plain(uint32_t state)
{
	return (state & STATE_ENDS) == 0;
}

static inline bool states_has_ends(const struct sieve_states *states, uint32_t state)
{
	return states->has_ends[state_number(states, state)] != 0;
}

static inline const uint64_t *states_ends(const struct sieve_states *states, uint32_t state)
{
	return states->ends + state_number(states, state) * states->lane_words;
}
