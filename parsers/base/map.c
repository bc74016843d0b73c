#define XXH_INLINE_ALL /* keys are short: the call would cost as much as the hash */

#include "parsers/base/map.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "parsers/base/check.h"
#include "parsers/base/pages.h"

/* Slots are searched, one after the other from where the hash leads: four of them are a cache line, and no
 * entry is looked at but the one wanted. */
struct map_slot {
	uint64_t hash;
	struct map_entry *entry; /* NULL: free */
};

struct map_entry {
	struct map_entry *older, *newer; /* or, of one that is free, the next free one in `older` */
	uint64_t hash;
	uint32_t key_len;
	unsigned value_len : 31, is_key_far : 1;
	_Alignas(max_align_t) char value[]; /* the value, then the key, or where it is */
};

/* Entries are cut from chunks, a few at first, then half as many as there are; they go with the map, or when
 * it is empty. All entries of a map are of one length, so that any takes the place of any. */
struct map_chunk {
	struct map_chunk *older;
	size_t len, used;
	_Alignas(max_align_t) char memory[];
};

#define ENTRIES_AT_FIRST 8
#define CHUNK_MAX        PAGES_HUGE
#define KEPT_WHEN_EMPTY  (64 * 1024)
#define SLOTS_AT_FIRST   16
#define KEY_ROOM         32 /* where the plan says nothing; a longer key has memory of its own */

void map_init(struct map *map, const struct map_plan *plan)
{
	CHECK(plan->entries_max > 0 && plan->value_len <= INT32_MAX);
	*map = (struct map){.plan = *plan};
	if (plan->key_len == 0)
		map->plan.key_len = KEY_ROOM;
	if (map->plan.key_len < sizeof(char *))
		map->plan.key_len = sizeof(char *);
}

static struct map_entry *entry_of(const void *value)
{
	return (struct map_entry *)((uintptr_t)value - offsetof(struct map_entry, value));
}

struct bytes map_key(const void *value)
{
	const struct map_entry *entry = entry_of(value);
	const char *room = entry->value + entry->value_len, *far;

	if (!entry->is_key_far)
		return (struct bytes){.data = room, .len = entry->key_len};
	memcpy(&far, room, sizeof(far));
	return (struct bytes){.data = far, .len = entry->key_len};
}

/* -- slots ------------------------------------------------------------------------------------ */

static uint64_t hash_of(const struct map *map, struct bytes key)
{
	return XXH3_64bits_withSeed(key.data == NULL ? "" : key.data, key.len, map->plan.seed);
}

/* Where a near key stands follows from the plan: the processor need not wait for the entry's head. */
static bool has_key(const struct map *map, const struct map_entry *entry, struct bytes key)
{
	if (entry->is_key_far)
		return bytes_equal(map_key(entry->value), key);
	return bytes_equal((struct bytes){entry->value + map->plan.value_len, entry->key_len}, key);
}

static struct map_entry *find(const struct map *map, struct bytes key, uint64_t hash)
{
	size_t mask = map->slot_count - 1, at = hash & mask;

	if (map->slot_count == 0)
		return NULL;
	for (; map->slots[at].entry != NULL; at = (at + 1) & mask)
		if (map->slots[at].hash == hash && has_key(map, map->slots[at].entry, key))
			return map->slots[at].entry;
	return NULL;
}

static void slot_fill(struct map_slot *slots, size_t slot_count, struct map_slot slot)
{
	size_t at = slot.hash & (slot_count - 1);

	while (slots[at].entry != NULL)
		at = (at + 1) & (slot_count - 1);
	slots[at] = slot;
}

/* Those behind it that would not be found over the gap move up. */
static void slot_clear(struct map *map, const struct map_entry *entry)
{
	size_t mask = map->slot_count - 1, gap = entry->hash & mask;

	while (map->slots[gap].entry != entry)
		gap = (gap + 1) & mask;
	for (size_t at = (gap + 1) & mask; map->slots[at].entry != NULL; at = (at + 1) & mask) {
		size_t home = map->slots[at].hash & mask;

		if (((at - home) & mask) < ((at - gap) & mask))
			continue;
		map->slots[gap] = map->slots[at];
		gap = at;
	}
	map->slots[gap].entry = NULL;
}

