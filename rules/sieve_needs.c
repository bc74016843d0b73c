#include "rules/sieve_needs.h"

#include <stdlib.h>
#include <string.h>

/* Bits of enum scan_place. */
#define PLACE_COUNT 16

/* What comes first, or behind these places: those within `bytes` cost one more. */
static void reach(const struct place_set *places, const struct place_set *within, size_t words,
		  struct place_set *here, struct place_set *one_more)
{
	for (size_t word = 0; word < words; word++) {
		here->bits[word] |= places->bits[word] & ~within->bits[word];
		one_more->bits[word] |= places->bits[word] & within->bits[word];
	}
}

/* How many places within `bytes` every match passes: the way with the fewest. Places of one cost after the
 * other, each once. */
static unsigned places_least(const struct places *places, const struct byte_set *bytes, unsigned ceiling)
{
	struct place_set within = {0}, done = {0}, here = {0}, one_more = {0};
	const size_t words = (places->count + 63) / 64;

	for (size_t i = 0; i < places->count; i++)
		if (byte_set_within(&places->bytes[i], bytes))
			place_set_add(&within, i);
	reach(&places->first, &within, words, &here, &one_more);
	for (unsigned cost = 0; cost < ceiling; cost++) {
		for (bool is_more = true; is_more;) {
			is_more = false;
			for (size_t word = 0; word < words; word++) {
				uint64_t bits = here.bits[word] & ~done.bits[word];

				if ((bits & places->last.bits[word]) != 0)
					return cost;
				done.bits[word] |= bits;
				is_more |= bits != 0;
				for (; bits != 0; bits &= bits - 1)
					reach(&places->follow[word * 64 + (size_t)__builtin_ctzll(bits)],
					      &within, words, &here, &one_more);
			}
		}
		here = one_more;
		one_more = (struct place_set){0};
	}
	return ceiling;
}

static struct byte_set bytes_of_kinds(const struct shaper *shaper, uint64_t kinds)
{
	struct byte_set set = {0};

	for (unsigned byte = 0; byte < 256; byte++)
		if ((kinds & shaper->kinds[byte]) != 0)
			byte_set_add(&set, byte, byte);
	return set;
}

static uint64_t kinds_of(const struct shaper *shaper, const struct byte_set *set)
{
	uint64_t kinds = 0;

	for (unsigned i = 0; i < 4; i++)
		for (uint64_t bits = set->bits[i]; bits != 0; bits &= bits - 1)
			kinds |= shaper->kinds[i * 64 + (unsigned)__builtin_ctzll(bits)];
	return kinds;
}

/* A pattern with the kinds of each of its places. */
struct view {
	const struct shaper *shaper;
	const struct places *places;
	uint64_t kinds[PLACES_MAX];
};

static void view_make(struct view *view)
{
	const struct byte_set *bytes = view->places->bytes;

	for (size_t i = 0; i < view->places->count; i++)
		view->kinds[i] = i > 0 && memcmp(&bytes[i], &bytes[i - 1], sizeof(*bytes)) == 0
					 ? view->kinds[i - 1]
					 : kinds_of(view->shaper, &bytes[i]);
}

/* Of the kinds in `family`: those that every match has one of; 0 when there is a match with none. */
static uint64_t any_of(const struct view *view, uint64_t family)
{
	struct byte_set bytes = bytes_of_kinds(view->shaper, family);
	uint64_t kinds = 0;

	if (places_least(view->places, &bytes, 1) == 0)
		return 0;
	for (size_t i = 0; i < view->places->count; i++)
		if ((view->kinds[i] & ~family) == 0)
			kinds |= view->kinds[i];
	return kinds;
}

/* Each kind that every match has. */
static uint64_t all_of(const struct view *view)
{
	uint64_t tried = 0, needed = 0;

	for (size_t i = 0; i < view->places->count; i++) {
		uint64_t kinds = view->kinds[i];
		struct byte_set bytes;

		if ((kinds & (kinds - 1)) != 0 || (tried & kinds) != 0)
			continue;
		tried |= kinds;
		bytes = bytes_of_kinds(view->shaper, kinds);
		if (places_least(view->places, &bytes, 1) > 0)
			needed |= kinds;
	}
	return needed;
}

void needs_read(const struct places *places, const struct shaper *shaper, struct needs *out_needs)
{
	const uint64_t letters = KIND(KIND_LOWER) | KIND(KIND_UPPER);
	const uint64_t alnum = letters | KIND(KIND_DIGIT);
	struct byte_set all = bytes_of_kinds(shaper, KINDS_ALL),
			digits = bytes_of_kinds(shaper, KIND(KIND_DIGIT)),
			others = bytes_of_kinds(shaper, KINDS_ALL & ~alnum);
	struct view view = {.shaper = shaper, .places = places};

	view_make(&view);
	*out_needs = (struct needs){.places = out_needs->places,
				    .least = {.len = places_least(places, &all, SHAPE_LEN_MAX),
					      .digits = places_least(places, &digits, SHAPE_DIGITS_MAX),
					      .others = places_least(places, &others, SHAPE_OTHERS_MAX),
					      .kinds = all_of(&view)},
				    .any_sign = any_of(&view, KINDS_ALL & ~alnum),
				    .any_letter = any_of(&view, letters),
				    .any_but_digit = any_of(&view, KINDS_ALL & ~KIND(KIND_DIGIT))};
}

