#include "rules/pack.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "rules/pack_builtin.h"
#include "rules/pack_read.h"

const struct data_class *packs_class(const struct packs *packs, struct bytes id)
{
	for (size_t i = 0; i < packs->count; i++)
		if (bytes_equal(packs->classes[i].id, id))
			return &packs->classes[i];
	return NULL;
}

/* An id stands for one thing, in every pack. */
static bool ids_are_new(const struct packs *packs, const struct data_class *classes, size_t count,
			const char *file, struct problems *problems)
{
	bool is_new = true;

	for (size_t i = 0; i < count; i++) {
		const struct data_class *other = packs_class(packs, classes[i].id);

		if (other == NULL)
			continue;
		problems_add(problems, PROBLEM_ERROR, "pack.invalid", (struct place){.file = file},
			     "give the class another id",
			     "class id \"" BYTES_FORMAT "\" is taken by the pack \"" BYTES_FORMAT "\"",
			     BYTES_PRINT(other->id), BYTES_PRINT(other->pack));
		is_new = false;
	}
	return is_new;
}

static enum status add(struct packs *packs, struct bytes text, const char *file, bool is_trusted,
		       struct problems *problems)
{
	struct data_class *classes, *joined;
	size_t count;
	enum status status = pack_read(text, file, is_trusted, &packs->arena, problems, &classes, &count);

	if (status != STATUS_OK)
		return status;
	if (!ids_are_new(packs, classes, count, file, problems))
		return STATUS_INVALID;
	if (packs->count + count > LIMIT_DATA_CLASSES) {
		problems_add(problems, PROBLEM_ERROR, "pack.invalid", (struct place){.file = file},
			     "use fewer classes", "more than %d data classes in all packs together",
			     (int)LIMIT_DATA_CLASSES);
		return STATUS_LIMIT;
	}
	joined = arena_alloc(&packs->arena, (packs->count + count + 1) * sizeof(*joined));
	if (joined == NULL)
		return STATUS_NO_MEMORY;
	if (packs->count > 0)
		memcpy(joined, packs->classes, packs->count * sizeof(*joined));
	if (count > 0)
		memcpy(joined + packs->count, classes, count * sizeof(*joined));
	for (size_t i = 0; i < count; i++)
		joined[packs->count + i].is_builtin = is_trusted;
	packs->has_own = packs->has_own || (!is_trusted && count > 0);
	packs->classes = joined;
	packs->count += count;
	return STATUS_OK;
}

/* A copy of a built-in pack, as somebody makes one to run its strings or to start from. */
static bool is_builtin(struct bytes text)
{
	for (size_t i = 0; i < packs_builtin_count; i++)
		if (bytes_equal(packs_builtin[i].text, text))
			return true;
	return false;
}

enum status packs_add(struct packs *packs, struct bytes text, const char *file, struct problems *problems)
{
	if (is_builtin(text))
		return STATUS_OK; /* it is there already */
	return add(packs, text, file, false, problems);
}

enum status packs_init(struct packs *packs, struct problems *problems)
{
	*packs = (struct packs){0};
	arena_init(&packs->arena, LIMIT_PACK_BYTES);
	for (size_t i = 0; i < packs_builtin_count; i++) {
		enum status status = add(packs, packs_builtin[i].text, packs_builtin[i].file, true, problems);

		if (status != STATUS_OK) {
			packs_finish(packs);
			return status;
		}
	}
	return STATUS_OK;
}

void packs_finish(struct packs *packs)
{
	arena_finish(&packs->arena);
	packs->classes = NULL;
	packs->count = 0;
}
