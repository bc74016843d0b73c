#include "rules/sieve.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "rules/glance.h"
#include "rules/places_word.h"
#include "rules/scan_layer.h"
#include "rules/sieve_bound.h"
#include "rules/sieve_follow.h"
#include "rules/sieve_needs.h"
#include "rules/sieve_walk.h"
#include "rules/skeleton.h"

#define SHAPE_COUNT 4096

/* What hostile texts may cost before they are scanned without the sieve: see LIMIT_SIEVE_STATE_COST. */
#define CREDIT_MAX ((uint64_t)2 * LIMIT_SIEVE_STATES * LIMIT_SIEVE_STATE_COST)

struct sieve {
	const struct pattern_set *set;
	size_t words, lane_words;
	struct sieve_states states, word_states;
	struct needs_of_all needs;
	struct shaper shaper;
	struct shape_grid grid; /* of what the needs ask */
	uint64_t *free, *bound; /* lanes */
	uint64_t *blind;        /* lanes that no automaton can follow */
	bool has_blind, has_skeletons;
	uint64_t *line_start;   /* lanes that begin, */
	uint64_t *line_end;     /* or end with a line only */
	size_t *exact_len_max;  /* of each lane: values up to it are followed exactly */
	size_t *run_min;        /* likewise: a match has so many bytes, none a letter; 0: it may have one */
	uint64_t *beside;       /* lanes of classes that have a bound one */
	uint64_t *line_bound;   /* bound lanes that begin with a line only */
	uint64_t *wanted;       /* scratch: lanes */
	uint64_t *found;        /* lanes, in the value last looked at */
	uint64_t *found_words;  /* classes whose word stands in it */
	uint64_t *all;          /* classes */
	uint64_t *none;         /* lanes */
	struct needs_runs runs; /* of the free lanes */
	uint32_t numbers_out;
	struct skeletons skeletons;
	char last[GLANCE_LEN_MAX]; /* looked at, and nothing was found: lists repeat values */
	size_t last_len;           /* 0: none */
	struct begin begin_free, begin_words;
	struct bound_sets sets;
	struct begin *begin_once; /* of each lane, where it is followed alone */
	uint64_t *shapes;         /* kept: a shape, */
	uint64_t *shape_lanes;    /* and the lanes that could match in such a value */
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

static bool begins_with_space(const struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		for (unsigned byte = 0; byte <= ' '; byte++)
			if (place_set_has(&places->first, i) && ascii_is_space((char)byte) &&
			    byte_set_has(&places->bytes[i], (unsigned char)byte))
				return true;
	return false;
}

static bool has_letters(const struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		for (unsigned byte = 'A'; byte <= 'z'; byte++)
			if (ascii_is_alpha((char)byte) &&
			    byte_set_has(&places->bytes[i], (unsigned char)byte))
				return true;
	return false;
}

/* How matches of the lane begin and end. The matcher passes over white space where a match might begin in
 * several places: such lanes are not followed. */
static void lane_read_ends(struct sieve *sieve, size_t lane, const struct places *places)
{
	if (places->is_line_start)
		add(sieve->line_start, lane);
	if (places->is_line_end)
		add(sieve->line_end, lane);
	sieve->exact_len_max[lane] =
		places->is_line_start || !begins_with_space(places) ? places->exact_len_max : 0;
}

static void lane_read(struct sieve *sieve, size_t lane, struct places *places)
{
	const struct data_class *classes = pattern_set_packs(sieve->set)->classes;
	struct bytes pattern = pattern_of_lane(sieve, lane);
	size_t index = lane % (sieve->words * 64);

	if (pattern.len == 0) {
		sieve->run_min[lane] = SIZE_MAX;
		return;
	}
	add(lane != index || classes[index].is_context_required ? sieve->bound : sieve->free, lane);
	sieve->needs.list[lane] = (struct needs){.places = classes[index].places};
	if (places_read(pattern, places) && states_add(&sieve->states, lane, places)) {
		needs_read(places, &sieve->shaper, &sieve->needs.list[lane]);
		lane_read_ends(sieve, lane, places);
		sieve->run_min[lane] = has_letters(places) ? 0 : sieve->needs.list[lane].least.len;
	} else {
		add(sieve->blind, lane);
		sieve->has_blind = true;
	}
	needs_add(&sieve->needs, lane); /* of a blind one its place alone */
}

static bool words_add(struct sieve *sieve, struct places *places)
{
	const struct packs *packs = pattern_set_packs(sieve->set);
	for (size_t i = 0; i < packs->count; i++)
		for (size_t w = 0; w < packs->classes[i].context_count; w++)
			if (places_read_word(packs->classes[i].context[w], places) &&
			    !states_add(&sieve->word_states, i, places))
				return false;
	return true;
}

static void grid_add(struct sieve *sieve, size_t lane)
{
	const struct needs *needs = &sieve->needs.list[lane];
	struct shape_grid *grid = &sieve->grid;

	grid->lens[needs->least.len] = grid->digits[needs->least.digits] = 1;
	grid->others[needs->least.others] = 1;
	grid->kinds |= needs->least.kinds | needs->any_sign | needs->any_letter | needs->any_but_digit;
}

static void shapes_make(struct sieve *sieve)
{
	for (size_t lane = 0; lane < sieve->lane_words * 64; lane++)
		if (has(sieve->free, lane) || has(sieve->bound, lane))
			grid_add(sieve, lane);
	for (size_t lane = 0; lane < sieve->lane_words * 64; lane++)
		if (has(sieve->free, lane))
			runs_add(&sieve->runs, &sieve->needs.list[lane]);
	for (size_t digits = 1; digits <= SIEVE_NUMBER_DIGITS_MAX; digits++)
		sieve->numbers_out |= runs_have(&sieve->runs, digits, digits) ? 0 : 1u << digits;
	grid_settle(&sieve->grid);
}

static bool sieve_fill(struct sieve *sieve)
{
	struct places *places = calloc(1, sizeof(*places));
	bool is_filled = places != NULL && states_init(&sieve->states, sieve->lane_words * 64, false) &&
			 states_init(&sieve->word_states, sieve->words * 64, true);

	for (size_t lane = 0; is_filled && lane < sieve->lane_words * 64; lane++)
		lane_read(sieve, lane, places);
	for (size_t i = 0; i < sieve->lane_words; i++) {
		sieve->beside[i] =
			(sieve->bound[i % sieve->words] | sieve->bound[i % sieve->words + sieve->words]) &
			(sieve->bound[i] | sieve->free[i]);
		sieve->line_bound[i] = sieve->bound[i] & sieve->line_start[i];
	}
	is_filled = is_filled && words_add(sieve, places);
	free(places);
	shapes_make(sieve);
	is_filled = is_filled &&
		    bound_sets_init(&sieve->sets, sieve->words,
				    &(struct bound_lanes){sieve->beside, sieve->line_bound, sieve->run_min,
							  sieve->needs.list}) &&
		    states_settle(&sieve->states) && states_settle(&sieve->word_states);
	sieve->has_skeletons = !sieve->has_blind && sieve->states.symbol_count == SYMBOL_COUNT &&
			       sieve->word_states.symbol_count == SYMBOL_COUNT;
	return is_filled;
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
	shaper_init(&sieve->shaper);
	sieve->free = calloc(lane_words * 11, sizeof(*sieve->free));
	sieve->exact_len_max = calloc(lane_words * 64, sizeof(*sieve->exact_len_max));
	sieve->shapes = calloc(SHAPE_COUNT, sizeof(*sieve->shapes));
	sieve->shape_lanes = calloc(SHAPE_COUNT * lane_words, sizeof(*sieve->shape_lanes));
	sieve->run_min = calloc(lane_words * 64, sizeof(*sieve->run_min));
	sieve->begin_once = calloc(lane_words * 64, sizeof(*sieve->begin_once));
	if (sieve->free != NULL) {
		sieve->bound = sieve->free + lane_words;
		sieve->blind = sieve->bound + lane_words;
		sieve->line_start = sieve->blind + lane_words;
		sieve->line_end = sieve->line_start + lane_words;
		sieve->beside = sieve->line_end + lane_words;
		sieve->line_bound = sieve->beside + lane_words;
		sieve->wanted = sieve->line_bound + lane_words;
		sieve->found = sieve->wanted + lane_words;
		sieve->found_words = sieve->found + lane_words;
		sieve->all = sieve->found_words + sieve->words;
		sieve->none = sieve->found_words + lane_words;
		sieve->begin_free.lanes = sieve->free;
		sieve->begin_words.lanes = sieve->all;
		memset(sieve->all, 0xFF, sieve->words * sizeof(*sieve->all));
	}
	if (needs_init(&sieve->needs, lane_words) && sieve->free != NULL && sieve->exact_len_max != NULL &&
	    sieve->shapes != NULL && sieve->shape_lanes != NULL && sieve->run_min != NULL &&
	    sieve->begin_once != NULL && sieve_fill(sieve))
		return sieve;
	sieve_free(sieve);
	return NULL;
}

void sieve_free(struct sieve *sieve)
{
	if (sieve == NULL)
		return;
	states_finish(&sieve->states);
	states_finish(&sieve->word_states);
	needs_finish(&sieve->needs);
	free(sieve->free);
	free(sieve->exact_len_max);
	free(sieve->shapes);
	free(sieve->shape_lanes);
	explicit_bzero(sieve->last, sizeof(sieve->last));
	explicit_bzero(&sieve->skeletons, sizeof(sieve->skeletons));
	free(sieve->run_min);
	bound_sets_finish(&sieve->sets);
	free(sieve->begin_once);
	free(sieve);
}

/* -- a look ----------------------------------------------------------------- */

/* The lanes that could match in a value of such a shape. */
static const uint64_t *lanes_of_shape(struct sieve *sieve, uint64_t measured)
{
	uint64_t shape = grid_shape(&sieve->grid, measured);
	uint64_t hash = (shape ^ shape >> 32) * 0x9E3779B97F4A7C15ull;
	size_t slot = (hash >> 48) % SHAPE_COUNT;
	uint64_t *lanes = sieve->shape_lanes + slot * sieve->lane_words;
	struct shape_parts parts;

	if (sieve->shapes[slot] != shape) {
		parts = shape_parts(shape);
		needs_met(&sieve->needs, &parts, lanes);
		sieve->shapes[slot] = shape;
	}
	return lanes;
}

/* Hostile texts cost too much. */
static bool is_spent(struct sieve *sieve, struct bytes value)
{
	if (sieve->credit >= LIMIT_SIEVE_STATE_COST)
		return false;
	sieve->credit += value.len;
	return true;
}

static void pay(struct sieve *sieve, size_t states_made, struct bytes value)
{
	uint64_t cost = states_made * LIMIT_SIEVE_STATE_COST;

	sieve->credit = sieve->credit > cost ? sieve->credit - cost : 0;
	sieve->credit = sieve->credit + value.len < CREDIT_MAX ? sieve->credit + value.len : CREDIT_MAX;
}

/* Of the lanes found those that the shape of the value leaves. */
static void judge(struct sieve *sieve, unsigned place, struct bytes value, struct sieve_found *found)
{
	const uint64_t *lanes = lanes_of_shape(sieve, shape_of(&sieve->shaper, place, value));
	uint64_t any = 0;

	for (size_t i = 0; i < sieve->lane_words; i++)
		any |= sieve->found[i] &= lanes[i];
	found->is_any = any != 0;
	found->lanes = sieve->found;
}

/* Remembered as long as states are. */
static bool is_begun(const struct begin *begin, const struct sieve_states *states)
{
	return begin->epoch == states->epoch && !states_is_full(states);
}

static uint32_t begin_of(struct begin *begin, struct sieve_states *states)
{
	if (!is_begun(begin, states)) {
		begin->state = states_begin(states, begin->lanes, BEFORE_LINE);
		begin->epoch = states->epoch;
	}
	return begin->state;
}

/* Finds the lanes of patterns that are not followed; true when there are any. */
static bool add_blind(struct sieve *sieve, const uint64_t *wanted)
{
	uint64_t any = 0;

	if (!sieve->has_blind)
		return false;
	for (size_t i = 0; i < sieve->lane_words; i++)
		any |= sieve->found[i] = sieve->blind[i] & wanted[i];
	return any != 0;
}

struct sieve_found sieve_found_nothing(const struct sieve *sieve)
{
	return (struct sieve_found){.lanes = sieve->none, .words = sieve->none};
}

static bool is_clear(struct sieve *sieve, struct bytes text)
{
	size_t made = sieve->states.made + sieve->word_states.made;
	bool is_so = walk_is_clear(&sieve->word_states, begin_of(&sieve->begin_words, &sieve->word_states),
				   text) &&
		     walk_is_clear(&sieve->states, begin_of(&sieve->begin_free, &sieve->states), text);

	pay(sieve, sieve->states.made + sieve->word_states.made - made, text);
	return is_so;
}

/* What layers there could be in a text does not depend on which digits it has. */
static enum sieve_said say_of_kind(struct sieve *sieve, struct bytes value)
{
	char folded[SKELETON_LEN_MAX];
	struct bytes text = skeleton_text(value, folded);

