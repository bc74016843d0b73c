#include "rules/scan_sift.h"

/* Does a name give context, of the names that count for what lies in this container? NULL: in none. */
static bool is_named(struct scan_names *names, const struct scan_value *value,
		     const struct scan_container *container)
{
	if (container != NULL && (value->name.len > 0 ? container->is_named : container->is_named_twice))
		return true;
	return value->name.len > 0 && !value->is_name && names_look(names, value->name)->classes != NULL;
}

enum sift sift_value(const struct scan_sift *sift, const struct scan_value *value,
		     const struct scan_container *container, struct bytes text, struct sieve_found *out_found)
{
	unsigned place = (unsigned)__builtin_ctz((unsigned)value->place);

	if (sift->sieve == NULL)
		return SIFT_UNSEEN;
	if (!sieve_glance(sift->sieve, text, out_found) && !sieve_look(sift->sieve, place, text, out_found))
		return SIFT_UNSEEN;
	if (out_found->is_any || is_named(sift->names, value, container))
		return SIFT_KEPT;
	return out_found->is_any_word && !sieve_rules_out(sift->sieve, out_found->words, place, text)
		       ? SIFT_KEPT
		       : SIFT_OUT;
}

bool sift_number(const struct scan_sift *sift, const struct scan_value *value,
		 const struct scan_container *container, size_t digits)
{
	return sift->sieve != NULL && sieve_glance_number(sift->sieve, digits) &&
	       !is_named(sift->names, value, container);
}
