#include "rules/scan_names.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "rules/scan_context.h"

#define SLOT_BITS     10
#define SLOT_COUNT    (1 << SLOT_BITS)
#define SLOT_NAME_MAX 60
#define SLOT_EMPTY    SIZE_MAX

/* A golden section of the circle: turns fall in step with nothing that comes again and again. */
#define TURN_STEP 0x9E3779B9u

/* Names are words. What has an '@' or many digits, or is very long, may be more. */
#define NAME_LEN_DATA    20
#define NAME_DIGITS_DATA 6

/* The first and the last eight bytes: with the length all of a name up to 16 bytes. */
struct ends {
	uint64_t head, tail;
};

struct slot {
	struct slot *next; /* of the name that was looked at after it */
	size_t len;        /* SLOT_EMPTY: of no name */
	struct ends ends;
	struct name_facts facts;
	char name[SLOT_NAME_MAX];
};

/* Of a name that the JSON reader knows. */
struct known {
	uint64_t number; /* 0: of none */
	struct name_facts facts;
};

struct scan_names {
	const struct packs *packs;
	const struct word_trie *beside; /* the words for a class, and those against it */
	struct word_trie *against;
	size_t words;
	uint64_t *bits; /* of each slot, of each known name, and one more answer for names too long to keep */
	struct slot slots[SLOT_COUNT];
	struct known known[LIMIT_JSON_NAMES];
	struct bytes last; /* looked at; the same run has the same facts */
	const struct name_facts *last_facts;
	struct slot *at;              /* the slot last looked at */
	uint32_t turn;                /* its first bit: which of its two slots a new name takes */
	struct name_facts long_facts; /* of a name too long to keep */
};

struct scan_names *names_new(const struct packs *packs, const struct word_trie *beside)
{
	struct scan_names *names = calloc(1, sizeof(*names));

	if (names == NULL)
		return NULL;
	names->packs = packs;
	names->at = names->slots;
	for (size_t i = 0; i < SLOT_COUNT; i++)
		names->slots[i] = (struct slot){.next = names->slots, .len = SLOT_EMPTY};
	names->beside = beside;
	names->against = word_trie_new(packs, WORDS_AGAINST);
	names->words = packs->count / 64 + 1;
	names->bits = calloc((SLOT_COUNT + LIMIT_JSON_NAMES + 1) * 2 * names->words, sizeof(*names->bits));
	if (names->bits != NULL && names->against != NULL)
		return names;
	names_free(names);
	return NULL;
}

void names_free(struct scan_names *names)
{
	if (names == NULL)
		return;
	word_trie_free(names->against);
	free(names->bits);
	free(names);
}

size_t names_words(const struct scan_names *names)
{
	return names->words;
}

/* Of the classes whose words may be in the name those that have one there, and not already in `but`. */
static bool keep_true(const struct scan_names *names, const struct scan_context *context, bool is_against,
		      const uint64_t *but, uint64_t *bits)
{
	bool is_any = false;

	for (size_t i = 0; i < names->words; i++) {
		uint64_t likely = but == NULL ? bits[i] : bits[i] & ~but[i];

		for (bits[i] = 0; likely != 0; likely &= likely - 1) {
			unsigned at = (unsigned)__builtin_ctzll(likely);
			const struct data_class *class = &names->packs->classes[i * 64 + at];

			if (is_against ? context_has_any(context, class->not_beside, class->not_beside_count)
				       : context_has_any(context, class->context, class->context_count))
				bits[i] |= 1ull << at;
		}
		is_any = is_any || bits[i] != 0;
	}
	return is_any;
}

/* The classes that the name gives context to, then those that it is against. Most names have none of the
 * words: then nothing else is done. */
static void answer(const struct scan_names *names, struct bytes name, uint64_t *bits, bool *out_has_classes,
		   bool *out_has_others)
{
	uint64_t *others = bits + names->words;
	struct scan_context context;
	struct bytes text = name;

	memset(bits, 0, 2 * names->words * sizeof(*bits));
	context_clear(&context);
	if (name.len > WORD_REACH) {
		context_add(&context, name);
		text = (struct bytes){context.text, context.len};
	}
	*out_has_classes = word_trie_find(names->beside, text, bits);
	*out_has_others = word_trie_find(names->against, text, others);
	if ((*out_has_classes || *out_has_others) && context.len == 0)
		context_add(&context, name);
	*out_has_classes = *out_has_classes && keep_true(names, &context, false, NULL, bits);
	*out_has_others = *out_has_others && keep_true(names, &context, true, bits, others);
}

static uint64_t load(const char *at, size_t len)
{
	uint64_t word = 0;
	uint32_t half;

	if (len == 8) {
		memcpy(&word, at, 8);
		return word;
	}
	memcpy(&half, at, 4);
	return half;
}

static struct ends ends_of(struct bytes name)
{
	const char *at = name.data;

