/*
 * scan_sift: is a value worth keeping for the scan? Most are not: by its bytes
 * nothing without context could match in it, and nothing with, or neither its
 * names nor a word in it give any.
 *
 *	if (sift_value(&values->sift, place, is_named, text, &found) != SIFT_OUT) keep it
 */
#pragma once

#include "rules/scan_names.h"
#include "rules/scan_values.h"
#include "rules/sieve.h"

enum sift {
	SIFT_OUT,
	SIFT_KEPT,
	SIFT_UNSEEN, /* there is no sieve, or it did not look */
};

/* What could match without context is lent by the sieve, until the next value. */
enum sift sift_value(const struct scan_sift *sift, enum scan_place place, bool is_named, struct bytes text,
		     struct sieve_found *out_found);

/* True: a whole number of so many digits is not worth it, whichever they are, where no name gives context. */
bool sift_number(const struct scan_sift *sift, size_t digits);
