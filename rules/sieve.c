#include "rules/sieve.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "rules/scan_edges.h"
#include "rules/sieve_needs.h"
#include "rules/sieve_states.h"

#define SHAPE_COUNT  4096
#define STARTS_COUNT 512

/* So far from its start a match is followed; what is still under way may be one. */
#define WALK_MAX 64

/* What hostile texts may cost before they are scanned without the sieve: see LIMIT_SIEVE_STATE_COST. */
#define CREDIT_MAX ((uint64_t)2 * LIMIT_SIEVE_STATES * LIMIT_SIEVE_STATE_COST)

/* Where to start for a set of lanes. */
struct starts {
	uint16_t line, start;
	unsigned epoch; /* 0: none */
};

/* A lane for each form: first the patterns of all classes, then their weaker forms. */
struct sieve {
	const struct pattern_set *set;
	size_t words, lane_words;
	struct sieve_states states;
	struct needs_of_all needs;
	struct shape_grid grid;   /* of what the needs ask */
	uint64_t *free, *bound;   /* lanes */
	uint64_t *blind;          /* lanes that the automaton cannot follow */
	uint64_t *exact;          /* lanes that it follows exactly */
	uint64_t *wanted, *found; /* scratch: lanes */
	unsigned *word_len_min;   /* of each class: its shortest context word */
	struct sieve_shape *shapes;
	uint64_t *shape_lanes;
	struct starts *starts; /* of sets of lanes */
	uint64_t *starts_lanes;
	bool is_alnum[256];
	bool is_whole; /* of the value last looked at: a match is the whole value, and lanes found do match */
	uint64_t credit;
};

static void add(uint64_t *set, size_t index)
{
	set[index / 64] |= 1ull << index % 64;
}

static bool has(const uint64_t *set, size_t index)
{
	return (set[index / 64] >> index % 64 & 1) != 0;
}

/* -- making ----------------------------------------------------------------- */

static struct bytes pattern_of_lane(const struct sieve *sieve, size_t lane)
{
	const struct packs *packs = pattern_set_packs(sieve->set);
	size_t index = lane % (sieve->words * 64);

	if (index >= packs->count)
		return BYTES_NONE;
	return lane == index ? packs->classes[index].pattern : packs->classes[index].context_pattern;
}

static bool lane_read(struct sieve *sieve, size_t lane, struct places *places)
{
	const struct data_class *classes = pattern_set_packs(sieve->set)->classes;
	struct bytes pattern = pattern_of_lane(sieve, lane);
	size_t index = lane % (sieve->words * 64);
	bool is_bound = lane != index;

	if (pattern.len == 0)
		return states_add(&sieve->states, lane, NULL);
	is_bound = is_bound || classes[index].is_context_required;
	add(is_bound ? sieve->bound : sieve->free, lane);
	sieve->needs.list[lane] = (struct needs){.places = classes[index].places};
	if (places_read(pattern, places)) {
		needs_read(places, &sieve->needs.list[lane]);
		if (places->is_exact)
			add(sieve->exact, lane);
		needs_add(&sieve->needs, lane);
		return states_add(&sieve->states, lane, places);
	}
	add(sieve->blind, lane);
	needs_add(&sieve->needs, lane); /* of the place alone */
	return states_add(&sieve->states, lane, NULL);
}

static void word_lens_read(struct sieve *sieve)
{
	const struct packs *packs = pattern_set_packs(sieve->set);

	for (size_t i = 0; i < packs->count; i++) {
		size_t least = SIZE_MAX;

		for (size_t w = 0; w < packs->classes[i].context_count; w++)
			if (packs->classes[i].context[w].len < least)
				least = packs->classes[i].context[w].len;
		sieve->word_len_min[i] = least > WALK_MAX ? WALK_MAX : (unsigned)least;
	}
}

static void grid_add(struct sieve *sieve, size_t lane)
{
	const struct needs *needs = &sieve->needs.list[lane];
	struct shape_grid *grid = &sieve->grid;
	size_t with_word = needs->least.len + sieve->word_len_min[lane % (sieve->words * 64)];

	grid->lens[needs->least.len] = grid->digits[needs->least.digits] = 1;
	grid->lens[with_word < SHAPE_LEN_MAX ? with_word : SHAPE_LEN_MAX] = 1;
	grid->others[needs->least.others] = 1;
	grid->kinds |= needs->least.kinds | needs->any_sign | needs->any_letter | needs->any_but_digit;
}

