#include "parsers/base/map.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "parsers/base/check.h"

struct map_entry {
	struct map_entry *next_in_bucket;
	struct map_entry *older, *newer;
	uint64_t hash;
	size_t key_len;
	size_t value_len;
	_Alignas(max_align_t) char value[]; /* the value, then the key */
};

#define BUCKETS_AT_FIRST 16

void map_init(struct map *map, const struct map_plan *plan)
{
	CHECK(plan->entries_max > 0);
	*map = (struct map){.plan = *plan};
}

static struct map_entry *entry_of(const void *value)
{
	return (struct map_entry *)((uintptr_t)value - offsetof(struct map_entry, value));
}

struct bytes map_key(const void *value)
{
	struct map_entry *entry = entry_of(value);

	return (struct bytes){.data = entry->value + entry->value_len, .len = entry->key_len};
}

static uint64_t hash_of(const struct map *map, struct bytes key)
{
	return XXH3_64bits_withSeed(key.data == NULL ? "" : key.data, key.len, map->plan.seed);
}

static struct map_entry *find(const struct map *map, struct bytes key, uint64_t hash)
{
	struct map_entry *entry;

	if (map->bucket_count == 0)
		return NULL;
	entry = map->buckets[hash & (map->bucket_count - 1)];
	while (entry != NULL && (entry->hash != hash || !bytes_equal(map_key(entry->value), key)))
		entry = entry->next_in_bucket;
	return entry;
}

void *map_find(const struct map *map, struct bytes key)
{
	struct map_entry *entry = find(map, key, hash_of(map, key));

	return entry == NULL ? NULL : entry->value;
}

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

void map_touch(struct map *map, void *value)
{
	struct map_entry *entry = entry_of(value);

	if (map->newest == entry)
		return;
	list_remove(map, entry);
	list_add_newest(map, entry);
}

void map_remove(struct map *map, void *value)
{
	struct map_entry *entry = entry_of(value);
	struct map_entry **at = &map->buckets[entry->hash & (map->bucket_count - 1)];

	while (*at != entry)
		at = &(*at)->next_in_bucket;
	*at = entry->next_in_bucket;
	list_remove(map, entry);
	map->count--;
	if (map->plan.leave != NULL)
		map->plan.leave(map->plan.context, entry->value);
	free(entry);
}

void map_finish(struct map *map)
{
	while (map->oldest != NULL)
		map_remove(map, map->oldest->value);
	free(map->buckets);
	*map = (struct map){0};
}

static bool grow(struct map *map)
{
	size_t count = map->bucket_count == 0 ? BUCKETS_AT_FIRST : map->bucket_count * 2;
	struct map_entry **buckets;

	if (map->count < map->bucket_count)
		return true;
	buckets = calloc(count, sizeof(struct map_entry *));
	if (buckets == NULL)
		return map->bucket_count > 0;
	for (struct map_entry *entry = map->oldest; entry != NULL; entry = entry->newer) {
		struct map_entry **at = &buckets[entry->hash & (count - 1)];

		entry->next_in_bucket = *at;
		*at = entry;
	}
	free(map->buckets);
	map->buckets = buckets;
	map->bucket_count = count;
	return true;
}

static struct map_entry *add(struct map *map, struct bytes key, uint64_t hash)
{
	struct map_entry *entry = calloc(1, sizeof(*entry) + map->plan.value_len + key.len);
	struct map_entry **at;

	if (entry == NULL)
		return NULL;
	entry->hash = hash;
	entry->key_len = key.len;
	entry->value_len = map->plan.value_len;
	if (key.len > 0)
		memcpy(entry->value + entry->value_len, key.data, key.len);
	at = &map->buckets[hash & (map->bucket_count - 1)];
	entry->next_in_bucket = *at;
	*at = entry;
	list_add_newest(map, entry);
	map->count++;
	return entry;
}

void *map_put(struct map *map, struct bytes key, bool *out_is_new)
{
	uint64_t hash = hash_of(map, key);
	struct map_entry *entry = find(map, key, hash);

	if (entry != NULL) {
		map_touch(map, entry->value);
		*out_is_new = false;
		return entry->value;
	}
	if (map->count >= map->plan.entries_max) {
		map_remove(map, map->oldest->value);
		map->evicted++;
	}
	if (!grow(map))
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

void *map_newer(const void *value)
{
	struct map_entry *entry = entry_of(value);

	return entry->newer == NULL ? NULL : entry->newer->value;
}
