/*
 * pattern: the regular expressions of all data classes, compiled by Hyperscan.
 * The only door to that library.
 *
 * A value is looked at by few of them: rules/sieve.h says by which. Each runs
 * alone and says where a match starts and ends. Without the sieve all patterns
 * run at once first, and say only where a match ends.
 *
 * A class has two forms: 2 * index is its pattern, 2 * index + 1 the weaker one.
 * A form is free, or bound: it counts only with a context word. Bare digits are
 * all bound, and most traffic is bare digits.
 * ^ and $ stand for the ends of a value or a line. Bytes are bytes: a pattern
 * with letters beyond ASCII matches their UTF-8.
 *
 * Thread   a set is shared: what is compiled late is published once, by an atomic pointer. A
 *          pattern_scratch is one scanner's.
 */
#pragma once

#include <stdbool.h>

#include "rules/pack.h"
#include "rules/scan.h"

struct pattern_scratch;

const struct packs *pattern_set_packs(const struct pattern_set *set);
size_t pattern_set_len_min(const struct pattern_set *set); /* no form matches less */
size_t pattern_form_len_min(const struct pattern_set *set, size_t form);

struct pattern_scratch *pattern_scratch_new(const struct pattern_set *set); /* NULL without memory */
void pattern_scratch_free(struct pattern_scratch *scratch);

/* In place of `from`: the form is too large for Hyperscan to keep track of starts; try with pattern_covers.
 */
#define PATTERN_START_UNKNOWN SIZE_MAX

/* False stops the scan. */
typedef bool pattern_seen(void *context, size_t form, size_t from, size_t to);

size_t pattern_bound_len_min(const struct pattern_set *set); /* no bound form matches less */

/* Every end of every free form; no start. The first call compiles them all, which takes half a second: false
 * without memory for that, or when they are too large together. */
bool pattern_find_ends(const struct pattern_set *set, struct pattern_scratch *scratch, struct bytes text,
		       pattern_seen *seen, void *context);

/* Every end of one form with its leftmost start, or all with PATTERN_START_UNKNOWN. May be called from inside
 * `seen` of pattern_find_ends. The first call with a form compiles it, which takes milliseconds; false
 * without memory for that. */
bool pattern_find(const struct pattern_set *set, struct pattern_scratch *scratch, size_t form,
		  struct bytes text, pattern_seen *seen, void *context);

/* The longest match of a form; LIMIT_PATTERN_TEXT at most, so that looking for a start ends. */
size_t pattern_form_len_max(const struct pattern_set *set, size_t form);

/* Does the form match the whole text? May be called from inside `seen` of pattern_find. */
bool pattern_covers(const struct pattern_set *set, struct pattern_scratch *scratch, size_t form,
		    struct bytes text);

/* Would it compile, and soon enough? If not, *reason says why and what to do. */
bool pattern_is_usable(struct bytes pattern, char *reason, size_t reason_size);
