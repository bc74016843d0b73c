#include "rules/sieve_walk.h"

#include "rules/scan_edges.h"

static void add_ends(struct walk *walk)
{
	const uint64_t *ends = states_ends(walk->states, walk->state);

	for (size_t i = 0; i < walk->states->lane_words; i++)
		walk->lanes[i] = walk->is_any ? walk->lanes[i] | ends[i] : ends[i];
	walk->is_any = true;
}

/* A step that is more than the next state: to one not made yet, or where lanes may end. False without room.
 */
static bool step_on(struct walk *walk, uint32_t next, struct bytes value, size_t at)
{
	if (next == STATE_UNKNOWN)
		next = states_make(walk->states, walk->state, (unsigned char)value.data[at]);
	if (next == STATE_UNKNOWN)
		return false;
	if ((next & STATE_ENDS) != 0 && (walk->states->is_anywhere || edges_end(value, at)))
		add_ends(walk);
	walk->state = next & STATE_ROW;
	return true;
}

static bool has_all(const struct walk *walk)
{
	uint64_t missing = 0;

	if (walk->wanted == NULL || !walk->is_any)
		return false;
	for (size_t i = 0; i < walk->states->lane_words; i++)
		missing |= walk->wanted[i] & ~walk->lanes[i];
	return missing == 0;
}

static void stop(struct walk *walk, uint32_t state)
{
	walk->state = state;
	if (states_has_ends(walk->states, state))
		add_ends(walk);
}

bool walk_through(struct walk *walk, struct bytes value)
{
	const uint32_t *rows = walk->states->rows;
	const uint8_t *columns = walk->states->columns;
	size_t state = walk->state;

	for (const char *at = value.data, *end = at + value.len; at < end; at++) {
		size_t next = states_step(rows, columns, state, (unsigned char)*at);

		if (!state_is_plain((uint32_t)next)) {
			walk->state = (uint32_t)state;
			if (!step_on(walk, (uint32_t)next, value, (size_t)(at - value.data)))
				return false;
			if (has_all(walk))
				return true;
			next = walk->state;
		}
		state = next;
	}
	stop(walk, (uint32_t)state);
	return true;
}

/* Side by side: each waits for its tables, and not for the other's. */
bool walk_both(struct walk *one, struct walk *two, struct bytes value)
{
	const uint32_t *rows_one = one->states->rows, *rows_two = two->states->rows;
	const uint8_t *columns_one = one->states->columns, *columns_two = two->states->columns;
	size_t state_one = one->state, state_two = two->state;

	for (const char *at = value.data, *end = at + value.len; at < end; at++) {
		size_t next_one = states_step(rows_one, columns_one, state_one, (unsigned char)*at);
		size_t next_two = states_step(rows_two, columns_two, state_two, (unsigned char)*at);

		if (!state_is_plain((uint32_t)(next_one | next_two))) {
			one->state = (uint32_t)state_one;
			two->state = (uint32_t)state_two;
			if (!step_on(one, (uint32_t)next_one, value, (size_t)(at - value.data)) ||
			    !step_on(two, (uint32_t)next_two, value, (size_t)(at - value.data)))
				return false;
			next_one = one->state;
			next_two = two->state;
		}
		state_one = next_one;
		state_two = next_two;
	}
	stop(one, (uint32_t)state_one);
	stop(two, (uint32_t)state_two);
	return true;
}

bool walk_is_clear(struct sieve_states *states, uint32_t state, struct bytes text)
{
	for (size_t at = 0; at < text.len; at++) {
		unsigned symbol = text.data[at] == '0' ? SYMBOL_DIGIT : (unsigned char)text.data[at];
		uint32_t next = (uint32_t)states_step(states->rows, states->columns, state, symbol);

		if (next == STATE_UNKNOWN)
			next = states_make(states, state, symbol);
		if (next == STATE_UNKNOWN ||
		    ((next & STATE_ENDS) != 0 && (states->is_anywhere || edges_end(text, at))))
			return false;
		state = next & STATE_ROW;
	}
	return !states_has_ends(states, state);
}
