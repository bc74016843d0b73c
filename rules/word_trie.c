#include "rules/word_trie.h"

#include <stdlib.h>
#include <string.h>

/* Words begin in few ways: three letters, in five bits each (27 for digits, 28 beyond ASCII), lead to one
 * bit. */
#define CODE_BITS  5
#define CODE_DIGIT 27
#define CODE_HIGH  28
#define BEGIN_MASK ((1u << 3 * CODE_BITS) - 1)

/* Column 0 of a node is for bytes in no word. */
struct word_trie {
	uint8_t columns[256]; /* of each byte, upper case as lower */
	size_t column_count;
	uint32_t *next; /* node_count rows of column_count; 0: no word goes on */
	size_t node_count;
	uint64_t *bits; /* of each node: the classes of the word that ends there */
	bool *is_end;   /* of each node: there is one */
	uint8_t codes[256];
	uint64_t begins[(BEGIN_MASK + 1) / 64];
	size_t words; /* of 64 bits each, a node */
};

static uint8_t code_of(char byte)
{
	if (ascii_is_digit(byte))
		return CODE_DIGIT;
	if (ascii_is_alpha(byte))
		return (uint8_t)(ascii_lower(byte) - 'a' + 1);
	return (unsigned char)byte >= 0x80 ? CODE_HIGH : 0;
}

/* All beginnings of a word; one shorter than three letters has many, also that with nothing behind it. */
static void add_begin(struct word_trie *trie, struct bytes word)
{
	unsigned first = 0, free_bits = word.len < 3 ? CODE_BITS * (3 - (unsigned)word.len) : 0;

	for (size_t at = 0; at < word.len && at < 3; at++)
		first = first << CODE_BITS | code_of(word.data[at]);
	first <<= free_bits;
	for (unsigned begin = first; begin < first + (1u << free_bits); begin++)
		trie->begins[begin / 64] |= 1ull << begin % 64;
}

static bool is_begin(const struct word_trie *trie, unsigned begin)
{
	return (trie->begins[begin / 64] >> begin % 64 & 1) != 0;
}

static size_t word_count(const struct data_class *class, enum word_list list)
{
	return list == WORDS_BESIDE ? class->context_count : class->not_beside_count;
}

/* Of a word longer than the reach its beginning: it is looked for when that is there. */
static struct bytes word_at(const struct data_class *class, enum word_list list, size_t index)
{
	return bytes_slice((list == WORDS_BESIDE ? class->context : class->not_beside)[index], 0, WORD_REACH);
}

/* Every byte that some word has gets a column; how many nodes the words could need. */
static size_t count_nodes(struct word_trie *trie, const struct packs *packs, enum word_list list)
{
	size_t count = 1;

	trie->column_count = 1;
	for (size_t i = 0; i < packs->count; i++)
		for (size_t w = 0; w < word_count(&packs->classes[i], list); w++) {
			struct bytes word = word_at(&packs->classes[i], list, w);

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
	trie->is_end[node] = true;
	add_begin(trie, word);
}

struct word_trie *word_trie_new(const struct packs *packs, enum word_list list)
{
	struct word_trie *trie = calloc(1, sizeof(*trie));
	size_t node_max;

	if (trie == NULL)
		return NULL;
	node_max = count_nodes(trie, packs, list);
	trie->words = packs->count / 64 + 1;
	trie->next = calloc(node_max * trie->column_count, sizeof(*trie->next));
	trie->bits = calloc(node_max * trie->words, sizeof(*trie->bits));
	trie->is_end = calloc(node_max, sizeof(*trie->is_end));
	for (unsigned byte = 0; byte < 256; byte++)
		trie->codes[byte] = code_of((char)byte);
	if (trie->next == NULL || trie->bits == NULL || trie->is_end == NULL) {
		word_trie_free(trie);
		return NULL;
	}
	trie->node_count = 1;
	for (size_t i = 0; i < packs->count; i++)
		for (size_t w = 0; w < word_count(&packs->classes[i], list); w++)
			add_word(trie, word_at(&packs->classes[i], list, w), i);
	return trie;
}

void word_trie_free(struct word_trie *trie)
{
	if (trie == NULL)
		return;
	free(trie->next);
	free(trie->bits);
	free(trie->is_end);
	free(trie);
}

/* The words that begin at `from`. */
static bool find_at(const struct word_trie *trie, struct bytes text, size_t from, uint64_t *bits)
{
	size_t end = from + WORD_REACH < text.len ? from + WORD_REACH : text.len;
	bool is_any = false;
	uint32_t node = 0;

	for (size_t at = from; at < end; at++) {
		unsigned char byte = (unsigned char)text.data[at];

		if (trie->codes[byte] == 0)
			continue;
		node = trie->next[node * trie->column_count + trie->columns[byte]];
		if (node == 0)
			break;
		for (size_t i = 0; i < trie->words && trie->is_end[node]; i++)
			bits[i] |= trie->bits[node * trie->words + i];
		is_any = is_any || trie->is_end[node];
	}
	return is_any;
}

bool word_trie_find(const struct word_trie *trie, struct bytes text, uint64_t *bits)
{
	size_t before = 0, last = 0; /* where the last two letters stand */
	unsigned begin = 0;
	bool is_any = false;

	for (size_t at = 0; at < text.len; at++) {
		uint8_t code = trie->codes[(unsigned char)text.data[at]];

		if (code == 0)
			continue;
		begin = (begin << CODE_BITS | code) & BEGIN_MASK;
		if (is_begin(trie, begin))
			is_any = find_at(trie, text, before, bits) || is_any;
		before = last;
		last = at;
	}
	for (int i = 0; i < 2; i++) {
		begin = begin << CODE_BITS & BEGIN_MASK;
		if (is_begin(trie, begin))
			is_any = find_at(trie, text, before, bits) || is_any;
		before = last;
	}
	return is_any;
}