static void grid_make(struct sieve *sieve)
{
	for (size_t lane = 0; lane < sieve->lane_words * 64; lane++)
		if (has(sieve->free, lane) || has(sieve->bound, lane))
			grid_add(sieve, lane);
	/* What has_room_for_word and walk ask. */
	sieve->grid.lens[SHAPE_LEN_MAX] = sieve->grid.others[1] = 1;
	sieve->grid.kinds |= KIND(KIND_LINE_FEED);
	grid_settle(&sieve->grid);
}

static bool sieve_fill(struct sieve *sieve)
{
	struct places *places = malloc(sizeof(*places));
	bool is_filled = places != NULL && states_init(&sieve->states, sieve->lane_words * 64);

	for (size_t lane = 0; is_filled && lane < sieve->lane_words * 64; lane++)
		is_filled = lane_read(sieve, lane, places);
	free(places);
	word_lens_read(sieve);
	grid_make(sieve);
	return is_filled && states_settle(&sieve->states);
}

struct sieve *sieve_new(const struct pattern_set *set)
{
	struct sieve *sieve = calloc(1, sizeof(*sieve));
	size_t lane_words;

	if (sieve == NULL)
		return NULL;
	sieve->set = set;
	sieve->words = pattern_set_packs(set)->count / 64 + 1;
	sieve->lane_words = lane_words = sieve->words * 2;
	sieve->credit = CREDIT_MAX;
	sieve->free = calloc(lane_words * 6, sizeof(*sieve->free));
	sieve->word_len_min = calloc(sieve->words * 64, sizeof(*sieve->word_len_min));
	sieve->shapes = calloc(SHAPE_COUNT, sizeof(*sieve->shapes));
	sieve->shape_lanes = calloc(SHAPE_COUNT * lane_words, sizeof(*sieve->shape_lanes));
	sieve->starts = calloc(STARTS_COUNT, sizeof(*sieve->starts));
	sieve->starts_lanes = calloc(STARTS_COUNT * lane_words, sizeof(*sieve->starts_lanes));
	for (unsigned byte = 0; byte < 256; byte++)
		sieve->is_alnum[byte] = ascii_is_alnum((char)byte);
	if (sieve->free != NULL) {
		sieve->bound = sieve->free + lane_words;
		sieve->blind = sieve->bound + lane_words;
		sieve->wanted = sieve->blind + lane_words;
		sieve->found = sieve->wanted + lane_words;
		sieve->exact = sieve->found + lane_words;
	}
	if (needs_init(&sieve->needs, lane_words) && sieve->free != NULL && sieve->word_len_min != NULL &&
	    sieve->shapes != NULL && sieve->shape_lanes != NULL && sieve->starts != NULL &&
	    sieve->starts_lanes != NULL && sieve_fill(sieve))
		return sieve;
	sieve_free(sieve);
	return NULL;
}

void sieve_free(struct sieve *sieve)
{
	if (sieve == NULL)
		return;
	states_finish(&sieve->states);
	needs_finish(&sieve->needs);
	free(sieve->free);
	free(sieve->word_len_min);
	free(sieve->shapes);
	free(sieve->shape_lanes);
	free(sieve->starts);
	free(sieve->starts_lanes);
	free(sieve);
}

/* -- shapes ----------------------------------------------------------------- */

/* Could a word of the class and then a match of the lane stand in such a value? */
static bool has_room_for_word(const struct sieve *sieve, size_t lane, const struct shape_parts *parts)
{
	const struct needs *needs = &sieve->needs.list[lane];

	if (has(sieve->blind, lane))
		return true;
	return parts->len >= needs->least.len + sieve->word_len_min[lane % (sieve->words * 64)] &&
	       (parts->others > 0 || !needs->begins_alnum) &&
	       (!needs->begins_line || (parts->kinds & KIND(KIND_LINE_FEED)) != 0);
}

