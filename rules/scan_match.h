/*
 * scan_match: the true matches of the classes in one text: pattern, edges,
 * context and validator together.
 *
 * Edges. A match that begins with a letter or digit is none when a letter or
 * digit stands right before it, and likewise at its end: AC[0-9]{8} is neither
 * in "XAC12345678" nor in "AC123456789". A match that begins or ends with a digit
 * is none when '.' or '-' and another digit stand beside it: those are pieces of
 * longer numbers. Of overlapping matches of one class the leftmost wins, of
 * those the longest that its validator accepts.
 */
#pragma once

#include "rules/pattern.h"
#include "rules/scan_context.h"
#include "rules/sieve.h"

struct matcher;

/* A match that holds: value[from, to). */
typedef void match_found(void *context, const struct data_class *class, size_t from, size_t to);

struct matcher *matcher_new(const struct pattern_set *set); /* NULL without memory */
void matcher_free(struct matcher *matcher);

struct pattern_scratch *matcher_scratch(struct matcher *matcher);

/* What one exchange may still cost; matcher_is_spent when it was not enough. With a sieve, short values are
 * followed by it: the same matches, without Hyperscan. */
void matcher_start(struct matcher *matcher, struct sieve *sieve);
bool matcher_is_spent(const struct matcher *matcher);
uint64_t matcher_work(const struct matcher *matcher); /* since matcher_start */

/* Which forms of the class count. */
enum match_mode {
	MATCH_FREE,  /* what needs no context */
	MATCH_BOUND, /* what needs it; it may also stand in the value, before the match */
	MATCH_NAMED, /* the same, and the value's name already has the word */
	MATCH_TEST, /* the pattern without context, the weaker form with: how a class's own strings are run */
};

/* The matches of one class in a value. is_other: by its name digits in it are something else. */
void matcher_run(struct matcher *matcher, const struct data_class *class, struct bytes value,
		 enum match_mode mode, bool is_other, struct sieve_hint hint, match_found *found,
		 void *context);

/* All matches of one class in a text alone: is there one? */
bool matcher_matches(struct matcher *matcher, const struct data_class *class, struct bytes text);
