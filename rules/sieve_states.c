#include "rules/sieve_states.h"

#include <stdlib.h>

#include "parsers/base/limits.h"

#define SLOT_COUNT (4 * LIMIT_SIEVE_STATES)

/* Members of all states. */
#define MEMBERS_MAX (64 * LIMIT_SIEVE_STATES)

#define PLACES_ALL_MAX 65535

/* -- the places ------------------------------------------------------------- */

bool states_init(struct sieve_states *states, size_t lane_count)
{
	*states = (struct sieve_states){.lane_words = (lane_count + 63) / 64};
	states->first_at = calloc(lane_count + 2, sizeof(*states->first_at));
	states->line = calloc(states->lane_words + 1, sizeof(*states->line));
	return states->first_at != NULL && states->line != NULL;
}

void states_finish(struct sieve_states *states)
{
	free(states->bytes);
	free(states->follow_at);
	free(states->follow);
	free(states->lane_of);
	free(states->first_at);
	free(states->first);
	free(states->last);
	free(states->line);
	free(states->rows);
	free(states->members_at);
	free(states->members);
	free(states->slots);
	free(states->ends);
	free(states->is_start);
	free(states->marks);
	*states = (struct sieve_states){0};
}

static bool grow(void **array, size_t count, size_t size)
{
	void *grown = realloc(*array, (count + 1) * size);

	if (grown == NULL)
		return false;
	*array = grown;
	return true;
}

static size_t count_places(const struct place_set *set)
{
	size_t count = 0;

	for (size_t i = 0; i < PLACES_MAX / 64; i++)
		count += (size_t)__builtin_popcountll(set->bits[i]);
	return count;
}

/* Room for the places of one more lane. */
static bool make_room(struct sieve_states *states, const struct places *places)
{
	size_t count = states->place_count + places->count, follow = states->follow_capacity;
	size_t first = states->first_capacity + count_places(&places->first);
	void *bytes = states->bytes, *lane_of = states->lane_of, *followers = states->follow;
	void *firsts = states->first, *follow_at = states->follow_at;
	bool is_grown;

	for (size_t i = 0; i < places->count; i++)
		follow += count_places(&places->follow[i]);
	is_grown = grow(&bytes, count, sizeof(*states->bytes));
	states->bytes = bytes;
	is_grown = is_grown && grow(&lane_of, count, sizeof(*states->lane_of));
	states->lane_of = lane_of;
	is_grown = is_grown && grow(&follow_at, count + 1, sizeof(*states->follow_at));
	states->follow_at = follow_at;
	is_grown = is_grown && grow(&followers, follow, sizeof(*states->follow));
	states->follow = followers;
	is_grown = is_grown && grow(&firsts, first, sizeof(*states->first));
	states->first = firsts;
	return is_grown;
}

/* Adds the members of a set to a list of numbers. */
static size_t list_places(const struct place_set *set, size_t base, uint16_t *list, size_t count)
{
	for (size_t i = 0; i < PLACES_MAX / 64; i++)
		for (uint64_t bits = set->bits[i]; bits != 0; bits &= bits - 1)
			list[count++] = (uint16_t)(base + i * 64 + (size_t)__builtin_ctzll(bits));
	return count;
}

static bool add_last(struct sieve_states *states, const struct places *places)
{
	size_t base = states->place_count, words = (base + places->count) / 64 + 1,
	       old = states->place_capacity;
	void *last = states->last;

	if (words > old) {
		if (!grow(&last, words, sizeof(*states->last)))
			return false;
		states->last = last;
		memset(states->last + old, 0, (words - old) * sizeof(*states->last));
		states->place_capacity = words;
	}
	for (size_t i = 0; i < places->count; i++)
		if (place_set_has(&places->last, i))
			states->last[(base + i) / 64] |= 1ull << (base + i) % 64;
	return true;
}

