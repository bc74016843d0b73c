/*
 * scan_sift: is a value worth keeping for the scan? Most are not: by its bytes
 * nothing without context could match in it, and nothing with, or neither its
 * names nor a word in it give any.
 *
 *	said = sift_glance(&values->sift, text);
 *	if (said != SIEVE_EMPTY || is_named)
 *		if (sift_value(&values->sift, said, place, is_named, text, &found) != SIFT_OUT) keep it
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

static inline enum sieve_said sift_glance(const struct scan_sift *sift, struct bytes text)
{
	return sift->sieve == NULL ? SIEVE_UNSURE : sieve_glance(sift->sieve, text);
}

/* What could match without context is lent by the sieve, until the next value. */
static inline enum sift sift_value(const struct scan_sift *sift, enum sieve_said said, enum scan_place place,
				   bool is_named, struct bytes text, struct sieve_found *out_found)
{
	unsigned number = (unsigned)__builtin_ctz((unsigned)place);

	if (sift->sieve == NULL)
		return SIFT_UNSEEN;
	if (said != SIEVE_UNSURE)
		*out_found = sieve_found_nothing(sift->sieve);
	else if (!sieve_look(sift->sieve, number, text, out_found))
		return SIFT_UNSEEN;
	if (out_found->is_any || is_named)
		return SIFT_KEPT;
	return out_found->is_any_word && !sieve_rules_out(sift->sieve, out_found->words, number, text)
		       ? SIFT_KEPT
		       : SIFT_OUT;
}

/* The bit of a count of digits: whole numbers of so many are not worth it, where no name gives context. */
static inline uint32_t sift_numbers_out(const struct scan_sift *sift)
{
	return sift->sieve == NULL ? 0 : sieve_numbers_out(sift->sieve);
}