	if (is_spent(sieve, value) || !is_clear(sieve, text))
		return SIEVE_UNSURE;
	return layers_likely(text) == 0 ? SIEVE_EMPTY : SIEVE_CLEAR;
}

static __attribute__((noinline)) enum sieve_said learn_skeleton(struct sieve *sieve, struct skeleton *slot,
								struct bytes value)
{
	struct glance_ends ends = glance_ends(value);

	*slot = skeleton_of(&ends, value.len);
	slot->said = say_of_kind(sieve, value);
	return slot->said;
}

static __attribute__((noinline)) enum sieve_said glance_long(const struct sieve *sieve, struct bytes value)
{
	struct glance glance;

	if (value.len > GLANCE_LEN_MAX)
		return SIEVE_UNSURE;
	glance = glance_at(value);
	return glance.others == 0 && !runs_have(&sieve->runs, value.len, glance.digits) ? SIEVE_CLEAR
											: SIEVE_UNSURE;
}

/* Of what has many digits nothing is found in any value that differs in its digits alone. */
enum sieve_said sieve_glance(struct sieve *sieve, struct bytes value)
{
	struct glance_ends ends;
	struct skeleton skeleton, *slot;
	struct glance glance;

	if (value.len > SKELETON_LEN_MAX)
		return glance_long(sieve, value);
	ends = glance_ends(value);
	glance = glance_at_ends(&ends, value.len);
	if (glance.others == 0 && !runs_have(&sieve->runs, value.len, glance.digits))
		return value.len < SCAN_BASE64_LEN_MIN ? SIEVE_EMPTY : SIEVE_CLEAR;
	if (glance.digits < SKELETON_DIGITS_MIN || !sieve->has_skeletons)
		return SIEVE_UNSURE;
	skeleton = skeleton_of(&ends, value.len);
	slot = skeletons_slot(&sieve->skeletons, &skeleton);
	return skeleton_is(slot, &skeleton) ? slot->said : learn_skeleton(sieve, slot, value);
}

uint32_t sieve_numbers_out(const struct sieve *sieve)
{
	return sieve->numbers_out;
}

void sieve_forget(struct sieve *sieve)
{
	if (sieve == NULL)
		return;
	explicit_bzero(sieve->last, sieve->last_len);
	sieve->last_len = 0;
}

static bool is_last(const struct sieve *sieve, struct bytes value)
{
	return value.len == sieve->last_len && value.len > 0 &&
	       memcmp(value.data, sieve->last, value.len) == 0;
}

static void keep_last(struct sieve *sieve, struct bytes value)
{
	if (value.len > sizeof(sieve->last))
		return;
	memcpy(sieve->last, value.data, value.len);
	sieve->last_len = value.len;
}

bool sieve_look(struct sieve *sieve, unsigned place, struct bytes value, struct sieve_found *out_found)
{
	struct walk free = {.states = &sieve->states, .lanes = sieve->found};
	struct walk words = {.states = &sieve->word_states, .lanes = sieve->found_words};
	size_t made = sieve->states.made + sieve->word_states.made;
	bool is_walked;

	*out_found = sieve_found_nothing(sieve);
	if (is_last(sieve, value))
		return true;
	if (is_spent(sieve, value))
		return false;
	free.state = begin_of(&sieve->begin_free, &sieve->states);
	free.is_any = add_blind(sieve, sieve->free);
	words.state = begin_of(&sieve->begin_words, &sieve->word_states);
	is_walked = walk_both(&free, &words, value);
	pay(sieve, sieve->states.made + sieve->word_states.made - made, value);
	if (!is_walked)
		return false;
	if (!free.is_any && !words.is_any)
		keep_last(sieve, value);
	out_found->is_any_word = words.is_any;
	if (words.is_any)
		out_found->words = sieve->found_words;
	if (free.is_any)
		judge(sieve, place, value, out_found);
	return true;
}

/* Could a word stand above the last line? Else none gives context to what begins with a line. A long value is
 * not looked through for it. */
static bool has_word_above(struct sieve *sieve, struct bytes value)
{
	const char *feed = memrchr(value.data, '\n', value.len);
	struct walk walk = {.states = &sieve->word_states, .lanes = sieve->wanted};

	if (feed == NULL || value.len > SIEVE_FOLLOW_LEN_MAX)
		return feed != NULL;
	walk.state = begin_of(&sieve->begin_words, &sieve->word_states);
	return !walk_through(&walk, bytes_slice(value, 0, (size_t)(feed - value.data))) || walk.is_any;
}

bool sieve_rules_out(struct sieve *sieve, const uint64_t *worded, unsigned place, struct bytes value)
{
	const struct bound_set *set =
		bound_sets_find(&sieve->sets, sieve->none, worded, has_word_above(sieve, value));
	const uint64_t *lanes;
	uint64_t any = 0;

	if (bound_is_out(set, value))
		return true;
	lanes = lanes_of_shape(sieve, shape_of(&sieve->shaper, place, value));
	for (size_t i = 0; i < sieve->lane_words; i++)
		any |= set->begin.lanes[i] & lanes[i];
	return any == 0;
}

bool sieve_look_bound(struct sieve *sieve, const uint64_t *named, const uint64_t *worded, unsigned place,
		      struct bytes value, struct sieve_found *out_found)
{
	struct walk walk = {.states = &sieve->states, .lanes = sieve->found};
	size_t made = sieve->states.made;
	struct bound_set *set;
	bool is_walked;