/* At most two thirds are taken. */
static bool slots_grow(struct map *map)
{
	size_t count = map->slot_count == 0 ? SLOTS_AT_FIRST : map->slot_count * 2;
	struct map_slot *slots;

	if ((map->count + 1) * 3 <= map->slot_count * 2)
		return true;
	slots = pages_take(count * sizeof(*slots));
	if (slots == NULL)
		return false;
	memset(slots, 0, count * sizeof(*slots));
	for (size_t i = 0; i < map->slot_count; i++)
		if (map->slots[i].entry != NULL)
			slot_fill(slots, count, map->slots[i]);
	pages_give(map->slots, map->slot_count * sizeof(*slots));
	map->slots = slots;
	map->slot_count = count;
	return true;
}

/* -- memory of entries ------------------------------------------------------------------------- */

static size_t entry_len(const struct map *map)
{
	size_t len = sizeof(struct map_entry) + map->plan.value_len + map->plan.key_len;

	return (len + _Alignof(max_align_t) - 1) & ~(_Alignof(max_align_t) - 1);
}

static void chunks_free(struct map *map)
{
	while (map->chunks != NULL) {
		struct map_chunk *older = map->chunks->older;

		pages_give(map->chunks, map->chunks->len);
		map->chunks = older;
	}
	map->chunk_bytes = 0;
	map->free_entries = NULL;
}

static struct map_chunk *chunk_with(struct map *map, size_t len)
{
	struct map_chunk *chunk = map->chunks;
	size_t wanted = map->chunk_bytes / 2;

	if (chunk != NULL && chunk->len - chunk->used >= len)
		return chunk;
	if (wanted < ENTRIES_AT_FIRST * len)
		wanted = ENTRIES_AT_FIRST * len;
	if (wanted > CHUNK_MAX)
		wanted = CHUNK_MAX;
	if (wanted < sizeof(*chunk) + len)
		wanted = sizeof(*chunk) + len;
	chunk = pages_take(wanted);
	if (chunk == NULL)
		return NULL;
	*chunk = (struct map_chunk){.older = map->chunks, .len = wanted, .used = sizeof(*chunk)};
	map->chunks = chunk;
	map->chunk_bytes += wanted;
	return chunk;
}

/* Not zeroed. */
static struct map_entry *entry_take(struct map *map)
{
	struct map_entry *entry = map->free_entries;
	struct map_chunk *chunk;

	if (entry != NULL) {
		map->free_entries = entry->older;
		return entry;
	}
	chunk = chunk_with(map, entry_len(map));
	if (chunk == NULL)
		return NULL;
	chunk->used += entry_len(map);
	return (struct map_entry *)((char *)chunk + chunk->used - entry_len(map));
}

static void entry_give(struct map *map, struct map_entry *entry)
{
	if (entry->is_key_far)
		free((void *)(uintptr_t)map_key(entry->value).data);
	entry->older = map->free_entries;
	map->free_entries = entry;
}

static bool key_write(const struct map *map, struct map_entry *entry, struct bytes key)
{
	char *room = entry->value + entry->value_len;

	entry->key_len = (uint32_t)key.len;
	entry->is_key_far = key.len > map->plan.key_len;
	if (entry->is_key_far) {
		char *far = malloc(key.len);

		if (far == NULL)
			return false;
		memcpy(room, &far, sizeof(far));
		room = far;
	}
	if (key.len > 0)
		memcpy(room, key.data, key.len);
	return true;
}

/* -- the order in which they were touched ------------------------------------------------------ */

static void list_remove(struct map *map, struct map_entry *entry)
{
	*(entry->older == NULL ? &map->oldest : &entry->older->newer) = entry->newer;
	*(entry->newer == NULL ? &map->newest : &entry->newer->older) = entry->older;
}

