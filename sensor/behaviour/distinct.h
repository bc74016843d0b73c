/*
 * distinct: about how many different values there were, by 64 bytes (linear
 * counting, Whang 1990): right within a tenth up to 1,000.
 */
#pragma once

#include "parsers/base/bytes.h"

struct distinct {
	uint64_t bits[8];
	uint32_t set, count; /* how many of them are set, and how many values that tells */
};

unsigned distinct_add(struct distinct *distinct, uint64_t hash); /* how many by now */
unsigned distinct_add_text(struct distinct *distinct, struct bytes text);
