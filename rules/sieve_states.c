#include "rules/sieve_states.h"

#include <stdlib.h>

#include "parsers/base/limits.h"

#define SLOT_COUNT (4 * LIMIT_SIEVE_STATES)

/* Members of all states. */
#define MEMBERS_MAX (64 * LIMIT_SIEVE_STATES)

#define PLACES_ALL_MAX 65535

/* Row 0 is STATE_DEAD: what follows is itself. */
#define STATE_FIRST 1

/* Sets of lanes that texts are begun with. */
#define BEGUN_MAX        255
#define BEGUN_SLOT_COUNT 1024

/* -- the places ------------------------------------------------------------- */

bool states_init(struct sieve_states *states, size_t lane_count, bool is_anywhere)
{
	*states = (struct sieve_states){.lane_words = (lane_count + 63) / 64, .is_anywhere = is_anywhere};
	states->follow_at = calloc(1, sizeof(*states->follow_at));
	return states->follow_at != NULL;
}

void states_finish(struct sieve_states *states)
{
	free(states->bytes);
	free(states->follow_at);
	free(states->follow);
	free(states->lane_of);
	free(states->first);
	free(states->last);
	free(states->line);
	free(states->begin_at);
	free(states->begin);
	free(states->rows);
	free(states->members_at);
	free(states->members);
	free(states->before);
	free(states->begun);
	free(states->has_ends);
	free(states->begun_lanes);
	free(states->begun_slots);
	free(states->slots);
	free(states->ends);
	free(states->marks);
	free(states->marked);
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

/* A bit set of places, grown to `words`. */
static bool grow_set(uint64_t **set, size_t old_words, size_t words)
{
	void *bits = *set;

	if (!grow(&bits, words, sizeof(**set)))
		return false;
	*set = bits;
	memset(*set + old_words, 0, (words - old_words + 1) * sizeof(**set));
	return true;
}

/* Room for the places of one more lane. */
static bool make_room(struct sieve_states *states, const struct places *places)
{
	size_t count = states->place_count + places->count, follow = states->follow_count;
	size_t first = states->first_count + count_places(&places->first), words = count / 64 + 1;
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
	is_grown = is_grown && grow_set(&states->last, states->set_words, words) &&
		   grow_set(&states->line, states->set_words, words);
	if (is_grown)
		states->set_words = words;
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

static void add(uint64_t *set, size_t index)
{
	set[index / 64] |= 1ull << index % 64;
}

static bool has(const uint64_t *set, size_t index)
{
	return (set[index / 64] >> index % 64 & 1) != 0;
}

bool states_add(struct sieve_states *states, size_t lane, const struct places *places)
{
	size_t base = states->place_count;

	if (base + places->count > PLACES_ALL_MAX || !make_room(states, places))
		return false;
	for (size_t i = 0; i < places->count; i++) {
		states->bytes[base + i] = places->bytes[i];
		states->lane_of[base + i] = (uint16_t)lane;
		states->follow_at[base + i] = (uint32_t)states->follow_count;
		states->follow_count =
			list_places(&places->follow[i], base, states->follow, states->follow_count);
		if (place_set_has(&places->last, i))
			add(states->last, base + i);
		if (places->is_line_start)
			add(states->line, base + i);
	}
	states->place_count += places->count;
	states->follow_at[states->place_count] = (uint32_t)states->follow_count;
	states->first_count = list_places(&places->first, base, states->first, states->first_count);
	return true;
}

/* -- columns ---------------------------------------------------------------- */

/* Bytes of a column that are in the set, beside others that are not, get a column of their own. `sizes`: how
 * many bytes each column has. Most sets are one letter: what is not in them is not looked at. */
static void columns_split(struct sieve_states *states, const struct byte_set *set, uint16_t *sizes)
{
	uint16_t inside[256] = {0}, split[256] = {0};

	for (unsigned byte = byte_set_next(set, 0); byte < 256; byte = byte_set_next(set, byte + 1))
		inside[states->columns[byte]]++;
	for (unsigned byte = byte_set_next(set, 0); byte < 256; byte = byte_set_next(set, byte + 1)) {
		uint8_t column = states->columns[byte];

		if (inside[column] == sizes[column])
			continue;
		if (split[column] == 0)
			split[column] = (uint16_t)states->column_count++;
		states->columns[byte] = (uint8_t)split[column];
	}
	for (unsigned column = 0; column < 256; column++)
		if (split[column] != 0) {
			sizes[column] -= inside[column];
			sizes[split[column]] = inside[column];
		}
}

/* What enum state_before tells apart. */
static void columns_split_before(struct sieve_states *states, uint16_t *sizes)
{
	struct byte_set digits = {0}, letters = {0}, separators = {0}, line = {0};

	byte_set_add(&digits, '0', '9');
	byte_set_add(&letters, 'A', 'Z');
	byte_set_add(&letters, 'a', 'z');
	byte_set_add(&separators, '-', '.');
	byte_set_add(&line, '\n', '\n');
	columns_split(states, &digits, sizes);
	columns_split(states, &letters, sizes);
	columns_split(states, &separators, sizes);
	columns_split(states, &line, sizes);
}

/* Texts are of few bytes mostly: their columns stand side by side, so that few lines of the cache hold them.
 */
static void columns_sort(struct sieve_states *states)
{
	static const char usual[] = " abcdefghijklmnopqrstuvwxyz.-0123456789";
	const unsigned usual_count = sizeof(usual) - 1;
	unsigned numbers[256] = {0}, count = 0; /* of each column, counted from 1 */

	for (unsigned i = 0; i < usual_count + 256; i++) {
		unsigned byte = i < usual_count ? (unsigned char)usual[i] : i - usual_count;

		if (numbers[states->columns[byte]] == 0)
			numbers[states->columns[byte]] = ++count;
	}
	for (unsigned byte = 0; byte < 256; byte++)
		states->columns[byte] = (uint8_t)(numbers[states->columns[byte]] - 1);
}

/* Most places share few sets of bytes: those looked at last are not looked at again. */
#define SETS_SEEN 256

/* Two bytes share a column when every place takes both or none. */
static void columns_make(struct sieve_states *states)
{
	struct byte_set seen[SETS_SEEN] = {0};
	uint16_t sizes[256] = {256};

	states->column_count = 1;
	if (!states->is_anywhere)
		columns_split_before(states, sizes);
	for (size_t i = 0; i < states->place_count; i++) {
		const struct byte_set *set = &states->bytes[i];
		uint64_t hash = (set->bits[0] * 3 + set->bits[1] * 5 + set->bits[2] * 7 + set->bits[3]) *
				0x9E3779B97F4A7C15ull;
		struct byte_set *last = &seen[(hash >> 32) % SETS_SEEN];

		if (memcmp(last, set, sizeof(*set)) == 0)
			continue;
		*last = *set;
		columns_split(states, set, sizes);
	}
	columns_sort(states);
	states->symbol_count = states->column_count <= UINT8_MAX ? SYMBOL_COUNT : SYMBOL_DIGIT;
	if (states->symbol_count == SYMBOL_COUNT)
		states->columns[SYMBOL_DIGIT] = (uint8_t)states->column_count++;
	while (1ull << states->row_shift < states->column_count)
		states->row_shift++;
}

static bool takes(const struct byte_set *set, unsigned symbol)
{
	const uint64_t digits = 0x3FFull << '0';

	return symbol == SYMBOL_DIGIT ? (set->bits[0] & digits) != 0
				      : byte_set_has(set, (unsigned char)symbol);
}

/* For each column the places that a match may begin at. */
static bool begin_make(struct sieve_states *states)
{
	unsigned symbol_of[SYMBOL_COUNT];
	uint32_t count = 0;

	states->begin_at = calloc(states->column_count + 1, sizeof(*states->begin_at));
	states->begin = calloc(states->first_count * states->column_count + 1, sizeof(*states->begin));
	if (states->begin_at == NULL || states->begin == NULL)
		return false;
	for (unsigned symbol = 0; symbol < states->symbol_count; symbol++)
		symbol_of[states->columns[symbol]] = symbol;
	for (size_t column = 0; column < states->column_count; column++) {
		for (size_t i = 0; i < states->first_count; i++)
			if (takes(&states->bytes[states->first[i]], symbol_of[column]))
				states->begin[count++] = states->first[i];
		states->begin_at[column + 1] = count;
	}
	return true;
}

/* -- the states ------------------------------------------------------------- */

static void states_forget(struct sieve_states *states)
{
	memset(states->slots, 0, SLOT_COUNT * sizeof(*states->slots));
	memset(states->begun_slots, 0, BEGUN_SLOT_COUNT * sizeof(*states->begun_slots));
	states->state_count = STATE_FIRST;
	states->members_at[STATE_FIRST] = 0;
	states->begun_count = 0;
	states->is_full = false;
	states->epoch++;
}

bool states_settle(struct sieve_states *states)
{
	columns_make(states);
	states->rows = calloc((size_t)LIMIT_SIEVE_STATES << states->row_shift, sizeof(*states->rows));
	states->members_at = calloc(LIMIT_SIEVE_STATES + 2, sizeof(*states->members_at));
	states->members = calloc(MEMBERS_MAX + states->place_count + 1, sizeof(*states->members));
	states->before = calloc(LIMIT_SIEVE_STATES, sizeof(*states->before));
	states->begun = calloc(LIMIT_SIEVE_STATES, sizeof(*states->begun));
	states->has_ends = calloc(LIMIT_SIEVE_STATES, sizeof(*states->has_ends));
	states->begun_lanes = calloc(BEGUN_MAX * (states->lane_words + 1), sizeof(*states->begun_lanes));
	states->begun_slots = calloc(BEGUN_SLOT_COUNT, sizeof(*states->begun_slots));
	states->slots = calloc(SLOT_COUNT, sizeof(*states->slots));
	states->ends = calloc(LIMIT_SIEVE_STATES * (states->lane_words + 1), sizeof(*states->ends));
	states->marks = calloc(states->place_count / 64 + 1, sizeof(*states->marks));
	states->marked = calloc(states->place_count / 64 / 64 + 1, sizeof(*states->marked));
	if (states->rows == NULL || states->members_at == NULL || states->members == NULL ||
	    states->before == NULL || states->begun == NULL || states->has_ends == NULL ||
	    states->begun_lanes == NULL || states->begun_slots == NULL || states->slots == NULL ||
	    states->ends == NULL || states->marks == NULL || states->marked == NULL || !begin_make(states))
		return false;
	states_forget(states);
	return true;
}

/* What makes a state, beside its members. */
struct kind {
	uint8_t begun, before;
};

static size_t slot_of(const uint16_t *members, size_t count, struct kind kind)
{
	uint64_t hash = 14695981039346656037ull + kind.before + ((uint64_t)kind.begun << 8);

	for (size_t i = 0; i < count; i++)
		hash = (hash ^ members[i]) * 1099511628211ull;
	return (hash ^ hash >> 29) % SLOT_COUNT;
}

/* The lanes that may end in a new state. */
static bool tell_ends(struct sieve_states *states, size_t number)
{
	uint64_t *ends = states->ends + number * states->lane_words;
	bool is_end = false;

	memset(ends, 0, states->lane_words * sizeof(*ends));
	for (uint32_t i = states->members_at[number]; i < states->members_at[number + 1]; i++) {
		uint16_t place = states->members[i];

		if (!has(states->last, place))
			continue;
		add(ends, states->lane_of[place]);
		is_end = true;
	}
	return is_end;
}

static bool is_known(const struct sieve_states *states, size_t number, const uint16_t *members, size_t count,
		     struct kind kind)
{
	uint32_t at = states->members_at[number];

	return states->begun[number] == kind.begun && states->before[number] == kind.before &&
	       states->members_at[number + 1] - at == count &&
	       memcmp(states->members + at, members, count * sizeof(*members)) == 0;
}

/* The state with the members that stand behind those of the last one. */
static uint32_t state_of(struct sieve_states *states, size_t count, struct kind kind)
{
	size_t number = states->state_count;
	uint32_t from = states->members_at[number];
	const uint16_t *members = states->members + from;
	size_t slot = slot_of(members, count, kind);

	for (; states->slots[slot] != 0; slot = (slot + 1) % SLOT_COUNT)
		if (is_known(states, state_number(states, states->slots[slot]), members, count, kind))
			return states->slots[slot];
	states->members_at[number + 1] = from + (uint32_t)count;
	states->begun[number] = kind.begun;
	states->before[number] = kind.before;
	states->state_count++;
	states->made++;
	states->is_full = states->state_count + 1 >= LIMIT_SIEVE_STATES ||
			  states->members_at[states->state_count] > MEMBERS_MAX;
	states->has_ends[number] = tell_ends(states, number);
	memset(states->rows + (number << states->row_shift), 0xFF,
	       sizeof(*states->rows) << states->row_shift);
	states->slots[slot] = (uint32_t)(number << states->row_shift);
	return states->slots[slot];
}

static size_t begun_slot_of(const struct sieve_states *states, const uint64_t *lanes)
{
	uint64_t hash = 0;
	size_t slot, size = states->lane_words * sizeof(*lanes);

	for (size_t i = 0; i < states->lane_words; i++) {
		hash = (hash ^ lanes[i]) * 0x9E3779B97F4A7C15ull;
		hash ^= hash >> 32;
	}
	slot = hash % BEGUN_SLOT_COUNT;
	while (states->begun_slots[slot] != 0 &&
	       memcmp(states->begun_lanes + (states->begun_slots[slot] - 1u) * states->lane_words, lanes,
		      size) != 0)
		slot = (slot + 1) % BEGUN_SLOT_COUNT;
	return slot;
}

uint32_t states_begin(struct sieve_states *states, const uint64_t *lanes, enum state_before before)
{
	size_t slot = begun_slot_of(states, lanes);

	if (states_is_full(states) || (states->begun_slots[slot] == 0 && states->begun_count == BEGUN_MAX)) {
		states_forget(states);
		slot = begun_slot_of(states, lanes);
	}
	if (states->begun_slots[slot] == 0) {
		memcpy(states->begun_lanes + states->begun_count * states->lane_words, lanes,
		       states->lane_words * sizeof(*lanes));
		states->begun_slots[slot] = (uint16_t)++states->begun_count;
	}
	return state_of(states, 0, (struct kind){(uint8_t)(states->begun_slots[slot] - 1), (uint8_t)before});
}

static enum state_before before_of(enum state_before before, unsigned char byte)
{
	if (before == BEFORE_ONCE || before == BEFORE_NEVER)
		return BEFORE_NEVER;
	if (ascii_is_digit((char)byte))
		return BEFORE_DIGIT;
	if (ascii_is_alpha((char)byte))
		return BEFORE_LETTER;
	if (byte == '\n')
		return BEFORE_LINE;
	return (byte == '.' || byte == '-') && before == BEFORE_DIGIT ? BEFORE_SEPARATOR : BEFORE_OTHER;
}

/* As edges_begin says. */
static bool may_begin(enum state_before before, unsigned char byte)
{
	if (before == BEFORE_NEVER)
		return false;
	if (!ascii_is_alnum((char)byte))
		return true;
	return before == BEFORE_LINE || before == BEFORE_ONCE || before == BEFORE_OTHER ||
	       (before == BEFORE_SEPARATOR && !ascii_is_digit((char)byte));
}

/* Before such a byte: never where the last byte is a letter or digit, as it is. Whoever asks looks closer. */
static bool may_end(const struct sieve_states *states, size_t number, unsigned char byte)
{
	enum state_before before = states->before[number];

	return states->has_ends[number] != 0 && (states->is_anywhere || !ascii_is_alnum((char)byte) ||
						 (before != BEFORE_LETTER && before != BEFORE_DIGIT));
}

/* A byte that stands for the symbol where only its kind counts. */
static unsigned char byte_of(unsigned symbol)
{
	return symbol == SYMBOL_DIGIT ? '0' : (unsigned char)symbol;
}

static void mark(struct sieve_states *states, uint16_t place)
{
	add(states->marks, place);
	add(states->marked, place / 64);
}

static void mark_next(struct sieve_states *states, size_t number, unsigned symbol)
{
	enum state_before before = states->before[number];
	const uint64_t *lanes = states->begun_lanes + states->begun[number] * states->lane_words;
	uint8_t column = states->columns[symbol];

	for (uint32_t i = states->members_at[number]; i < states->members_at[number + 1]; i++) {
		uint16_t place = states->members[i];

		for (uint32_t at = states->follow_at[place]; at < states->follow_at[place + 1]; at++)
			if (takes(&states->bytes[states->follow[at]], symbol))
				mark(states, states->follow[at]);
	}
	if (!may_begin(before, byte_of(symbol)))
		return;
	for (uint32_t at = states->begin_at[column]; at < states->begin_at[column + 1]; at++) {
		uint16_t place = states->begin[at];

		if (has(lanes, states->lane_of[place]) &&
		    (before == BEFORE_LINE || before == BEFORE_ONCE || !has(states->line, place)))
			mark(states, place);
	}
}

static size_t take_word(struct sieve_states *states, size_t word, uint16_t *members, size_t count)
{
	for (uint64_t bits = states->marks[word]; bits != 0; bits &= bits - 1)
		members[count++] = (uint16_t)(word * 64 + (size_t)__builtin_ctzll(bits));
	states->marks[word] = 0;
	return count;
}

/* The marked places, in order, behind the members of the last state. */
static size_t take_marks(struct sieve_states *states)
{
	uint16_t *members = states->members + states->members_at[states->state_count];
	size_t count = 0;

	for (size_t i = 0; i <= states->place_count / 64 / 64; i++) {
		for (uint64_t words = states->marked[i]; words != 0; words &= words - 1)
			count = take_word(states, i * 64 + (size_t)__builtin_ctzll(words), members, count);
		states->marked[i] = 0;
	}
	return count;
}

uint32_t states_make(struct sieve_states *states, uint32_t state, unsigned symbol)
{
	size_t number = state_number(states, state);
	enum state_before before;
	uint32_t next;
	size_t count;

	if (states_is_full(states))
		return STATE_UNKNOWN;
	before = states->is_anywhere ? BEFORE_LINE : before_of(states->before[number], byte_of(symbol));
	mark_next(states, number, symbol);
	count = take_marks(states);
	if (count == 0 && before == BEFORE_NEVER)
		next = STATE_DEAD;
	else
		next = state_of(states, count, (struct kind){states->begun[number], (uint8_t)before});
	if (may_end(states, number, byte_of(symbol)))
		next |= STATE_ENDS;
	states->rows[(number << states->row_shift) + states->columns[symbol]] = next;
	return next;
}
