#include "rules/scan_sift.h"

enum sift sift_value(const struct scan_sift *sift, enum sieve_said said, enum scan_place place, bool is_named,
		     struct bytes text, struct sieve_found *out_found)
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