bool states_add(struct sieve_states *states, size_t lane, const struct places *places)
{
	size_t base = states->place_count;

	if (places != NULL) {
		if (base + places->count > PLACES_ALL_MAX || !make_room(states, places) ||
		    !add_last(states, places))
			return false;
		for (size_t i = 0; i < places->count; i++) {
			states->bytes[base + i] = places->bytes[i];
			states->lane_of[base + i] = (uint16_t)lane;
			states->follow_at[base + i] = (uint32_t)states->follow_capacity;
			states->follow_capacity = list_places(&places->follow[i], base, states->follow,
							      states->follow_capacity);
		}
		states->place_count += places->count;
		states->follow_at[states->place_count] = (uint32_t)states->follow_capacity;
		states->first_capacity =
			list_places(&places->first, base, states->first, states->first_capacity);
		if (places->is_line_start)
			states->line[lane / 64] |= 1ull << lane % 64;
	}
	states->first_at[lane + 1] = (uint32_t)states->first_capacity;
	return true;
}

/* -- the states ------------------------------------------------------------- */

/* Two bytes share a column when every place takes both or none. */
static void columns_make(struct sieve_states *states)
{
	states->column_count = 1;
	for (size_t i = 0; i < states->place_count; i++) {
		uint16_t split[256] = {0}; /* the new column of the bytes of a column that are in the set */
		uint16_t outside[256] = {0};

		for (unsigned byte = 0; byte < 256; byte++)
			if (!byte_set_has(&states->bytes[i], (unsigned char)byte))
				outside[states->columns[byte]] = 1;
		for (unsigned byte = 0; byte < 256; byte++) {
			uint8_t column = states->columns[byte];

			if (!byte_set_has(&states->bytes[i], (unsigned char)byte) || outside[column] == 0)
				continue;
			if (split[column] == 0)
				split[column] = (uint16_t)states->column_count++;
			states->columns[byte] = (uint8_t)split[column];
		}
	}
}

static void states_forget(struct sieve_states *states)
{
	memset(states->rows, 0, states->state_count * states->column_count * sizeof(*states->rows));
	memset(states->slots, 0, SLOT_COUNT * sizeof(*states->slots));
	for (size_t column = 0; column < states->column_count; column++)
		states->rows[STATE_DEAD * states->column_count + column] = STATE_DEAD;
	states->state_count = STATE_DEAD + 1;
	states->members_at[STATE_DEAD + 1] = 0;
	states->epoch++;
}

bool states_settle(struct sieve_states *states)
{
	columns_make(states);
	states->rows = calloc(LIMIT_SIEVE_STATES * states->column_count, sizeof(*states->rows));
	states->members_at = calloc(LIMIT_SIEVE_STATES + 2, sizeof(*states->members_at));
	states->members = calloc(MEMBERS_MAX + states->place_count + 1, sizeof(*states->members));
	states->slots = calloc(SLOT_COUNT, sizeof(*states->slots));
	states->is_start = calloc(LIMIT_SIEVE_STATES, sizeof(*states->is_start));
	states->ends = calloc(LIMIT_SIEVE_STATES * (states->lane_words + 1), sizeof(*states->ends));
	states->marks = calloc(states->place_count / 64 + 1, sizeof(*states->marks));
	if (states->rows == NULL || states->members_at == NULL || states->members == NULL ||
	    states->slots == NULL || states->ends == NULL || states->is_start == NULL ||
	    states->marks == NULL)
		return false;
	states_forget(states);
	return true;
}

static size_t slot_of(const uint16_t *members, size_t count, bool is_start)
{
	uint64_t hash = is_start ? 14695981039346656037ull : 1099511628211ull;

	for (size_t i = 0; i < count; i++)
		hash = (hash ^ members[i]) * 1099511628211ull;
	return (hash ^ hash >> 29) % SLOT_COUNT;
}

/* The lanes that end in a new state. */
static bool tell_ends(struct sieve_states *states, size_t number)
{
	uint64_t *ends = states->ends + number * states->lane_words;
	bool is_end = false;

	memset(ends, 0, states->lane_words * sizeof(*ends));
	for (uint32_t i = states->members_at[number];
	     !states->is_start[number] && i < states->members_at[number + 1]; i++) {
		uint16_t place = states->members[i], lane = states->lane_of[place];

		if ((states->last[place / 64] >> place % 64 & 1) == 0)
			continue;
		ends[lane / 64] |= 1ull << lane % 64;
		is_end = true;
	}
	return is_end;
}

