#include "rules/scan_match.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "rules/scan_edges.h"
#include "rules/validator.h"

/* Matches of a class's pattern that its weaker form must not find once more. */
#define SPANS_MAX 64

/* Starts tried after the leftmost of one candidate. */
#define RETRIES_MAX SIEVE_FOLLOW_MAX

/* What a try costs beside its bytes. */
#define TRY_COST 256

struct span {
	size_t from, to;
};

struct matcher {
	const struct pattern_set *set;
	struct pattern_scratch *scratch;
	struct sieve *sieve;
	uint64_t work;

	/* of the run in hand */
	const struct data_class *class;
	size_t form;
	struct bytes value;
	bool is_context_needed;
	bool is_named;  /* the value's name gives context */
	bool is_other;  /* ... or says that digits in it are something else */
	bool is_silent; /* told in another run: only what they cover counts here */
	struct sieve_hint hint;
	match_found *found;
	void *context;
	struct span best; /* not told yet: a longer one may follow */
	bool has_best;
	size_t told_to;   /* matches told end here */
	size_t word_from; /* whether a word stands before here is known, of the form in hand */
	bool has_word;
	struct span strong[SPANS_MAX];
	size_t strong_count;
};

struct matcher *matcher_new(const struct pattern_set *set)
{
	struct matcher *matcher = calloc(1, sizeof(*matcher));

	if (matcher == NULL)
		return NULL;
	matcher->set = set;
	matcher->scratch = pattern_scratch_new(set);
	if (matcher->scratch != NULL)
		return matcher;
	free(matcher);
	return NULL;
}

void matcher_free(struct matcher *matcher)
{
	if (matcher == NULL)
		return;
	pattern_scratch_free(matcher->scratch);
	free(matcher);
}

struct pattern_scratch *matcher_scratch(struct matcher *matcher)
{
	return matcher->scratch;
}

void matcher_start(struct matcher *matcher, struct sieve *sieve)
{
	matcher->work = 0;
	matcher->sieve = sieve;
}

bool matcher_is_spent(const struct matcher *matcher)
{
	return matcher->work > LIMIT_SCAN_WORK;
}

uint64_t matcher_work(const struct matcher *matcher)
{
	return matcher->work;
}

static bool has_word(const struct data_class *class, const struct scan_context *context)
{
	return context_has_any(context, class->context, class->context_count);
}

static bool is_digits(struct bytes run)
{
	for (size_t i = 0; i < run.len; i++)
		if (!ascii_is_digit(run.data[i]))
			return false;
	return true;
}

static bool is_letter(char byte)
{
	return ascii_is_alpha(byte) || (unsigned char)byte >= 0x80;
}

/* Where the last word of a text begins. */
static size_t last_word(struct bytes text)
{
	size_t at = text.len;

	while (at > 0 && !is_letter(text.data[at - 1]))
		at--;
	while (at > 0 && is_letter(text.data[at - 1]))
		at--;
	return at;
}

/* "parcel 41", "parcel no. 41": the word right before, or the one before that. What stands further away in a
 * sentence says nothing of the digits. */
static struct bytes beside(struct bytes before)
{
	static const struct bytes numbers[] = {BYTES_INIT("no"),     BYTES_INIT("nr"),     BYTES_INIT("num"),
					       BYTES_INIT("number"), BYTES_INIT("nummer"), BYTES_INIT("id")};
	size_t at = last_word(before), end = at;

	while (end < before.len && is_letter(before.data[end]))
		end++;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (bytes_equal_nocase(bytes_slice(before, at, end - at), numbers[i]))
			return bytes_from(before, last_word(bytes_slice(before, 0, at)));
	return bytes_from(before, at);
}

/* Digits alone, beside a word that says what else they are. */
static bool is_other(const struct matcher *matcher, size_t from, size_t to)
{
	const struct data_class *class = matcher->class;
	struct scan_context before;
	struct bytes text;

	if (class->not_beside_count == 0 || matcher->is_named ||
	    !is_digits(bytes_slice(matcher->value, from, to - from)))
		return false;
	text = context_before(matcher->value, from);
	context_clear(&before);
	context_add(&before, text);
	if (has_word(class, &before))
		return false;
	context_clear(&before);
	context_add(&before, beside(text));
	return matcher->is_other || context_has_any(&before, class->not_beside, class->not_beside_count);
}