	if (name.len >= 8)
		return (struct ends){load(at, 8), load(at + name.len - 8, 8)};
	if (name.len >= 4)
		return (struct ends){load(at, 4), load(at + name.len - 4, 4)};
	if (name.len == 0)
		return (struct ends){0};
	return (struct ends){(unsigned char)at[0] | (uint64_t)(unsigned char)at[name.len / 2] << 8,
			     (unsigned char)at[name.len - 1]};
}

/* A name has two slots: of two that meet in one, each exchange would drive out both. Whoever makes names
 * collide makes the scan look again, and no more. */
struct slots_of_name {
	size_t one, other;
};

static struct slots_of_name slots_of(struct bytes name, const struct ends *ends)
{
	uint64_t hash = (ends->head ^ name.len) * 0x9E3779B97F4A7C15ull;

	for (size_t at = 8; at + 8 < name.len; at += 8) {
		hash = (hash ^ load(name.data + at, 8)) * 0x9E3779B97F4A7C15ull;
		hash ^= hash >> 32;
	}
	hash = (hash ^ hash >> 32 ^ ends->tail) * 0x9E3779B97F4A7C15ull;
	/* The last letters of a name reach no lower bits. */
	return (struct slots_of_name){hash >> (64 - SLOT_BITS), (hash >> (64 - 2 * SLOT_BITS)) % SLOT_COUNT};
}

static bool is_of(const struct slot *slot, struct bytes name, const struct ends *ends)
{
	return slot->len == name.len && slot->ends.head == ends->head && slot->ends.tail == ends->tail &&
	       (name.len <= 16 || memcmp(slot->name, name.data, name.len) == 0);
}

static bool is_data(struct bytes name)
{
	bool has_at = false;
	size_t digits = 0;

	for (size_t i = 0; i < name.len; i++) {
		digits += ascii_is_digit(name.data[i]);
		has_at = has_at || name.data[i] == '@';
	}
	return has_at || digits >= NAME_DIGITS_DATA || name.len >= NAME_LEN_DATA;
}

static void work_out(const struct scan_names *names, struct bytes name, uint64_t *bits,
		     struct name_facts *out_facts)
{
	bool has_classes, has_others;

	answer(names, name, bits, &has_classes, &has_others);
	*out_facts = (struct name_facts){.classes = has_classes ? bits : NULL,
					 .others = has_others ? bits + names->words : NULL,
					 .is_data = is_data(name)};
}

/* The room of an answer. */
static uint64_t *bits_at(const struct scan_names *names, size_t at)
{
	return names->bits + at * 2 * names->words;
}

static struct slot *find(struct scan_names *names, struct bytes name, const struct ends *ends)
{
	struct slots_of_name at = slots_of(name, ends);
	struct slot *slot = &names->slots[at.one];
	size_t index;

	if (is_of(slot, name, ends))
		return slot;
	if (is_of(&names->slots[at.other], name, ends))
		return &names->slots[at.other];
	names->turn += TURN_STEP;
	index = names->turn >> 31 == 0 ? at.one : at.other;
	slot = &names->slots[index];
	work_out(names, name, bits_at(names, index), &slot->facts);
	slot->len = name.len;
	slot->ends = *ends;
	if (name.len > 0)
		memcpy(slot->name, name.data, name.len);
	return slot;
}

static struct name_facts *find_facts(struct scan_names *names, struct bytes name)
{
	struct ends ends = ends_of(name);

	if (name.len <= SLOT_NAME_MAX)
		return &find(names, name, &ends)->facts;
	work_out(names, name, bits_at(names, SLOT_COUNT + LIMIT_JSON_NAMES), &names->long_facts);
	return &names->long_facts;
}

const struct name_facts *names_find(struct scan_names *names, struct bytes name)
{
	return find_facts(names, name);
}

/* Objects of a kind have their names in the same order: most often the one comes that came last time. */
static __attribute__((noinline)) struct name_facts *look(struct scan_names *names, struct bytes name)
{
	struct ends ends = ends_of(name);
	struct slot *slot = names->at->next;

	if (!is_of(slot, name, &ends)) {
		if (name.len > SLOT_NAME_MAX)
			return find_facts(names, name);
		slot = find(names, name, &ends);
		names->at->next = slot;
	}
	names->at = slot;
	return &slot->facts;
}

const struct name_facts *names_look(struct scan_names *names, struct bytes name)
{
	if (names->last.data == name.data && names->last.len == name.len && name.data != NULL)
		return names->last_facts;
	names->last = name;
	names->last_facts = look(names, name);
	return names->last_facts;
}

static __attribute__((noinline)) const struct name_facts *know(struct scan_names *names,
							       const struct json_name *name)
{
	size_t at = name->number % LIMIT_JSON_NAMES;
	struct known *known = &names->known[at];

	work_out(names, json_name_text(name), bits_at(names, SLOT_COUNT + at), &known->facts);
	known->number = name->number;
	return &known->facts;
}

const struct name_facts *names_known(struct scan_names *names, const struct json_name *name)
{
	const struct known *known = &names->known[name->number % LIMIT_JSON_NAMES];

	return known->number == name->number ? &known->facts : know(names, name);
}

void names_forget(struct scan_names *names)
{
	names->last = BYTES_NONE;
}
