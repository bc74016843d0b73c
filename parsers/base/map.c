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

/* The key, or where it is, stands before it, and the value behind: what a look-up reads first is one line of
 * the cache, or two where keys are long. */
struct map_entry {
	struct map_entry *older, *newer; /* or, of one that is free, the next free one in `older` */
	uint64_t hash;
	uint32_t key_len;
	unsigned key_room : 31, is_key_far : 1;
	_Alignas(max_align_t) char value[];
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
#define KEY_ROOM         32  /* where the plan says nothing; a longer key has memory of its own */
#define CALLED_LEN       256 /* of a value, at most: map_follow */

static size_t round_up(size_t len, size_t unit)
{
	return (len + unit - 1) & ~(unit - 1);
}

void map_init(struct map *map, const struct map_plan *plan)
{
	CHECK(plan->entries_max > 0 && plan->key_len <= INT32_MAX / 2);
	*map = (struct map){.plan = *plan};
	map->plan.key_len = round_up(plan->key_len == 0 ? KEY_ROOM : plan->key_len, _Alignof(max_align_t));
}

static struct map_entry *entry_of(const void *value)
{
	return (struct map_entry *)((uintptr_t)value - offsetof(struct map_entry, value));
}

struct bytes map_key(const void *value)
{
	const struct map_entry *entry = entry_of(value);
	const char *room = (const char *)entry - entry->key_room, *far;

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
	return bytes_equal((struct bytes){(const char *)entry - map->plan.key_len, entry->key_len}, key);
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

/* Whole lines of the cache, where that makes them a quarter longer at most. */
static size_t entry_len(const struct map *map)
{
	size_t len = round_up(map->plan.key_len + sizeof(struct map_entry) + map->plan.value_len,
			      _Alignof(max_align_t));
	size_t lines = round_up(len, CACHE_LINE);

	return lines - len <= len / 4 ? lines : len;
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
	if (wanted < sizeof(*chunk) + CACHE_LINE + len)
		wanted = sizeof(*chunk) + CACHE_LINE + len;
	chunk = pages_take(wanted);
	if (chunk == NULL)
		return NULL;
	*chunk = (struct map_chunk){.older = map->chunks, .len = wanted};
	chunk->used = round_up((uintptr_t)chunk->memory, CACHE_LINE) - (uintptr_t)chunk;
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
	entry = (struct map_entry *)((char *)chunk + chunk->used + map->plan.key_len);
	chunk->used += entry_len(map);
	return entry;
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
	char *room = (char *)entry - map->plan.key_len;

	entry->key_room = (unsigned)map->plan.key_len & INT32_MAX;
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

static const struct map_entry *entry_called(const struct map *map, uint64_t called)
{
	size_t mask = map->slot_count - 1, at = called & mask;

	if (map->slot_count == 0)
		return NULL;
	while (map->slots[at].entry != NULL && map->slots[at].hash != called)
		at = (at + 1) & mask;
	return map->slots[at].entry;
}

void map_follow(const struct map *map, uint64_t called)
{
	const struct map_entry *entry = entry_called(map, called);
	size_t len = map->plan.value_len < CALLED_LEN ? map->plan.value_len : CALLED_LEN;

	if (entry == NULL)
		return;
	for (const char *at = (const char *)entry - map->plan.key_len; at < entry->value + len;
	     at += CACHE_LINE)
		__builtin_prefetch(at, 1);
}

void map_follow_order(const struct map *map, uint64_t called)
{
	const struct map_entry *entry = entry_called(map, called);

	if (entry == NULL)
		return;
	__builtin_prefetch(entry->older, 1);
	__builtin_prefetch(entry->newer, 1);
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

/* In a map that is full, one goes with each that comes: what removing the next two touches is called. */
static void evict(struct map *map)
{
	map_remove(map, map->oldest->value);
	map->evicted++;
	if (map->oldest == NULL)
		return;
	__builtin_prefetch(&map->slots[map->oldest->hash & (map->slot_count - 1)]);
	__builtin_prefetch(map->oldest->newer, 1);
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
	if (map->count >= map->plan.entries_max)
		evict(map);
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
