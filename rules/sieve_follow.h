/*
 * sieve_follow: all matches of one lane (sieve_states.h) in a short value, from
 * edge to edge (scan_edges.h): the automaton is begun anew wherever one may begin.
 */
#pragma once

#include "rules/sieve.h"
#include "rules/sieve_states.h"

struct follow_plan {
	struct sieve_states *states;
	uint32_t begin;     /* states_begin of the lane alone, BEFORE_ONCE */
	bool is_line_start; /* matches begin, */
	bool is_line_end;   /* or end with a line only */
};

/* Of a value of up to SIEVE_FOLLOW_LEN_MAX. A place where nothing can begin is left out of the list. False
 * when there are more than SIEVE_FOLLOW_MAX to try, or no room for states. */
bool follow_all(const struct follow_plan *plan, struct bytes value, struct sieve_ends *out_list,
		size_t *out_count);