/* -- all needs -------------------------------------------------------------- */

bool needs_init(struct needs_of_all *all, size_t lane_words)
{
	*all = (struct needs_of_all){.words = lane_words, .lane_count = lane_words * 64};
	all->list = calloc(all->lane_count, sizeof(*all->list));
	all->met =
		calloc((SHAPE_LEN_MAX + SHAPE_DIGITS_MAX + SHAPE_OTHERS_MAX + 3 + KIND_COUNT + PLACE_COUNT) *
			       lane_words,
		       sizeof(*all->met));
	return all->list != NULL && all->met != NULL;
}

void needs_finish(struct needs_of_all *all)
{
	free(all->list);
	free(all->met);
	*all = (struct needs_of_all){0};
}

/* Where the sets of lanes stand: by length, by digits, by others; and those that need a kind. */
static uint64_t *set_of_len(const struct needs_of_all *all, size_t len)
{
	return all->met + len * all->words;
}

static uint64_t *set_of_digits(const struct needs_of_all *all, size_t digits)
{
	return set_of_len(all, SHAPE_LEN_MAX + 1 + digits);
}

static uint64_t *set_of_others(const struct needs_of_all *all, size_t others)
{
	return set_of_digits(all, SHAPE_DIGITS_MAX + 1 + others);
}

static uint64_t *set_of_kind(const struct needs_of_all *all, size_t kind)
{
	return set_of_others(all, SHAPE_OTHERS_MAX + 1 + kind);
}

static uint64_t *set_of_place(const struct needs_of_all *all, size_t place)
{
	return set_of_kind(all, KIND_COUNT + place);
}

void needs_add(struct needs_of_all *all, size_t lane)
{
	const struct needs *needs = &all->list[lane];
	uint64_t bit = 1ull << lane % 64;
	size_t word = lane / 64;

	for (size_t len = needs->least.len; len <= SHAPE_LEN_MAX; len++)
		set_of_len(all, len)[word] |= bit;
	for (size_t digits = needs->least.digits; digits <= SHAPE_DIGITS_MAX; digits++)
		set_of_digits(all, digits)[word] |= bit;
	for (size_t others = needs->least.others; others <= SHAPE_OTHERS_MAX; others++)
		set_of_others(all, others)[word] |= bit;
	for (size_t place = 0; place < PLACE_COUNT; place++)
		if ((needs->places >> place & 1) != 0)
			set_of_place(all, place)[word] |= bit;
	for (uint64_t kinds = needs->least.kinds; kinds != 0; kinds &= kinds - 1)
		set_of_kind(all, (size_t)__builtin_ctzll(kinds))[word] |= bit;
}

static bool has_one_of(uint64_t kinds, uint64_t needed)
{
	return needed == 0 || (kinds & needed) != 0;
}

void needs_met(const struct needs_of_all *all, const struct shape_parts *parts, uint64_t *out_lanes)
{
	const uint64_t *of_len = set_of_len(all, parts->len), *of_digits = set_of_digits(all, parts->digits);
	const uint64_t *of_others = set_of_others(all, parts->others),
		       *of_place = set_of_place(all, parts->place);

	for (size_t i = 0; i < all->words; i++)
		out_lanes[i] = of_len[i] & of_digits[i] & of_others[i] & of_place[i];
	for (uint64_t kinds = KINDS_ALL & ~parts->kinds; kinds != 0; kinds &= kinds - 1) {
		const uint64_t *of_kind = set_of_kind(all, (size_t)__builtin_ctzll(kinds));

		for (size_t i = 0; i < all->words; i++)
			out_lanes[i] &= ~of_kind[i];
	}
	for (size_t i = 0; i < all->words; i++)
		for (uint64_t bits = out_lanes[i]; bits != 0; bits &= bits - 1) {
			const struct needs *needs = &all->list[i * 64 + (size_t)__builtin_ctzll(bits)];

			if (!has_one_of(parts->kinds, needs->any_sign) ||
			    !has_one_of(parts->kinds, needs->any_letter) ||
			    !has_one_of(parts->kinds, needs->any_but_digit))
				out_lanes[i] &= ~(bits & -bits);
		}
}

/* -- runs ------------------------------------------------------------------- */

/* Where there are letters and digits alone. */
static bool needs_letter(const struct needs *needs)
{
	const uint64_t letters = KIND(KIND_LOWER) | KIND(KIND_UPPER);

	return ((needs->least.kinds | needs->any_letter) & letters) != 0 || needs->any_but_digit != 0;
}

void runs_add(struct needs_runs *runs, const struct needs *needs)
{
	if (needs->least.others > 0)
		return;
	for (size_t len = needs->least.len; len <= GLANCE_LEN_MAX; len++)
		for (size_t digits = needs->least.digits; digits + needs_letter(needs) <= len && digits < 64;
		     digits++)
			runs->digits[len] |= 1ull << digits;
}
