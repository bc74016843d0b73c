/*
 * sieve_bound: which lanes a bound look of the sieve looks for. It follows from the
 * classes that the names of a value and the words in it give context to. Programs use
 * few names, so the answers are kept.
 *
 *	set = bound_sets_find(&sets, named, worded, has_lines);
 *	if (bound_is_out(set, value)) none of it matches
 *
 * Owns     a table of fixed size; sets that are new take the place of others.
 * Lends    a set, until the next is found.
 * Thread   one scanner's.
 */
#pragma once

#include "parsers/base/status.h"
#include "rules/sieve_needs.h"
#include "rules/sieve_states.h"

struct bound_set {
	struct begin begin; /* its lanes */
	bool is_known, is_any;
	bool has_lines; /* something may begin with a line behind a word */
	size_t run_min; /* each lane needs so many bytes in a row without a letter of ASCII; 0: not all do, */
	unsigned digits_min; /* and so many digits */
};

/* What is known of the lanes; lent. Sets of them have twice so many words as sets of classes: first the
 * patterns, then the weaker forms. */
struct bound_lanes {
	const uint64_t *beside;     /* of classes that have a bound form */
	const uint64_t *line_bound; /* bound ones that begin with a line only */
	const size_t *run_min;      /* of each lane, */
	const struct needs *needs;  /* likewise */
};

struct bound_sets {
	struct bound_lanes of;
	size_t words; /* in a set of classes */
	struct bound_set *list;
	uint64_t *lanes; /* of each set its lanes, then the classes that it is the answer to */
};

MUST_CHECK bool bound_sets_init(struct bound_sets *sets, size_t words, const struct bound_lanes *of);
void bound_sets_finish(struct bound_sets *sets);

struct bound_set *bound_sets_find(struct bound_sets *sets, const uint64_t *named, const uint64_t *worded,
				  bool has_lines);

/* Told at a glance: can none of the lanes match in the value? */
bool bound_is_out(const struct bound_set *set, struct bytes value);

/* Are there so many bytes in a row without a letter of ASCII? */
bool bound_has_run(struct bytes value, size_t len);
