#include "rules/scan_sift.h"

bool sift_is_named(struct scan_names *names, const struct scan_value *value,
		   const struct scan_container *container)
{
	if (container != NULL && (value->name.len > 0 ? container->is_named : container->is_named_twice))
		return true;
	return value->name.len > 0 && !value->is_name && names_look(names, value->name).classes != NULL;
}

/* The scratch set of classes, empty. */
static uint64_t *no_classes(const struct scan_sift *sift)
{
	memset(sift->classes, 0, names_words(sift->names) * sizeof(*sift->classes));
	return sift->classes;
}

static bool has_any(const struct scan_sift *sift, const uint64_t *classes)
{
	uint64_t any = 0;

	for (size_t i = 0; i < names_words(sift->names); i++)
		any |= classes[i];
	return any != 0;
}

bool sift_value(const struct scan_sift *sift, struct scan_value *value,
		const struct scan_container *container, struct bytes text)
{
	const struct sieve_shape *shape = sieve_shape(sift->sieve, value->shape);
	bool may_be_bound = shape->may_be_bound, may_have_words = shape->may_have_words;

	value->may_be_free =
		shape->may_be_free && (!sieve_find_free(sift->sieve, shape, text, no_classes(sift)) ||
				       has_any(sift, sift->classes));
	value->may_be_bound =
		may_be_bound && (sift_is_named(sift->names, value, container) ||
				 (may_have_words && word_trie_find(sift->trie, text, no_classes(sift))));
	return value->may_be_free || value->may_be_bound;
}
