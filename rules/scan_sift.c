#include "rules/scan_sift.h"

enum sift sift_value(const struct scan_sift *sift, enum scan_place place, bool is_named, struct bytes text,
		     struct sieve_found *out_found)
{
	unsigned number = (unsigned)__builtin_ctz((unsigned)place);

	if (sift->sieve == NULL)
		return SIFT_UNSEEN;
	if (!sieve_glance(sift->sieve, text, out_found) && !sieve_look(sift->sieve, number, text, out_found))
		return SIFT_UNSEEN;
	if (out_found->is_any || is_named)
		return SIFT_KEPT;
	return out_found->is_any_word && !sieve_rules_out(sift->sieve, out_found->words, number, text)
		       ? SIFT_KEPT
		       : SIFT_OUT;
}

bool sift_number(const struct scan_sift *sift, size_t digits)
{
	return sift->sieve != NULL && sieve_glance_number(sift->sieve, digits);
}
