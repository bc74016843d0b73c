#include "rules/word_trie.h"

#include <stdlib.h>
#include <string.h>

/* A word and what stands between its letters; further away it is no context (scan_context.c). */
#define REACH 48

/* Column 0 of a node is for bytes in no word. */
struct word_trie {
	uint8_t columns[256]; /* of each byte, upper case as lower */
	size_t column_count;
	uint32_t *next; /* node_count rows of column_count; 0: no word goes on */
	size_t node_count;
	uint64_t *bits; /* of each node: the classes of the word that ends there */
	size_t words;   /* of 64 bits each, a node */
};

static bool is_letter(unsigned char byte)
{
	return ascii_is_alnum((char)byte) || byte >= 0x80;
}

/* Every byte that some word has gets a column; how many nodes the words could need. */
static size_t count_nodes(struct word_trie *trie, const struct packs *packs)
{
	size_t count = 1;

	trie->column_count = 1;
	for (size_t i = 0; i < packs->count; i++)
		for (size_t w = 0; w < packs->classes[i].context_count; w++) {
			struct bytes word = packs->classes[i].context[w];

			count += word.len;
			for (size_t at = 0; at < word.len; at++) {
				uint8_t *column = &trie->columns[(unsigned char)word.data[at]];

				if (*column == 0)
					*column = (uint8_t)trie->column_count++;
			}
		}
	for (unsigned upper = 'A'; upper <= 'Z'; upper++)
		trie->columns[upper] = trie->columns[upper - 'A' + 'a'];
	return count;
}

static void add_word(struct word_trie *trie, struct bytes word, size_t class_index)
{
	uint32_t node = 0;

	if (word.len == 0)
		return;
	for (size_t at = 0; at < word.len; at++) {
		uint8_t column = trie->columns[(unsigned char)word.data[at]];
		uint32_t *next = &trie->next[node * trie->column_count + column];

		if (*next == 0)
			*next = (uint32_t)trie->node_count++;
		node = *next;
	}
	trie->bits[node * trie->words + class_index / 64] |= 1ull << class_index % 64;
}

struct word_trie *word_trie_new(const struct packs *packs)
{
	struct word_trie *trie = calloc(1, sizeof(*trie));
	size_t node_max;

	if (trie == NULL)
		return NULL;
	node_max = count_nodes(trie, packs);
	trie->words = packs->count / 64 + 1;
	trie->next = calloc(node_max * trie->column_count, sizeof(*trie->next));
	trie->bits = calloc(node_max * trie->words, sizeof(*trie->bits));
	if (trie->next == NULL || trie->bits == NULL) {
		word_trie_free(trie);
		return NULL;
	}
	trie->node_count = 1;
	for (size_t i = 0; i < packs->count; i++)
		for (size_t w = 0; w < packs->classes[i].context_count; w++)
			add_word(trie, packs->classes[i].context[w], i);
	return trie;
}

void word_trie_free(struct word_trie *trie)
{
	if (trie == NULL)
		return;
	free(trie->next);
	free(trie->bits);
	free(trie);
}

/* The words that begin at `from`. */
static bool find_at(const struct word_trie *trie, struct bytes text, size_t from, uint64_t *bits)
{
	size_t end = from + REACH < text.len ? from + REACH : text.len;
	uint32_t node = 0;
	uint64_t any = 0;

	for (size_t at = from; at < end; at++) {
		unsigned char byte = (unsigned char)text.data[at];

		if (!is_letter(byte))
			continue;
		node = trie->next[node * trie->column_count + trie->columns[byte]];
		if (node == 0)
			break;
		for (size_t i = 0; i < trie->words; i++) {
			bits[i] |= trie->bits[node * trie->words + i];
			any |= trie->bits[node * trie->words + i];
		}
	}
	return any != 0;
}

bool word_trie_find(const struct word_trie *trie, struct bytes text, uint64_t *bits)
{
	bool is_any = false;

	for (size_t from = 0; from < text.len; from++)
		if (trie->next[trie->columns[(unsigned char)text.data[from]]] != 0)
			is_any = find_at(trie, text, from, bits) || is_any;
	return is_any;
}
