/*
 * map: a bounded map from bytes to a value of fixed size, with a keyed hash so
 * that nobody outside can make its chains long. When it is full, the entry
 * that was longest untouched leaves first, through `leave`.
 *
 *	map_init(&map, &(struct map_plan){.entries_max = 1000, .value_len = sizeof(struct x), .seed = seed});
 *	struct x *x = map_put(&map, key, &is_new);	zeroed when new; NULL without memory
 *	map_finish(&map);
 *
 * Owns     keys (copied) and values. A value stays where it is until it leaves.
 * Order    map_oldest/map_newer walk from the longest untouched to the newest;
 *          map_find does not touch, map_put and map_touch do.
 * Thread   one.
 */
#pragma once

#include "parsers/base/bytes.h"

struct map_slot;
struct map_entry;
struct map_chunk;

struct map_plan {
	size_t entries_max; /* at least 1 */
	size_t value_len;
	size_t key_len; /* of most keys, at most: so much room is beside the value; 0: 32 bytes */
	uint64_t seed;  /* random for each run of the sensor */
	void (*leave)(void *context, void *value); /* before a value goes for any reason; may be NULL */
	void *context;
};

struct map {
	struct map_plan plan;
	struct map_slot *slots;
	size_t slot_count; /* a power of two; grows with the entries */
	size_t count;
	uint64_t evicted; /* left because the map was full */
	uint64_t left;    /* for any reason */
	struct map_entry *oldest, *newest;
	struct map_entry *free_entries;
	struct map_chunk *chunks;
	size_t chunk_bytes; /* of all chunks */
};

void map_init(struct map *map, const struct map_plan *plan);
void map_finish(struct map *map); /* accepts zeroed memory; calls leave for each */

void *map_find(const struct map *map, struct bytes key); /* NULL when absent */
void *map_put(struct map *map, struct bytes key, bool *out_is_new);
void map_touch(struct map *map, void *value);
void map_remove(struct map *map, void *value); /* calls leave */

/* Where a key was found, for who asks for it again and again: its value, so long as none left the map. */
struct map_place {
	void *value; /* NULL: nowhere yet */
	uint64_t left;
};

void *map_again(struct map *map, const struct map_place *place); /* touches; NULL: look it up */

/* For a key that will be put soon: calls its slot into the cache, what is behind the slot once that is there,
 * and then those that are beside it in the order. */
uint64_t map_call(const struct map *map, struct bytes key); /* what the other two are given */
void map_follow(const struct map *map, uint64_t called);
void map_follow_order(const struct map *map, uint64_t called);

void *map_oldest(const struct map *map); /* NULL when empty */
void *map_newest(const struct map *map);
void *map_newer(const void *value); /* the next one; NULL at the end */
struct bytes map_key(const void *value);
