#include "parsers/base/map.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "parsers/base/check.h"
#include "parsers/base/zeroed.h"

/* What is looked at and relinked stands close together, apart from keys and values: a map of a hundred
 * thousand entries is walked through its links, and of its entries only the one wanted is touched. */
struct map_link {
	struct map_link *next_in_bucket; /* or the next one that is free */
	struct map_link *older, *newer;
	struct map_entry *entry;
	uint64_t hash;
};

struct map_entry {
	struct map_link *link;
	uint32_t key_len;
	uint32_t value_len;
	_Alignas(max_align_t) char value[]; /* the value, then the key */
};

/* Links are taken so many at a time, twice as many each time, and go with the map. */
struct map_chunk {
	struct map_chunk *older;
	size_t count;
	struct map_link links[];
};

#define CHUNK_AT_FIRST 8
#define CHUNK_MAX      4096

#define BUCKETS_AT_FIRST 16

void map_init(struct map *map, const struct map_plan *plan)
{
	CHECK(plan->entries_max > 0 && plan->value_len <= UINT32_MAX);
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

static struct map_link *find(const struct map *map, struct bytes key, uint64_t hash)
{
	struct map_link *link;

	if (map->bucket_count == 0)
		return NULL;
	link = map->buckets[hash & (map->bucket_count - 1)];
	while (link != NULL && (link->hash != hash || !bytes_equal(map_key(link->entry->value), key)))
		link = link->next_in_bucket;
	return link;
}

void *map_find(const struct map *map, struct bytes key)
{
	struct map_link *link = find(map, key, hash_of(map, key));

	return link == NULL ? NULL : link->entry->value;
}

static void list_remove(struct map *map, struct map_link *link)
{
	*(link->older == NULL ? &map->oldest : &link->older->newer) = link->newer;
	*(link->newer == NULL ? &map->newest : &link->newer->older) = link->older;
}

static void list_add_newest(struct map *map, struct map_link *link)
{
	link->older = map->newest;
	link->newer = NULL;
	*(map->newest == NULL ? &map->oldest : &map->newest->newer) = link;
	map->newest = link;
}

static void touch(struct map *map, struct map_link *link)
{
	if (map->newest == link)
		return;
	list_remove(map, link);
	list_add_newest(map, link);
}

void map_touch(struct map *map, void *value)
{
	touch(map, entry_of(value)->link);
}

void map_remove(struct map *map, void *value)
{
	struct map_entry *entry = entry_of(value);
	struct map_link *link = entry->link;
	struct map_link **at = &map->buckets[link->hash & (map->bucket_count - 1)];

	while (*at != link)
		at = &(*at)->next_in_bucket;
	*at = link->next_in_bucket;
	list_remove(map, link);
	map->count--;
	if (map->plan.leave != NULL)
		map->plan.leave(map->plan.context, entry->value);
	free(entry);
	link->next_in_bucket = map->free_links;
	map->free_links = link;
}

void map_finish(struct map *map)
{
	while (map->oldest != NULL)
		map_remove(map, map->oldest->entry->value);
	while (map->chunks != NULL) {
		struct map_chunk *older = map->chunks->older;

		free(map->chunks);
		map->chunks = older;
	}
	free(map->buckets);
	*map = (struct map){0};
}

static bool grow(struct map *map)
{
	size_t count = map->bucket_count == 0 ? BUCKETS_AT_FIRST : map->bucket_count * 2;
	struct map_link **buckets;

	if (map->count < map->bucket_count)
		return true;
	buckets = calloc(count, sizeof(struct map_link *));
	if (buckets == NULL)
		return map->bucket_count > 0;
	for (struct map_link *link = map->oldest; link != NULL; link = link->newer) {
		struct map_link **at = &buckets[link->hash & (count - 1)];

		link->next_in_bucket = *at;
		*at = link;
	}
	free(map->buckets);
	map->buckets = buckets;
	map->bucket_count = count;
	return true;
}

static bool have_link(struct map *map)
{
	size_t count = map->chunks == NULL ? CHUNK_AT_FIRST : map->chunks->count * 2;
	struct map_chunk *chunk;

	if (map->free_links != NULL)
		return true;
	count = count > CHUNK_MAX ? CHUNK_MAX : count;
	chunk = malloc(sizeof(*chunk) + count * sizeof(chunk->links[0]));
	if (chunk == NULL)
		return false;
	*chunk = (struct map_chunk){.older = map->chunks, .count = count};
	map->chunks = chunk;
	while (count-- > 0) {
		chunk->links[count].next_in_bucket = map->free_links;
		map->free_links = &chunk->links[count];
	}
	return true;
}

static struct map_link *add(struct map *map, struct bytes key, uint64_t hash)
{
	struct map_entry *entry = zeroed(sizeof(*entry) + map->plan.value_len + key.len);
	struct map_link *link = map->free_links;
	struct map_link **at = &map->buckets[hash & (map->bucket_count - 1)];

	if (entry == NULL)
		return NULL;
	map->free_links = link->next_in_bucket;
	*link = (struct map_link){.next_in_bucket = *at, .entry = entry, .hash = hash};
	*at = link;
	entry->link = link;
	entry->key_len = (uint32_t)key.len;
	entry->value_len = (uint32_t)map->plan.value_len;
	if (key.len > 0)
		memcpy(entry->value + entry->value_len, key.data, key.len);
	list_add_newest(map, link);
	map->count++;
	return link;
}

void *map_put(struct map *map, struct bytes key, bool *out_is_new)
{
	uint64_t hash = hash_of(map, key);
	struct map_link *link = find(map, key, hash);

	if (link != NULL) {
		touch(map, link);
		*out_is_new = false;
		return link->entry->value;
	}
	if (map->count >= map->plan.entries_max) {
		map_remove(map, map->oldest->entry->value);
		map->evicted++;
	}
	if (key.len > UINT32_MAX || !grow(map) || !have_link(map))
		return NULL;
	link = add(map, key, hash);
	if (link == NULL)
		return NULL;
	*out_is_new = true;
	return link->entry->value;
}

void *map_oldest(const struct map *map)
{
	return map->oldest == NULL ? NULL : map->oldest->entry->value;
}

void *map_newest(const struct map *map)
{
	return map->newest == NULL ? NULL : map->newest->entry->value;
}

void *map_newer(const void *value)
{
	struct map_link *newer = entry_of(value)->link->newer;

	return newer == NULL ? NULL : newer->entry->value;
}