static bool overlaps_strong(const struct matcher *matcher, size_t from, size_t to)
{
	for (size_t i = 0; i < matcher->strong_count; i++)
		if (from < matcher->strong[i].to && to > matcher->strong[i].from)
			return true;
	return false;
}

/* Most matches that begin at one place are looked at one after another. */
static bool has_word_before(struct matcher *matcher, size_t from)
{
	struct scan_context before;

	if (from != matcher->word_from) {
		context_clear(&before);
		context_add(&before, context_before(matcher->value, from));
		matcher->has_word = has_word(matcher->class, &before);
		matcher->word_from = from;
	}
	return matcher->has_word;
}

/* Context and validator; the edges hold already. */
static bool is_true(struct matcher *matcher, size_t from, size_t to)
{
	const struct data_class *class = matcher->class;

	matcher->work += to - from + TRY_COST;
	if (class->validator != NULL &&
	    !class->validator->accepts(bytes_slice(matcher->value, from, to - from),
				       class->validator_argument))
		return false;
	if ((matcher->form % 2 == 1 && overlaps_strong(matcher, from, to)) || is_other(matcher, from, to))
		return false;
	return !matcher->is_context_needed || has_word_before(matcher, from);
}

static void tell_best(struct matcher *matcher)
{
	if (!matcher->has_best)
		return;
	if (matcher->form % 2 == 0 && matcher->strong_count < SPANS_MAX)
		matcher->strong[matcher->strong_count++] = matcher->best;
	matcher->told_to = matcher->best.to;
	matcher->has_best = false;
	if (!matcher->is_silent)
		matcher->found(matcher->context, matcher->class, matcher->best.from, matcher->best.to);
}

static void take(struct matcher *matcher, size_t from, size_t to)
{
	if (from < matcher->told_to)
		return;
	if (matcher->has_best && from < matcher->best.to) {
		/* They overlap: the leftmost, of equals the longest. */
		if (from > matcher->best.from || (from == matcher->best.from && to <= matcher->best.to))
			return;
		matcher->best = (struct span){from, to};
		return;
	}
	tell_best(matcher);
	matcher->best = (struct span){from, to};
	matcher->has_best = true;
}

static struct bytes pattern_of(const struct matcher *matcher, size_t form)
{
	return form % 2 == 0 ? matcher->class->pattern : matcher->class->context_pattern;
}

/* Hyperscan tells the leftmost start of an end only, and of large patterns none. Where the leftmost
 * does not hold, a later one may. */
static void try_starts(struct matcher *matcher, size_t first, size_t to, size_t tries_max)
{
	size_t len_min = pattern_form_len_min(matcher->set, matcher->form), tries = 0;
	struct bytes pattern = pattern_of(matcher, matcher->form);

	for (size_t from = first; from + len_min <= to && tries < tries_max; from++) {
		if (ascii_is_space(matcher->value.data[from]) || !edges_begin(matcher->value, from) ||
		    (pattern.data[0] == '^' && from > 0 && matcher->value.data[from - 1] != '\n'))
			continue;
		if (matcher_is_spent(matcher))
			return;
		tries++;
		matcher->work += to - from + TRY_COST;
		if (pattern_covers(matcher->set, matcher->scratch, matcher->form,
				   bytes_slice(matcher->value, from, to - from)) &&
		    is_true(matcher, from, to)) {
			take(matcher, from, to);
			return;
		}
	}
}