	*out_found = sieve_found_nothing(sieve);
	if (is_spent(sieve, value))
		return false;
	set = bound_sets_find(&sieve->sets, named, worded, bytes_find_byte(value, '\n') != BYTES_NOT_FOUND);
	if (bound_is_out(set, value))
		return true;
	walk.wanted = set->begin.lanes;
	walk.state = begin_of(&set->begin, &sieve->states);
	walk.is_any = add_blind(sieve, set->begin.lanes);
	is_walked = walk_through(&walk, value);
	pay(sieve, sieve->states.made - made, value);
	if (is_walked && walk.is_any)
		judge(sieve, place, value, out_found);
	return is_walked;
}

void sieve_classes_bound(const struct sieve *sieve, const uint64_t *lanes, uint64_t *out_classes)
{
	const uint64_t *weak = lanes + sieve->words, *bound_weak = sieve->bound + sieve->words;

	for (size_t i = 0; i < sieve->words; i++)
		out_classes[i] |= (lanes[i] & sieve->bound[i]) | (weak[i] & bound_weak[i]);
}

struct sieve_hint sieve_hint(const struct sieve *sieve, const struct sieve_found *found, size_t class_index)
{
	return (struct sieve_hint){.is_strong_out = !has(found->lanes, class_index),
				   .is_weak_out = !has(found->lanes, class_index + sieve->words * 64)};
}

/* -- following one form ----------------------------------------------------- */

static uint32_t begin_once(struct sieve *sieve, size_t lane)
{
	struct begin *begin = &sieve->begin_once[lane];

	if (!is_begun(begin, &sieve->states)) {
		memset(sieve->wanted, 0, sieve->lane_words * sizeof(*sieve->wanted));
		add(sieve->wanted, lane);
		begin->state = states_begin(&sieve->states, sieve->wanted, BEFORE_ONCE);
		begin->epoch = sieve->states.epoch;
	}
	return begin->state;
}

bool sieve_follow(struct sieve *sieve, size_t form, struct bytes value, struct sieve_ends *out_list,
		  size_t *out_count)
{
	size_t lane = form / 2 + (form % 2 == 0 ? 0 : sieve->words * 64), made = sieve->states.made;
	struct follow_plan plan = {.states = &sieve->states,
				   .is_line_start = has(sieve->line_start, lane),
				   .is_line_end = has(sieve->line_end, lane)};
	bool is_followed;

	if (value.len > sieve->exact_len_max[lane] || value.len > SIEVE_FOLLOW_LEN_MAX ||
	    is_spent(sieve, BYTES_NONE))
		return false;
	plan.begin = begin_once(sieve, lane);
	is_followed = follow_all(&plan, value, out_list, out_count);
	pay(sieve, sieve->states.made - made, value);
	return is_followed;
}
