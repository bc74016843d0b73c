/*
 * scan_sift: is a value worth keeping for the scan? Most are not: by its shape
 * and its bytes nothing without context could match, and neither its names nor a
 * word in it give any.
 *
 *	if (sift_value(&values->sift, &value, above, text)) keep it
 */
#pragma once

#include "rules/scan_names.h"
#include "rules/scan_values.h"
#include "rules/sieve.h"
#include "rules/word_trie.h"

/* Does a name give context, of the names that count for what lies in this container? NULL: in none. */
bool sift_is_named(struct scan_names *names, const struct scan_value *value,
		   const struct scan_container *container);

/* Tells the value which of its forms could match; false when none. */
bool sift_value(const struct scan_sift *sift, struct scan_value *value,
		const struct scan_container *container, struct bytes text);
