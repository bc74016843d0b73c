#define XXH_INLINE_ALL /* keys are short: the call would cost as much as the hash */

#include "specs/key_table.h"

#include <string.h>
#include <xxhash.h>

#include "parsers/base/check.h"
#include "parsers/base/pages.h"

#define SLOTS_AT_FIRST 64
#define UNIT           4

/* Before each key stand its number and its length. */
#define HEAD_LEN (sizeof(uint32_t) + sizeof(uint16_t))

void key_table_init(struct key_table *table, uint64_t seed)
{
	*table = (struct key_table){.seed = seed};
}

void key_table_finish(struct key_table *table)
{
	pages_give(table->slots, table->slot_count * sizeof(*table->slots));
	pages_give(table->keys, table->keys_capacity);
	*table = (struct key_table){0};
}

static uint32_t hash_of(const struct key_table *table, struct bytes key)
{
	return (uint32_t)XXH3_64bits_withSeed(key.data == NULL ? "" : key.data, key.len, table->seed);
}

static struct bytes key_at(const struct key_table *table, uint32_t at, uint32_t *out_number)
{
	const char *entry = table->keys + (size_t)(at - 1) * UNIT;
	uint16_t len;

	memcpy(out_number, entry, sizeof(*out_number));
	memcpy(&len, entry + sizeof(*out_number), sizeof(len));
	return (struct bytes){.data = entry + HEAD_LEN, .len = len};
}

/* The slot of the key, or the free one where it belongs. */
static struct key_slot *slot_of(const struct key_table *table, struct bytes key, uint32_t hash,
				uint32_t *out_number)
{
	size_t mask = table->slot_count - 1;

	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct key_slot *slot = &table->slots[i];

		if (slot->at == 0 ||
		    (slot->hash == hash && bytes_equal(key_at(table, slot->at, out_number), key)))
			return slot;
	}
}

bool key_table_find(const struct key_table *table, struct bytes key, uint32_t *out_number)
{
	uint32_t number = 0;

	if (table->count == 0 || slot_of(table, key, hash_of(table, key), &number)->at == 0)
		return false;
	*out_number = number;
	return true;
}

static bool grow_slots(struct key_table *table)
{
	size_t count = table->slot_count == 0 ? SLOTS_AT_FIRST : table->slot_count * 2;
	struct key_slot *slots;

	if (table->count < table->slot_count / 4 * 3)
		return true;
	slots = pages_take(count * sizeof(*slots));
	if (slots == NULL)
		return false;
	memset(slots, 0, count * sizeof(*slots));
	for (size_t i = 0; i < table->slot_count; i++) {
		size_t at = table->slots[i].hash & (count - 1);

		if (table->slots[i].at == 0)
			continue;
		while (slots[at].at != 0)
			at = (at + 1) & (count - 1);
		slots[at] = table->slots[i];
	}
	pages_give(table->slots, table->slot_count * sizeof(*slots));
	table->slots = slots;
	table->slot_count = count;
	return true;
}

static bool resize_keys(struct key_table *table, size_t capacity)
{
	char *keys = pages_take(capacity);

	if (keys == NULL)
		return false;
	if (table->keys_len > 0)
		memcpy(keys, table->keys, table->keys_len);
	pages_give(table->keys, table->keys_capacity);
	table->keys = keys;
	table->keys_capacity = capacity;
	return true;
}

static bool grow_keys(struct key_table *table, size_t len)
{
	size_t capacity = table->keys_capacity == 0 ? 1024 : table->keys_capacity;

	if (len <= table->keys_capacity - table->keys_len)
		return true;
	while (capacity - table->keys_len < len)
		capacity += capacity / 2;
	return capacity / UNIT < UINT32_MAX && resize_keys(table, capacity);
}

enum status key_table_put(struct key_table *table, struct bytes key, uint32_t number, uint32_t *out_number)
{
	size_t len = (HEAD_LEN + key.len + UNIT - 1) / UNIT * UNIT;
	uint16_t key_len = (uint16_t)key.len;
	uint32_t hash = hash_of(table, key), known;
	struct key_slot *slot;
	char *entry;

	CHECK(key.len <= KEY_TABLE_KEY_MAX);
	if (!grow_slots(table) || !grow_keys(table, len))
		return STATUS_NO_MEMORY;
	slot = slot_of(table, key, hash, &known);
	if (slot->at != 0) {
		*out_number = known;
		return STATUS_OK;
	}
	*slot = (struct key_slot){.hash = hash, .at = (uint32_t)(table->keys_len / UNIT) + 1};
	entry = table->keys + table->keys_len;
	memset(entry + len - UNIT, 0, UNIT);
	memcpy(entry, &number, sizeof(number));
	memcpy(entry + sizeof(number), &key_len, sizeof(key_len));
	if (key.len > 0)
		memcpy(entry + HEAD_LEN, key.data, key.len);
	table->keys_len += len;
	table->count++;
	*out_number = number;
	return STATUS_OK;
}

void key_table_fit(struct key_table *table)
{
	if (table->keys_len > 0)
		(void)resize_keys(table, table->keys_len);
}
