/*
 * spool_ranges: runs of record numbers, few of them, in order.
 *
 * Thread   one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RANGES_MAX 64

struct spool_range {
	uint64_t first, last; /* both inside */
};

struct spool_ranges {
	struct spool_range list[RANGES_MAX];
	size_t count;
};

/* Joined with its neighbours where they touch. False when there is no room. */
bool ranges_add(struct spool_ranges *ranges, struct spool_range range);
/* The first run of numbers in `within` that is in none of them; false when all are. */
bool ranges_missing(const struct spool_ranges *ranges, struct spool_range within,
		    struct spool_range *out_range);
/* Forgets numbers up to `last`. */
void ranges_drop(struct spool_ranges *ranges, uint64_t last);