static bool is_known(const struct sieve_states *states, size_t number, const uint16_t *members, size_t count,
		     bool is_start)
{
	uint32_t at = states->members_at[number];

	return states->is_start[number] == is_start && states->members_at[number + 1] - at == count &&
	       memcmp(states->members + at, members, count * sizeof(*members)) == 0;
}

/* The state with the members that stand behind those of the last one. */
static uint16_t state_of(struct sieve_states *states, size_t count, bool is_start)
{
	size_t number = states->state_count;
	uint32_t from = states->members_at[number];
	const uint16_t *members = states->members + from;
	size_t slot = slot_of(members, count, is_start);

	if (count == 0)
		return STATE_DEAD;
	for (; states->slots[slot] != 0; slot = (slot + 1) % SLOT_COUNT)
		if (is_known(states, states->slots[slot] & STATE_NUMBER, members, count, is_start))
			return states->slots[slot];
	states->members_at[number + 1] = from + (uint32_t)count;
	states->is_start[number] = is_start;
	states->state_count++;
	states->made++;
	states->slots[slot] = (uint16_t)(number | (tell_ends(states, number) ? STATE_ENDS : 0));
	return states->slots[slot];
}

static bool is_full(const struct sieve_states *states)
{
	return states->state_count + 1 >= LIMIT_SIEVE_STATES ||
	       states->members_at[states->state_count] > MEMBERS_MAX;
}

uint16_t states_start(struct sieve_states *states, const uint64_t *lanes, bool is_line)
{
	size_t count = 0;
	uint16_t *members;

	if (is_full(states))
		states_forget(states);
	members = states->members + states->members_at[states->state_count];
	for (size_t i = 0; i < states->lane_words; i++)
		for (uint64_t bits = lanes[i] & ~(is_line ? 0 : states->line[i]); bits != 0;
		     bits &= bits - 1) {
			size_t lane = i * 64 + (size_t)__builtin_ctzll(bits);

			for (uint32_t at = states->first_at[lane]; at < states->first_at[lane + 1]; at++)
				members[count++] = states->first[at];
		}
	return state_of(states, count, true);
}

static void mark(struct sieve_states *states, uint16_t place, unsigned char byte)
{
	if (byte_set_has(&states->bytes[place], byte))
		states->marks[place / 64] |= 1ull << place % 64;
}

/* The marked places, in order, behind the members of the last state. */
static size_t take_marks(struct sieve_states *states)
{
	uint16_t *members = states->members + states->members_at[states->state_count];
	size_t count = 0;

	for (size_t i = 0; i <= states->place_count / 64; i++) {
		for (uint64_t bits = states->marks[i]; bits != 0; bits &= bits - 1)
			members[count++] = (uint16_t)(i * 64 + (size_t)__builtin_ctzll(bits));
		states->marks[i] = 0;
	}
	return count;
}

static void mark_next(struct sieve_states *states, size_t number, bool is_start, unsigned char byte)
{
	for (uint32_t i = states->members_at[number]; i < states->members_at[number + 1]; i++) {
		uint16_t place = states->members[i];

		if (is_start) {
			mark(states, place, byte);
			continue;
		}
		for (uint32_t at = states->follow_at[place]; at < states->follow_at[place + 1]; at++)
			mark(states, states->follow[at], byte);
	}
}

uint16_t states_make(struct sieve_states *states, uint16_t state, unsigned char byte)
{
	size_t number = state & STATE_NUMBER;
	uint16_t next;

	if (is_full(states))
		return STATE_UNKNOWN;
	mark_next(states, number, states->is_start[number], byte);
	next = state_of(states, take_marks(states), false);
	states->rows[number * states->column_count + states->columns[byte]] = next;
	return next;
}

void states_alive(const struct sieve_states *states, uint16_t state, uint64_t *lanes)
{
	size_t number = state & STATE_NUMBER;

	for (uint32_t i = states->members_at[number]; i < states->members_at[number + 1]; i++) {
		uint16_t lane = states->lane_of[states->members[i]];

		lanes[lane / 64] |= 1ull << lane % 64;
	}
}
