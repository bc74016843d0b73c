#include "rules/words_memory.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "rules/words.h"

#define TEXT_LEN_MIN 8 /* what is shorter is looked at as quickly */
#define TEXT_LEN_MAX 252

typedef struct bytes words_ask(struct bytes text, struct arena *arena);

struct slot {
	words_ask *ask; /* NULL: empty */
	uint32_t len;
	char text[TEXT_LEN_MAX];
};

struct words_memory {
	struct slot slots[LIMIT_WORDS];
};

struct words_memory *words_memory_new(void)
{
	return calloc(1, sizeof(struct words_memory));
}

void words_memory_free(struct words_memory *memory)
{
	free(memory);
}

static uint64_t read_64(const char *at)
{
	uint64_t bytes;

	memcpy(&bytes, at, sizeof(bytes));
	return bytes;
}

/* By beginning, middle and end: whoever makes two texts meet makes us look at both each time, as without it.
 */
static size_t slot_of(struct bytes text)
{
	const size_t last = text.len - sizeof(uint64_t);
	uint64_t hash = (read_64(text.data) + text.len) * 0x9E3779B97F4A7C15ull;

	hash = (hash ^ hash >> 32 ^ read_64(text.data + last / 2)) * 0x9E3779B97F4A7C15ull;
	hash = (hash ^ hash >> 32 ^ read_64(text.data + last)) * 0x9E3779B97F4A7C15ull;
	return (hash >> 32) % LIMIT_WORDS;
}

static struct bytes ask(struct words_memory *memory, words_ask *asked, struct bytes text, struct arena *arena)
{
	struct slot *slot;
	struct bytes shown;

	if (memory == NULL || text.len < TEXT_LEN_MIN || text.len > TEXT_LEN_MAX)
		return asked(text, arena);
	slot = &memory->slots[slot_of(text)];
	if (slot->ask == asked && bytes_equal((struct bytes){slot->text, slot->len}, text))
		return arena_copy(arena, text);
	shown = asked(text, arena);
	if (bytes_equal(shown, text)) {
		slot->ask = asked;
		slot->len = (uint32_t)text.len;
		memcpy(slot->text, text.data, text.len);
	}
	return shown;
}

struct bytes words_memory_text(struct words_memory *memory, struct bytes text, struct arena *arena)
{
	return ask(memory, words_text, text, arena);
}

struct bytes words_memory_host(struct words_memory *memory, struct bytes host, struct arena *arena)
{
	return ask(memory, words_host, host, arena);
}
