#include "specs/schema_words.h"

bool words_build(struct schema_words *words, struct arena *arena, const void *first, size_t stride,
		 size_t count)
{
	size_t size = 8;
	uint32_t *slots;

	while (size < count * 2)
		size *= 2;
	slots = count >= UINT32_MAX ? NULL : arena_alloc(arena, size * sizeof(*slots));
	if (slots == NULL)
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct bytes *word =
			(const struct bytes *)(const void *)((const char *)first + i * stride);
		size_t at = (size_t)word_hash(*word);
		int probes = 0;

		while (slots[at & (size - 1)] != 0 && ++probes < SCHEMA_WORDS_PROBES)
			at++;
		if (probes == SCHEMA_WORDS_PROBES)
			return false;
		slots[at & (size - 1)] = (uint32_t)i + 1;
	}
	*words = (struct schema_words){.slots = slots, .mask = size - 1};
	return true;
}