static void shape_work_out(struct sieve *sieve, struct sieve_shape *answer)
{
	struct shape_parts parts = shape_parts(answer->shape);

	needs_met(&sieve->needs, &parts, answer->lanes);
	answer->may_be_free = answer->may_be_bound = answer->may_have_words = false;
	for (size_t i = 0; i < sieve->lane_words; i++) {
		answer->may_be_free = answer->may_be_free || (answer->lanes[i] & sieve->free[i]) != 0;
		answer->may_be_bound = answer->may_be_bound || (answer->lanes[i] & sieve->bound[i]) != 0;
		for (uint64_t bits = answer->lanes[i] & sieve->bound[i]; bits != 0 && !answer->may_have_words;
		     bits &= bits - 1)
			answer->may_have_words =
				parts.len == SHAPE_LEN_MAX ||
				has_room_for_word(sieve, i * 64 + (size_t)__builtin_ctzll(bits), &parts);
	}
	answer->epoch = sieve->states.epoch - 1;
}

const struct sieve_shape *sieve_shape(struct sieve *sieve, uint64_t measured)
{
	uint64_t shape = grid_shape(&sieve->grid, measured);
	uint64_t hash = (shape ^ shape >> 32) * 0x9E3779B97F4A7C15ull;
	size_t slot = (hash >> 48) % SHAPE_COUNT;
	struct sieve_shape *answer = &sieve->shapes[slot];

	if (answer->shape == shape)
		return answer;
	answer->shape = shape;
	answer->lanes = sieve->shape_lanes + slot * sieve->lane_words;
	shape_work_out(sieve, answer);
	return answer;
}

/* -- walks ------------------------------------------------------------------ */

/* A match may end here. */
static void take_ends(struct sieve *sieve, uint16_t state)
{
	const uint64_t *ends = states_ends(&sieve->states, state);

	for (size_t i = 0; i < sieve->lane_words; i++)
		sieve->found[i] |= ends[i];
}

/* One start: the lanes that end at a place where a match may end, or that are still under way. */
static void walk_from(struct sieve *sieve, struct bytes value, size_t from, uint16_t state)
{
	size_t end = from + WALK_MAX < value.len ? from + WALK_MAX : value.len;
	struct sieve_states *states = &sieve->states;

	for (size_t at = from; at < end; at++) {
		uint16_t next = states_next(states, state, (unsigned char)value.data[at]);

		if (next == STATE_DEAD)
			return;
		if (next == STATE_UNKNOWN)
			break;
		state = next;
		if ((state & STATE_ENDS) != 0 && edges_end(value, at + 1))
			take_ends(sieve, state);
		if (at + 1 == value.len)
			return;
	}
	sieve->is_whole = false;
	states_alive(states, state, sieve->found);
}

static bool is_spent(const struct sieve *sieve)
{
	return sieve->credit < LIMIT_SIEVE_STATE_COST;
}

/* Does no match begin with this byte? The answer of the start alone. */
static bool is_dead(const struct sieve *sieve, uint16_t start, char byte)
{
	const struct sieve_states *states = &sieve->states;

	return states->rows[start * states->column_count + states->columns[(unsigned char)byte]] ==
	       STATE_DEAD;
}

/* All starts but the first. */
static void walk_on(struct sieve *sieve, struct bytes value, uint16_t line, uint16_t start)
{
	bool was_alnum = sieve->is_alnum[(unsigned char)value.data[0]];

	for (size_t from = 1; from < value.len; from++) {
		char byte = value.data[from];
		bool is_alnum = sieve->is_alnum[(unsigned char)byte], is_inside = is_alnum && was_alnum;
		uint16_t state = value.data[from - 1] == '\n' ? line : start;

		was_alnum = is_alnum;
		if (!is_inside && !is_dead(sieve, state, byte) && edges_begin(value, from))
			walk_from(sieve, value, from, state);
	}
}

/* All starts. */
static void walk(struct sieve *sieve, const struct sieve_shape *shape, struct bytes value, uint16_t line,
		 uint16_t start)
{
	size_t made = sieve->states.made;
	uint64_t cost;

	sieve->is_whole = shape_parts(shape->shape).others == 0;
	if (value.len > 0 && !is_dead(sieve, line, value.data[0]))
		walk_from(sieve, value, 0, line);
	if (!sieve->is_whole && (line != STATE_DEAD || start != STATE_DEAD))
		walk_on(sieve, value, line, start);
	cost = (sieve->states.made - made) * LIMIT_SIEVE_STATE_COST;
	sieve->credit = sieve->credit > cost ? sieve->credit - cost : 0;
	sieve->credit = sieve->credit + value.len < CREDIT_MAX ? sieve->credit + value.len : CREDIT_MAX;
}

