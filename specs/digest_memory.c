#include "specs/digest_memory.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/base/sketch.h"

struct name {
	uint64_t use, hashes[2];
};

struct slot {
	struct name name; /* of no use: empty */
	char digest[DIGEST_LEN];
};

struct digest_memory {
	uint64_t seed;
	struct slot slots[LIMIT_DIGESTS];
};

struct digest_memory *digest_memory_new(uint64_t seed)
{
	struct digest_memory *memory = calloc(1, sizeof(*memory));

	if (memory != NULL)
		memory->seed = seed;
	return memory;
}

void digest_memory_free(struct digest_memory *memory)
{
	free(memory);
}

static struct name name_of(const struct digest_memory *memory, enum digest_use use, struct bytes value)
{
	return (struct name){.use = use,
			     .hashes = {sketch_hash(value, memory->seed), sketch_hash(value, ~memory->seed)}};
}

static size_t slot_of(const struct name *name)
{
	return (name->hashes[0] + name->use) % LIMIT_DIGESTS;
}

bool digest_memory_find(const struct digest_memory *memory, enum digest_use use, struct bytes value,
			char out_digest[DIGEST_LEN])
{
	const struct slot *slot;
	struct name name;

	if (memory == NULL)
		return false;
	name = name_of(memory, use, value);
	slot = &memory->slots[slot_of(&name)];
	if (memcmp(&slot->name, &name, sizeof(name)) != 0)
		return false;
	memcpy(out_digest, slot->digest, DIGEST_LEN);
	return true;
}

void digest_memory_put(struct digest_memory *memory, enum digest_use use, struct bytes value,
		       const char digest[DIGEST_LEN])
{
	struct slot *slot;
	struct name name;

	if (memory == NULL)
		return;
	name = name_of(memory, use, value);
	slot = &memory->slots[slot_of(&name)];
	slot->name = name;
	memcpy(slot->digest, digest, DIGEST_LEN);
}
