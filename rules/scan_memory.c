#include "rules/scan_memory.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/base/sketch.h"

struct slot {
	enum scan_place place; /* 0: the slot is empty */
	uint16_t name_len, text_len;
	char bytes[LIMIT_SCAN_FIELD_BYTES]; /* the name, then the text */
};

struct scan_memory {
	struct slot slots[LIMIT_SCAN_FIELDS];
};

struct scan_memory *memory_new(void)
{
	return calloc(1, sizeof(struct scan_memory));
}

void memory_free(struct scan_memory *memory)
{
	if (memory == NULL)
		return;
	explicit_bzero(memory, sizeof(*memory));
	free(memory);
}

static bool is_too_long(const struct scan_field *field)
{
	return field->name.len > LIMIT_SCAN_FIELD_BYTES ||
	       field->text.len > LIMIT_SCAN_FIELD_BYTES - field->name.len;
}

/* Whoever makes fields collide makes the scan look again, and no more. */
static size_t slot_of(const struct scan_field *field)
{
	return sketch_hash(field->text, (uint64_t)field->place << 32 | field->name.len) % LIMIT_SCAN_FIELDS;
}

static bool is_same(const char *kept, struct bytes run)
{
	return run.len == 0 || memcmp(kept, run.data, run.len) == 0;
}

bool memory_has(const struct scan_memory *memory, const struct scan_field *field)
{
	const struct slot *slot;

	if (is_too_long(field))
		return false;
	slot = &memory->slots[slot_of(field)];
	return slot->place == field->place && slot->name_len == field->name.len &&
	       slot->text_len == field->text.len && is_same(slot->bytes, field->name) &&
	       is_same(slot->bytes + field->name.len, field->text);
}

void memory_put(struct scan_memory *memory, const struct scan_field *field)
{
	struct slot *slot;

	if (is_too_long(field))
		return;
	slot = &memory->slots[slot_of(field)];
	slot->place = field->place;
	slot->name_len = (uint16_t)field->name.len;
	slot->text_len = (uint16_t)field->text.len;
	if (field->name.len > 0)
		memcpy(slot->bytes, field->name.data, field->name.len);
	if (field->text.len > 0)
		memcpy(slot->bytes + field->name.len, field->text.data, field->text.len);
}