/* For the lanes wanted. */
static void starts_make(struct sieve *sieve, uint16_t *out_line, uint16_t *out_start)
{
	unsigned epoch;

	do {
		*out_line = states_start(&sieve->states, sieve->wanted, true);
		epoch = sieve->states.epoch;
		*out_start = states_start(&sieve->states, sieve->wanted, false);
	} while (epoch != sieve->states.epoch);
}

/* The same, remembered. */
static const struct starts *starts_of(struct sieve *sieve)
{
	uint64_t hash = 0, *lanes;
	struct starts *starts;
	size_t slot, size = sieve->lane_words * sizeof(*lanes);

	for (size_t i = 0; i < sieve->lane_words; i++)
		hash = (hash ^ sieve->wanted[i]) * 0x9E3779B97F4A7C15ull;
	slot = (hash >> 48) % STARTS_COUNT;
	starts = &sieve->starts[slot];
	lanes = sieve->starts_lanes + slot * sieve->lane_words;
	if (starts->epoch == sieve->states.epoch && memcmp(lanes, sieve->wanted, size) == 0)
		return starts;
	memcpy(lanes, sieve->wanted, size);
	starts_make(sieve, &starts->line, &starts->start);
	starts->epoch = sieve->states.epoch;
	return starts;
}

bool sieve_find_free(struct sieve *sieve, const struct sieve_shape *shape, struct bytes value,
		     uint64_t *out_classes)
{
	const struct starts *starts;
	struct sieve_shape *kept = &sieve->shapes[shape - sieve->shapes];

	if (is_spent(sieve)) {
		sieve->credit += value.len;
		sieve->is_whole = false;
		return false;
	}
	if (kept->epoch != sieve->states.epoch) {
		for (size_t i = 0; i < sieve->lane_words; i++)
			sieve->wanted[i] = shape->lanes[i] & sieve->free[i];
		starts = starts_of(sieve);
		kept->start_line = starts->line;
		kept->start = starts->start;
		kept->epoch = sieve->states.epoch;
	}
	for (size_t i = 0; i < sieve->lane_words; i++)
		sieve->found[i] = shape->lanes[i] & sieve->free[i] & sieve->blind[i];
	walk(sieve, shape, value, kept->start_line, kept->start);
	for (size_t i = 0; i < sieve->words; i++)
		out_classes[i] |= sieve->found[i];
	return true;
}

void sieve_find_bound(struct sieve *sieve, const struct sieve_shape *shape, struct bytes value,
		      const uint64_t *wanted, uint64_t *out_classes)
{
	const struct starts *starts;
	uint64_t any = 0;

	for (size_t i = 0; i < sieve->lane_words; i++) {
		sieve->wanted[i] = wanted[i % sieve->words] & shape->lanes[i] & sieve->bound[i];
		sieve->found[i] = sieve->wanted[i] & (is_spent(sieve) ? UINT64_MAX : sieve->blind[i]);
		any |= sieve->wanted[i] & ~sieve->found[i];
	}
	sieve->is_whole = false;
	if (any != 0) {
		starts = starts_of(sieve);
		walk(sieve, shape, value, starts->line, starts->start);
	}
	for (size_t i = 0; i < sieve->lane_words; i++)
		out_classes[i % sieve->words] |= sieve->found[i];
}

static bool is_whole(const struct sieve *sieve, size_t lane)
{
	return sieve->is_whole && has(sieve->found, lane) && has(sieve->exact, lane);
}

struct sieve_hint sieve_hint_free(const struct sieve *sieve, size_t class_index)
{
	return (struct sieve_hint){.is_strong_whole = is_whole(sieve, class_index), .is_weak_out = true};
}

struct sieve_hint sieve_hint_bound(const struct sieve *sieve, const struct sieve_shape *shape,
				   size_t class_index)
{
	size_t strong = class_index, weak = class_index + sieve->words * 64;
	bool is_walked = has(sieve->bound, strong);

	return (struct sieve_hint){.is_strong_out = !has(is_walked ? sieve->found : shape->lanes, strong),
				   .is_strong_whole = is_walked && is_whole(sieve, strong),
				   .is_weak_out = !has(sieve->found, weak),
				   .is_weak_whole = is_whole(sieve, weak)};
}
