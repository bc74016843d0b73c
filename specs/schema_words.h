/*
 * schema_words: a fixed set of words, found by a cheap hash: property names and
 * the strings of an enum. Built once; a set whose hashes crowd is refused, so a
 * lookup looks at a handful of places whoever chose the words.
 *
 * Lends    the words, which stay where they are.
 */
#pragma once

#include <stdint.h>
#include <string.h>

#include "parsers/base/arena.h"

struct schema_words {
	uint32_t *slots; /* 1 + the index of a word; 0 is free. NULL: no table */
	size_t mask;
};

/* At most so many places are looked at. */
#define SCHEMA_WORDS_PROBES 12

static inline uint64_t word_load(const char *at, size_t len)
{
	uint64_t value = 0;

	memcpy(&value, at, len);
	return value;
}

/* Its first bytes and its last: up to sixteen bytes they are all of it, with its length. */
static inline void word_ends(struct bytes word, uint64_t *out_head, uint64_t *out_tail)
{
	*out_head = *out_tail = 0;
	if (word.len >= 8) {
		*out_head = word_load(word.data, 8);
		*out_tail = word_load(word.data + word.len - 8, 8);
	} else if (word.len >= 4) {
		*out_head = word_load(word.data, 4);
		*out_tail = word_load(word.data + word.len - 4, 4);
	} else if (word.len > 0) {
		*out_head = (uint64_t)(unsigned char)word.data[0] << 16 |
			    (uint64_t)(unsigned char)word.data[word.len / 2] << 8 |
			    (unsigned char)word.data[word.len - 1];
	}
}

/* Length, head and tail: what tells names apart. */
static inline uint64_t word_hash(struct bytes word)
{
	uint64_t head, tail, hash;

	word_ends(word, &head, &tail);
	hash = (head ^ word.len * 0x9e3779b97f4a7c15ull) * 0xff51afd7ed558ccdull;
	hash = (hash ^ hash >> 29 ^ tail) * 0xc4ceb9fe1a85ec53ull;
	return hash ^ hash >> 32;
}

/* Two loads that overlap, for the lengths that names have. */
static inline bool word_equal(struct bytes a, struct bytes b)
{
	if (a.len != b.len)
		return false;
	if (a.len >= 8 && a.len <= 16)
		return word_load(a.data, 8) == word_load(b.data, 8) &&
		       word_load(a.data + a.len - 8, 8) == word_load(b.data + a.len - 8, 8);
	if (a.len >= 4 && a.len < 8)
		return word_load(a.data, 4) == word_load(b.data, 4) &&
		       word_load(a.data + a.len - 4, 4) == word_load(b.data + a.len - 4, 4);
	if (a.len < 4)
		return a.len == 0 || (a.data[0] == b.data[0] && a.data[a.len / 2] == b.data[a.len / 2] &&
				      a.data[a.len - 1] == b.data[a.len - 1]);
	return memcmp(a.data, b.data, a.len) == 0;
}

/* Word number i stands at `first` + i * `stride`. False without memory, or when the hashes crowd. */
bool words_build(struct schema_words *words, struct arena *arena, const void *first, size_t stride,
		 size_t count);

/* Its number, or SIZE_MAX. */
static inline size_t words_find(const struct schema_words *words, const void *first, size_t stride,
				struct bytes word)
{
	size_t at = (size_t)word_hash(word);

	for (int i = 0; i < SCHEMA_WORDS_PROBES; i++, at++) {
		uint32_t slot = words->slots[at & words->mask];
		const struct bytes *other;

		if (slot == 0)
			return SIZE_MAX;
		other = (const struct bytes *)(const void *)((const char *)first + (slot - 1) * stride);
		if (word_equal(*other, word))
			return slot - 1;
	}
	return SIZE_MAX;
}
