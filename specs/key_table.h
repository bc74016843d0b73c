/*
 * key_table: from bytes to a number, for millions of keys that a contract names.
 * Keys stand one behind the other in one run of memory and are found by open
 * addressing: some fifty bytes a key of 32, and two cache lines a lookup.
 *
 *	key_table_init(&table, seed);
 *	status = key_table_put(&table, key, number, &there);	the first number of a key stays
 *	key_table_fit(&table);					nothing is added any more
 *	is_there = key_table_find(&table, key, &number);
 *
 * Nothing leaves. Keys come from files: the seed hides nothing from who writes them.
 *
 * Owns     keys (copied).
 * Thread   frozen after key_table_fit; shared.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

#define KEY_TABLE_KEY_MAX UINT16_MAX

struct key_slot {
	uint32_t hash;
	uint32_t at; /* 1 + where its key stands, in units of 4 bytes; 0: free */
};

struct key_table {
	uint64_t seed;
	struct key_slot *slots;
	size_t slot_count; /* a power of two */
	size_t count;
	char *keys;
	size_t keys_len, keys_capacity;
};

void key_table_init(struct key_table *table, uint64_t seed);
void key_table_finish(struct key_table *table); /* accepts zeroed */

/* `out_number`: that of the key, which is `number` when the key is new. */
MUST_CHECK enum status key_table_put(struct key_table *table, struct bytes key, uint32_t number,
				     uint32_t *out_number);
void key_table_fit(struct key_table *table);
bool key_table_find(const struct key_table *table, struct bytes key, uint32_t *out_number);