static void list_add_newest(struct map *map, struct map_entry *entry)
{
	entry->older = map->newest;
	entry->newer = NULL;
	*(map->newest == NULL ? &map->oldest : &map->newest->newer) = entry;
	map->newest = entry;
}

static void touch(struct map *map, struct map_entry *entry)
{
	if (map->newest == entry)
		return;
	list_remove(map, entry);
	list_add_newest(map, entry);
}

/* --------------------------------------------------------------------------------------------- */

void *map_find(const struct map *map, struct bytes key)
{
	struct map_entry *entry = find(map, key, hash_of(map, key));

	return entry == NULL ? NULL : entry->value;
}

void *map_again(struct map *map, const struct map_place *place)
{
	if (place->value == NULL || place->left != map->left)
		return NULL;
	touch(map, entry_of(place->value));
	return place->value;
}

uint64_t map_call(const struct map *map, struct bytes key)
{
	uint64_t hash = hash_of(map, key);

	if (map->slot_count > 0)
		__builtin_prefetch(&map->slots[hash & (map->slot_count - 1)]);
	return hash;
}

void map_follow(const struct map *map, uint64_t called)
{
	size_t mask = map->slot_count - 1, at = called & mask;

	if (map->slot_count == 0)
		return;
	while (map->slots[at].entry != NULL && map->slots[at].hash != called)
		at = (at + 1) & mask;
	if (map->slots[at].entry == NULL)
		return;
	__builtin_prefetch(map->slots[at].entry, 1);
	__builtin_prefetch(map->slots[at].entry->value + map->plan.value_len);
}

void map_touch(struct map *map, void *value)
{
	touch(map, entry_of(value));
}

void map_remove(struct map *map, void *value)
{
	struct map_entry *entry = entry_of(value);

	slot_clear(map, entry);
	list_remove(map, entry);
	map->count--;
	map->left++;
	if (map->plan.leave != NULL)
		map->plan.leave(map->plan.context, entry->value);
	entry_give(map, entry);
	if (map->count == 0 && map->chunk_bytes > KEPT_WHEN_EMPTY)
		chunks_free(map);
}

void map_finish(struct map *map)
{
	while (map->oldest != NULL)
		map_remove(map, map->oldest->value);
	chunks_free(map);
	pages_give(map->slots, map->slot_count * sizeof(*map->slots));
	*map = (struct map){0};
}

static struct map_entry *add(struct map *map, struct bytes key, uint64_t hash)
{
	struct map_entry *entry = entry_take(map);

	if (entry == NULL)
		return NULL;
	entry->hash = hash;
	entry->value_len = (unsigned)map->plan.value_len & INT32_MAX;
	if (!key_write(map, entry, key)) {
		entry->is_key_far = false;
		entry_give(map, entry);
		return NULL;
	}
	memset(entry->value, 0, map->plan.value_len);
	slot_fill(map->slots, map->slot_count, (struct map_slot){hash, entry});
	list_add_newest(map, entry);
	map->count++;
	return entry;
}

void *map_put(struct map *map, struct bytes key, bool *out_is_new)
{
	uint64_t hash = hash_of(map, key);
	struct map_entry *entry = find(map, key, hash);

	if (entry != NULL) {
		touch(map, entry);
		*out_is_new = false;
		return entry->value;
	}
	if (map->count >= map->plan.entries_max) {
		map_remove(map, map->oldest->value);
		map->evicted++;
		__builtin_prefetch(map->oldest, 1); /* the next to go */
	}
	if (key.len > UINT32_MAX || !slots_grow(map))
		return NULL;
	entry = add(map, key, hash);
	if (entry == NULL)
		return NULL;
	*out_is_new = true;
	return entry->value;
}

void *map_oldest(const struct map *map)
{
	return map->oldest == NULL ? NULL : map->oldest->value;
}

void *map_newest(const struct map *map)
{
	return map->newest == NULL ? NULL : map->newest->value;
}

void *map_newer(const void *value)
{
	struct map_entry *newer = entry_of(value)->newer;

	return newer == NULL ? NULL : newer->value;
}
