#include "rules/scan_names.h"

#include <stdlib.h>
#include <string.h>

#include "rules/scan_context.h"

#define SLOT_COUNT    1024
#define SLOT_NAME_MAX 55

struct slot {
	bool is_used;
	uint8_t len;
	char name[SLOT_NAME_MAX];
};

struct scan_names {
	const struct packs *packs;
	size_t words;
	uint64_t *bits; /* of each slot, and one more answer for names too long to keep */
	struct slot slots[SLOT_COUNT];
};

struct scan_names *names_new(const struct packs *packs)
{
	struct scan_names *names = calloc(1, sizeof(*names));

	if (names == NULL)
		return NULL;
	names->packs = packs;
	names->words = packs->count / 64 + 1;
	names->bits = calloc((SLOT_COUNT + 1) * names->words, sizeof(*names->bits));
	if (names->bits != NULL)
		return names;
	free(names);
	return NULL;
}

void names_free(struct scan_names *names)
{
	if (names == NULL)
		return;
	free(names->bits);
	free(names);
}

size_t names_words(const struct scan_names *names)
{
	return names->words;
}

static bool gives_context(const struct data_class *class, const struct scan_context *context)
{
	for (size_t i = 0; i < class->context_count; i++)
		if (context_has(context, class->context[i]))
			return true;
	return false;
}

static void answer(const struct scan_names *names, struct bytes name, uint64_t *bits)
{
	struct scan_context context;

	memset(bits, 0, names->words * sizeof(*bits));
	context_clear(&context);
	context_add(&context, name);
	for (size_t i = 0; i < names->packs->count; i++)
		if (gives_context(&names->packs->classes[i], &context))
			bits[i / 64] |= 1ull << i % 64;
}

/* FNV-1a: whoever makes names collide makes the scan look again, and no more. */
static size_t slot_of(struct bytes name)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < name.len; i++)
		hash = (hash ^ (unsigned char)name.data[i]) * 16777619u;
	return (hash ^ hash >> 15) % SLOT_COUNT;
}

const uint64_t *names_classes(struct scan_names *names, struct bytes name)
{
	struct slot *slot;
	uint64_t *bits;
	size_t index;

	if (name.len > SLOT_NAME_MAX) {
		bits = names->bits + SLOT_COUNT * names->words;
		answer(names, name, bits);
		return bits;
	}
	index = slot_of(name);
	slot = &names->slots[index];
	bits = names->bits + index * names->words;
	if (slot->is_used && slot->len == name.len &&
	    (name.len == 0 || memcmp(slot->name, name.data, name.len) == 0))
		return bits;
	answer(names, name, bits);
	slot->is_used = true;
	slot->len = (uint8_t)name.len;
	if (name.len > 0)
		memcpy(slot->name, name.data, name.len);
	return bits;
}
