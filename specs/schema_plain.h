/*
 * schema_plain: the patterns that need no engine: "^", then characters and
 * classes with counts, perhaps "$". Most patterns of contracts are ^[A-Z]{2}[0-9]{9}$.
 * One pass, no going back: an expression where greedy could be wrong is refused.
 */
#pragma once

#include <stdint.h>

#include "parsers/base/bytes.h"

#define PLAIN_ITEMS_MAX 12

struct plain_item {
	uint64_t ascii[2]; /* the characters below 0x80, as bits */
	bool has_wide;     /* and all others */
	bool is_dot;       /* but U+2028 and U+2029 */
	uint32_t min, max;
};

/* A pattern of a fixed length, whose every character is one of a run: its code less `low` is at most `span`.
 */
#define PLAIN_FIXED_MAX 16

struct plain_pattern {
	struct plain_item items[PLAIN_ITEMS_MAX];
	size_t count;
	bool is_open;     /* no "$" */
	size_t fixed_len; /* 0: it is no such pattern */
	unsigned char low[PLAIN_FIXED_MAX], span[PLAIN_FIXED_MAX];
};

/* False when the expression (ECMA-262) is not plain. */
bool plain_pattern_read(struct bytes expression, struct plain_pattern *out_pattern);
bool plain_pattern_fits(const struct plain_pattern *pattern, struct bytes text);