static bool on_candidate(void *context, size_t form, size_t from, size_t to)
{
	struct matcher *matcher = context;

	(void)form;
	if (matcher_is_spent(matcher))
		return false;
	if (!edges_end(matcher->value, to))
		return true;
	if (from == PATTERN_START_UNKNOWN) {
		size_t len_max = pattern_form_len_max(matcher->set, matcher->form);

		try_starts(matcher, to > len_max ? to - len_max : 0, to, SIZE_MAX);
	} else if (edges_begin(matcher->value, from) && is_true(matcher, from, to)) {
		take(matcher, from, to);
	} else {
		try_starts(matcher, from + 1, to, RETRIES_MAX);
	}
	return true;
}

static bool is_out(const struct matcher *matcher, size_t form)
{
	return form % 2 == 0 ? matcher->hint.is_strong_out : matcher->hint.is_weak_out;
}

/* Of the matches that end at one place the first that holds. */
static void take_end(struct matcher *matcher, const struct sieve_ends *list, size_t count, size_t to)
{
	for (size_t i = 0; i < count; i++)
		if ((list[i].bits[to / 64] >> to % 64 & 1) != 0 && is_true(matcher, list[i].from, to)) {
			take(matcher, list[i].from, to);
			return;
		}
}

/* Matches as the sieve followed them. */
static void take_all(struct matcher *matcher, const struct sieve_ends *list, size_t count)
{
	for (size_t word = 0; word <= matcher->value.len / 64; word++) {
		uint64_t ends = 0;

		for (size_t i = 0; i < count; i++)
			ends |= list[i].bits[word];
		for (; ends != 0; ends &= ends - 1)
			take_end(matcher, list, count, word * 64 + (size_t)__builtin_ctzll(ends));
	}
}

static void run_form(struct matcher *matcher, size_t form, bool is_context_needed, bool is_silent)
{
	struct sieve_ends list[SIEVE_FOLLOW_MAX];
	size_t count;

	if (matcher_is_spent(matcher) || is_out(matcher, form) ||
	    matcher->value.len < pattern_form_len_min(matcher->set, form))
		return;
	matcher->form = form;
	matcher->is_context_needed = is_context_needed;
	matcher->is_silent = is_silent;
	matcher->has_best = false;
	matcher->told_to = 0;
	matcher->word_from = SIZE_MAX;
	matcher->work += matcher->value.len + TRY_COST;
	if (matcher->sieve != NULL && sieve_follow(matcher->sieve, form, matcher->value, list, &count))
		take_all(matcher, list, count);
	else if (!pattern_find(matcher->set, matcher->scratch, form, matcher->value, on_candidate, matcher))
		matcher->work = LIMIT_SCAN_WORK + 1; /* said as a scan that was cut */
	tell_best(matcher);
}

void matcher_run(struct matcher *matcher, const struct data_class *class, struct bytes value,
		 enum match_mode mode, bool is_other, struct sieve_hint hint, match_found *found,
		 void *context)
{
	size_t form = (size_t)(class - pattern_set_packs(matcher->set)->classes) * 2;
	bool is_bound = mode != MATCH_TEST && class->is_context_required;

	matcher->class = class;
	matcher->value = value;
	matcher->found = found;
	matcher->context = context;
	matcher->hint = hint;
	matcher->is_named = mode == MATCH_NAMED;
	matcher->is_other = is_other;
	matcher->strong_count = 0;
	if (is_bound)
		run_form(matcher, form, mode == MATCH_BOUND, false);
	else if (mode == MATCH_FREE || mode == MATCH_TEST || class->context_pattern.len > 0)
		run_form(matcher, form, false, mode == MATCH_BOUND || mode == MATCH_NAMED);
	if (mode != MATCH_FREE)
		run_form(matcher, form + 1, mode != MATCH_NAMED, false);
}

static void on_test_found(void *context, const struct data_class *class, size_t from, size_t to)
{
	bool *is_found = context;

	(void)class;
	(void)from;
	(void)to;
	*is_found = true;
}

bool matcher_matches(struct matcher *matcher, const struct data_class *class, struct bytes text)
{
	bool is_found = false;

	matcher_start(matcher, NULL);
	matcher_run(matcher, class, text, MATCH_TEST, false, (struct sieve_hint){0}, on_test_found,
		    &is_found);
	return is_found;
}
