/*
 * sketch: about how many different values there were, in half a kilobyte however many
 * come (HyperLogLog, Flajolet 2007; few of them by linear counting): right
 * within a twentieth. It is given hashes, and nobody can read a value out of it.
 *
 *	sketch_add(&sketch, hash);
 *	sketch_merge(&sketch, &other);	values that both had count once
 *	count = sketch_count(&sketch);
 *
 * Owns     nothing; zeroed memory is an empty one.
 */
#pragma once

#include "parsers/base/bytes.h"

#define SKETCH_REGISTERS 512

struct sketch {
	uint8_t registers[SKETCH_REGISTERS];
	/* Of them, so that a count need not look at each. */
	uint64_t fallen; /* by how much the sum of 2^-register is below that of an empty sketch, scaled */
	uint64_t used;   /* how many are not zero */
};

/* What stands for a value: a hash that nobody makes without the key. */
uint64_t sketch_hash(struct bytes value, uint64_t key);

bool sketch_add(struct sketch *sketch, uint64_t hash); /* false: the count is what it was */
bool sketch_raise(struct sketch *sketch, size_t index,
		  uint8_t rank); /* a register, as another sketch has it */
void sketch_merge(struct sketch *sketch, const struct sketch *other);
uint64_t sketch_count(const struct sketch *sketch);
