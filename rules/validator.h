/*
 * validator: decides whether a candidate that a pattern found really is what it
 * looks like: check digits, ranges, entropy. Pure functions of the candidate.
 */
#pragma once

#include "parsers/base/bytes.h"

struct validator {
	const char *name;  /* "luhn", "mod97", "pan", "mod11" ... as a pack names it */
	bool has_argument; /* "mod11:WEIGHTS" */
	bool explains; /* its check digits explain the digits inside: another class found there is chance */
	bool (*accepts)(struct bytes candidate, struct bytes argument);
	bool (*accepts_argument)(struct bytes argument); /* NULL: any; checked at load */
};

const struct validator *validator_find(struct bytes name); /* NULL when there is none of that name */
size_t validator_count(void);
const struct validator *validator_at(size_t index);
