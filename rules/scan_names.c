#include "rules/scan_names.h"

#include <stdlib.h>
#include <string.h>

#include "rules/scan_context.h"

#define SLOT_COUNT    1024
#define SLOT_NAME_MAX 55

struct slot {
	bool is_used, has_any;
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

static bool answer(const struct scan_names *names, struct bytes name, uint64_t *bits)
{
	struct scan_context context;
	bool has_any = false;

	memset(bits, 0, names->words * sizeof(*bits));
	context_clear(&context);
	context_add(&context, name);
	for (size_t i = 0; i < names->packs->count; i++)
		if (gives_context(&names->packs->classes[i], &context)) {
			bits[i / 64] |= 1ull << i % 64;
			has_any = true;
		}
	return has_any;
}

/* Whoever makes names collide makes the scan look again, and no more. */
static size_t slot_of(struct bytes name)
{
	uint64_t hash = name.len, word = 0;
	size_t at = 0;

	for (; at + 8 <= name.len; at += 8) {
		memcpy(&word, name.data + at, 8);
		hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
		hash ^= hash >> 32;
	}
	word = 0;
	if (at < name.len)
		memcpy(&word, name.data + at, name.len - at);
	hash = (hash ^ word) * 0x9E3779B97F4A7C15ull;
	return (hash ^ hash >> 32) % SLOT_COUNT;
}

const uint64_t *names_classes(struct scan_names *names, struct bytes name)
{
	struct slot *slot;
	uint64_t *bits;
	size_t index;

	if (name.len > SLOT_NAME_MAX) {
		bits = names->bits + SLOT_COUNT * names->words;
		return answer(names, name, bits) ? bits : NULL;
	}
	index = slot_of(name);
	slot = &names->slots[index];
	bits = names->bits + index * names->words;
	if (slot->is_used && slot->len == name.len &&
	    (name.len == 0 || memcmp(slot->name, name.data, name.len) == 0))
		return slot->has_any ? bits : NULL;
	slot->has_any = answer(names, name, bits);
	slot->is_used = true;
	slot->len = (uint8_t)name.len;
	if (name.len > 0)
		memcpy(slot->name, name.data, name.len);
	return slot->has_any ? bits : NULL;
}
