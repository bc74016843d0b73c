/*
 * word_trie: all context words of all classes at once, or all words that speak
 * against them. Says which classes could have a word in a text, so that only
 * their patterns run over it, and only their words are looked for in a name.
 *
 *	trie = word_trie_new(packs, WORDS_BESIDE);
 *	word_trie_find(trie, text, bits);
 *	if (bits[index / 64] >> index % 64 & 1)
 *
 * Letters and digits count, case and what stands between them does not: more is
 * found than scan_context would take, never less. Whoever uses the answer looks
 * at the words before a match again.
 *
 * Thread   frozen once made.
 */
#pragma once

#include "rules/pack.h"

struct word_trie;

/* A word and what stands between its letters; further away it is no context (scan_context.c). */
#define WORD_REACH 48

enum word_list {
	WORDS_BESIDE,  /* context */
	WORDS_AGAINST, /* not_beside */
};

struct word_trie *word_trie_new(const struct packs *packs, enum word_list list); /* NULL without memory */
void word_trie_free(struct word_trie *trie);

/* Sets the bits of the classes, packs->count of them, and leaves the others; true when there was one. */
bool word_trie_find(const struct word_trie *trie, struct bytes text, uint64_t *bits);
