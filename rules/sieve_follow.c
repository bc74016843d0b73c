#include "rules/sieve_follow.h"

#include "rules/scan_edges.h"

static void add_end(const struct follow_plan *plan, struct bytes value, size_t to, struct sieve_ends *ends)
{
	if (plan->is_line_end && to < value.len && value.data[to] != '\n')
		return;
	if (edges_end(value, to))
		ends->bits[to / 64] |= 1ull << to % 64;
}

/* The ends of the matches that begin at `from`. */
static bool follow(const struct follow_plan *plan, struct bytes value, size_t from,
		   struct sieve_ends *out_ends)
{
	struct sieve_states *states = plan->states;
	const uint8_t *columns = states->columns;
	const uint32_t *rows = states->rows;
	size_t state = plan->begin;

	*out_ends = (struct sieve_ends){.from = (uint16_t)from};
	for (size_t at = from; at < value.len; at++) {
		unsigned char byte = (unsigned char)value.data[at];
		size_t next = states_step(rows, columns, state, byte);

		if (!state_is_plain((uint32_t)next)) {
			if (next == STATE_UNKNOWN)
				next = states_make(states, (uint32_t)state, byte);
			if (next == STATE_UNKNOWN)
				return false;
			if (!state_is_plain((uint32_t)next))
				add_end(plan, value, at, out_ends);
			next &= STATE_ROW;
		}
		if (next == STATE_DEAD)
			return true;
		state = next;
	}
	if (states_has_ends(states, (uint32_t)state))
		add_end(plan, value, value.len, out_ends);
	return true;
}

/* No match begins with such a byte. */
static bool is_in_vain(const struct follow_plan *plan, char byte)
{
	const struct sieve_states *states = plan->states;

	return states->rows[plan->begin + states->columns[(unsigned char)byte]] == STATE_DEAD;
}

/* Where a match may begin, from there on; the length of the value: nowhere. */
static size_t next_start(const struct follow_plan *plan, struct bytes value, size_t from)
{
	size_t at = from;

	if (plan->is_line_start && from > 0) {
		at = bytes_find_byte(bytes_from(value, from - 1), '\n');
		return at == BYTES_NOT_FOUND ? value.len : from + at;
	}
	while (at < value.len && !edges_begin(value, at))
		at++;
	return at;
}

bool follow_all(const struct follow_plan *plan, struct bytes value, struct sieve_ends *out_list,
		size_t *out_count)
{
	size_t starts = 0, count = 0;

	for (size_t from = 0; (from = next_start(plan, value, from)) < value.len; from++) {
		if (starts == SIEVE_FOLLOW_MAX)
			return false;
		starts++;
		if (is_in_vain(plan, value.data[from]))
			continue;
		if (!follow(plan, value, from, &out_list[count++]))
			return false;
	}
	*out_count = count;
	return true;
}
