#include "rules/scan.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "rules/pattern.h"
#include "rules/scan_along.h"
#include "rules/scan_match.h"
#include "rules/scan_memory.h"
#include "rules/scan_names.h"
#include "rules/scan_values.h"
#include "rules/sieve.h"
#include "rules/validator.h"
#include "rules/word_trie.h"

/* A longer pointer is cut: nobody writes one. */
#define POINTER_MAX 4096

/* Matches of one value that wait for what its other classes say. */
#define FOUND_MAX 64

struct found {
	const struct data_class *class;
	size_t from, to;
};

struct scanner {
	const struct pattern_set *set;
	struct fingerprint_key key;
	struct matcher *matcher;
	struct scan_values values;
	struct scan_names *names;
	size_t set_words;     /* in a set of classes */
	const uint64_t *none; /* no class */
	struct word_trie *trie;
	struct sieve *sieve;

	/* of the value in hand */
	size_t value_index;     /* of the matches found */
	const uint64_t *named;  /* the classes its names give context to */
	const uint64_t *worded; /* the classes that could have a context word in the value itself */
	uint64_t *context;      /* where several names give context: to these classes */
	uint64_t *words;        /* where the sieve did not look: the classes of `worded` */
	uint64_t *candidates;   /* the classes that could match */
	uint64_t *around;       /* the classes that the names of its container give context to */
	uint32_t around_of;     /* that container */
	unsigned around_names;
	struct found found[FOUND_MAX];
	size_t found_count;

	/* of the exchange in hand */
	struct exchange *exchange;
	struct hits *hits;
	struct hit *list;     /* LIMIT_HITS of them */
	struct bytes *folded; /* the pointer of each, array indexes folded */
	bool are_names_lent;  /* the names of values last until the end of the scan only */
	struct hit own_list[LIMIT_HITS];
	struct bytes own_folded[LIMIT_HITS];
};

static void make_sets(struct scanner *scanner)
{
	size_t words = names_words(scanner->names);

	scanner->set_words = words;
	scanner->context = calloc(5 * words, sizeof(*scanner->context));
	if (scanner->context == NULL)
		return;
	scanner->words = scanner->context + words;
	scanner->candidates = scanner->words + words;
	scanner->around = scanner->candidates + words;
	scanner->none = scanner->around + words;
}

struct scanner *scanner_new(const struct pattern_set *set, const struct fingerprint_key *key)
{
	struct scanner *scanner = calloc(1, sizeof(*scanner));

	if (scanner == NULL)
		return NULL;
	scanner->set = set;
	scanner->key = *key;
	scanner->values.len_min = pattern_set_len_min(set);
	scanner->values.has_own = pattern_set_packs(set)->has_own;
	scanner->matcher = matcher_new(set);
	scanner->trie = word_trie_new(pattern_set_packs(set), WORDS_BESIDE);
	scanner->names = scanner->trie == NULL ? NULL : names_new(pattern_set_packs(set), scanner->trie);
	if (scanner->names != NULL)
		make_sets(scanner);
	scanner->sieve = sieve_new(set);
	scanner->values.sift =
		(struct scan_sift){.sieve = scanner->sieve, .names = scanner->names, .memory = memory_new()};
	if (scanner->matcher != NULL && scanner->trie != NULL && scanner->sieve != NULL &&
	    scanner->context != NULL && scanner->values.sift.memory != NULL)
		return scanner;
	scanner_free(scanner);
	return NULL;
}

void scanner_free(struct scanner *scanner)
{
	if (scanner == NULL)
		return;
	scanner_forget(scanner);
	values_finish(&scanner->values);
	matcher_free(scanner->matcher);
	names_free(scanner->names);
	memory_free(scanner->values.sift.memory);
	word_trie_free(scanner->trie);
	free(scanner->context);
	sieve_free(scanner->sieve);
	explicit_bzero(&scanner->key, sizeof(scanner->key));
	free(scanner);
}

void scanner_set_plain(struct scanner *scanner, bool is_plain)
{
	scanner->values.sift.sieve = is_plain ? NULL : scanner->sieve;
}

static struct bytes text_of(const struct scanner *scanner, const struct scan_value *value)
{
	return (struct bytes){scanner->values.text + value->offset, value->len};
}

/* -- hits ------------------------------------------------------------------- */

/* However many values of a class stand at one place, each counts. */
static void count_given(struct scanner *scanner, const struct data_class *class, enum scan_place place,
			struct bytes match)
{
	struct hits *hits = scanner->hits;
	uint64_t key;
	char text[512];

	if (!class->is_sensitive || class->is_secret || place_side(place) != SIDE_RESPONSE ||
	    place_part(place) != PART_BODY)
		return;
	if (hits->given == NULL)
		hits->given = arena_alloc(&scanner->exchange->arena, sizeof(*hits->given));
	if (hits->given == NULL)
		return;
	memcpy(&key, scanner->key.bytes, sizeof(key));
	sketch_add(hits->given,
		   sketch_hash(hit_normal(match, class, text, sizeof(text)), sketch_hash(class->id, key)));
	explicit_bzero(text, sizeof(text));
}

/* Every match in a path stands alone: the path is masked at each. */
static struct hit *hit_at(struct scanner *scanner, const struct data_class *class,
			  const struct scan_value *value, struct bytes folded)
{
	enum side side = place_side(value->place);
	enum part part = place_part(value->place);

	for (size_t i = 0; i < scanner->hits->count; i++) {
		struct hit *hit = &scanner->list[i];

		if (hit->class == class && hit->side == side && hit->part == part && part != PART_PATH &&
		    bytes_equal(scanner->folded[i], folded) &&
		    (value->is_json || bytes_equal(hit->name, value->name)))
			return hit;
	}
	return NULL;
}

/* Where in the path as sent: the match itself, or the whole segment when it was percent-encoded. */
static void place_in_path(const struct scan_value *value, size_t from, size_t to, struct hit *hit)
{
	hit->offset = value->is_decoded ? value->raw_offset : value->raw_offset + from;
	hit->len = value->is_decoded ? value->raw_len : to - from;
}

static struct bytes exact_pointer(struct scanner *scanner, const struct scan_value *value)
{
	char text[POINTER_MAX];
	size_t len = values_pointer(&scanner->values, value, false, text, sizeof(text));

	return arena_copy(&scanner->exchange->arena, (struct bytes){text, len});
}

static void add_hit(struct scanner *scanner, const struct data_class *class, size_t from, size_t to)
{
	const struct scan_value *value = &scanner->values.list[scanner->value_index];
	struct bytes match = bytes_slice(text_of(scanner, value), from, to - from), folded;
	struct arena *arena = &scanner->exchange->arena;
	char text[POINTER_MAX];
	struct hit *hit;

	count_given(scanner, class, value->place, match);
	folded = (struct bytes){text, values_pointer(&scanner->values, value, true, text, sizeof(text))};
	hit = hit_at(scanner, class, value, folded);
	if (hit != NULL) {
		/* What is unwrapped may show what the value itself did. */
		hit->count += value->layer == SCAN_LAYER_NONE || hit->layer != SCAN_LAYER_NONE;
		return;
	}
	if (scanner->hits->count == LIMIT_HITS) {
		scanner->hits->left_out++;
		return;
	}
	hit = &scanner->list[scanner->hits->count];
	*hit = (struct hit){.class = class,
			    .side = place_side(value->place),
			    .part = place_part(value->place),
			    .layer = value->layer,
			    .count = 1};
	folded = scanner->folded[scanner->hits->count] = arena_copy(arena, folded);
	hit->pointer = values_is_in_array(&scanner->values, value) ? exact_pointer(scanner, value) : folded;
	if (hit->part == PART_PATH)
		place_in_path(value, from, to, hit);
	else if (!value->is_json)
		hit->name = scanner->are_names_lent && value->name.len > 0 ? arena_copy(arena, value->name)
									   : value->name;
	if (scanner->are_names_lent)
		hit->offset = value->raw_offset + (value->is_decoded ? 0 : from);
	hit->value = match;
	scanner->hits->count++;
}

static bool is_explained(const struct scanner *scanner, const struct found *found)
{
	for (size_t i = 0; i < scanner->found_count; i++) {
		const struct found *other = &scanner->found[i];

		if (other->class->validator != NULL && other->class->validator->explains && other != found &&
		    other->from <= found->from && other->to >= found->to && other->class != found->class)
			return true;
	}
	return false;
}

/* A match in a piece of a longer text is told once: in the piece that it begins in. */
static bool is_own(const struct scan_value *value, const struct found *found)
{
	return found->from >= value->lead && found->from < value->len - value->trail;
}

/* The value in hand is done: its matches become hits. */
static void tell_found(struct scanner *scanner)
{
	for (size_t i = 0; i < scanner->found_count; i++)
		if (is_own(&scanner->values.list[scanner->value_index], &scanner->found[i]) &&
		    !is_explained(scanner, &scanner->found[i]))
			add_hit(scanner, scanner->found[i].class, scanner->found[i].from,
				scanner->found[i].to);
	scanner->found_count = 0;
}

static void on_found(void *context, const struct data_class *class, size_t from, size_t to)
{
	struct scanner *scanner = context;

	if (scanner->found_count == FOUND_MAX)
		tell_found(scanner);
	scanner->found[scanner->found_count++] = (struct found){class, from, to};
}

/* -- the scan --------------------------------------------------------------- */

/* The classes that the next names above give context to, so many of them. Neighbours have the same. */
static void read_around(struct scanner *scanner, uint32_t container, unsigned names)
{
	if (scanner->around_of == container && scanner->around_names == names)
		return;
	scanner->around_of = container;
	scanner->around_names = names;
	memset(scanner->around, 0, scanner->set_words * sizeof(*scanner->around));
	for (uint32_t at = container; at != 0 && names > 0;) {
		const struct scan_container *above = &scanner->values.containers[at - 1];
		const uint64_t *classes = NULL;

		if (above->key.len > 0) {
			classes = names_find(scanner->names, above->key)->classes;
			names--;
		}
		for (size_t i = 0; classes != NULL && i < scanner->set_words; i++)
			scanner->around[i] |= classes[i];
		at = above->parent;
	}
}

/* The classes that a value's name, or the next one above it, gives context to. */
static const uint64_t *read_context(struct scanner *scanner, const struct scan_value *value)
{
	const struct scan_container *container =
		value->container == 0 ? NULL : &scanner->values.containers[value->container - 1];
	bool is_around = container_is_named(container, value->name);
	const uint64_t *own = NULL;

	if (is_around)
		read_around(scanner, value->container, value->name.len > 0 ? 1 : 2);
	if (value->name.len > 0 && !value->is_name)
		own = names_find(scanner->names, value->name)->classes;
	if (own == NULL)
		return is_around ? scanner->around : scanner->none;
	if (!is_around)
		return own;
	for (size_t i = 0; i < scanner->set_words; i++)
		scanner->context[i] = scanner->around[i] | own[i];
	return scanner->context;
}

static bool has_context(const struct scanner *scanner, size_t class_index)
{
	return (scanner->named[class_index / 64] >> class_index % 64 & 1) != 0;
}

/* Does the nearest name say that digits in the value are no such data? */
static bool says_other(struct scanner *scanner, const struct scan_value *value, size_t class_index)
{
	struct bytes name = value->is_name ? BYTES_NONE : value->name;
	const uint64_t *others;

	for (uint32_t at = value->container; at != 0 && name.len == 0 && !value->is_name;
	     at = scanner->values.containers[at - 1].parent)
		name = scanner->values.containers[at - 1].key;
	if (name.len == 0)
		return false;
	others = names_find(scanner->names, name)->others;
	return others != NULL && (others[class_index / 64] >> class_index % 64 & 1) != 0;
}

static void run(struct scanner *scanner, size_t class_index, size_t index, enum match_mode mode,
		struct sieve_hint hint)
{
	const struct data_class *class = &pattern_set_packs(scanner->set)->classes[class_index];
	struct scan_value *value = &scanner->values.list[index];

	if ((class->places & (unsigned)value->place) == 0 || (value->is_uuid && class->is_builtin))
		return;
	if (index != scanner->value_index)
		tell_found(scanner);
	scanner->value_index = index;
	value->is_tried = true;
	matcher_run(scanner->matcher, class, text_of(scanner, value), mode,
		    class->not_beside_count > 0 && says_other(scanner, value, class_index), hint, on_found,
		    scanner);
}

static bool on_free_end(void *context, size_t form, size_t from, size_t to)
{
	struct scanner *scanner = context;

	(void)from;
	(void)to;
	scanner->candidates[form / 2 / 64] |= 1ull << form / 2 % 64;
	return true;
}

static void all_free(struct scanner *scanner)
{
	const struct packs *packs = pattern_set_packs(scanner->set);

	for (size_t i = 0; i < packs->count; i++)
		if (!packs->classes[i].is_context_required)
			scanner->candidates[i / 64] |= 1ull << i % 64;
}

/* The classes whose free form could match in the value. */
static const uint64_t *find_free(struct scanner *scanner, const struct scan_value *value)
{
	if (value->is_sifted)
		return scanner->values.found + value->found_at;
	memset(scanner->candidates, 0, scanner->set_words * sizeof(*scanner->candidates));
	if (!pattern_find_ends(scanner->set, matcher_scratch(scanner->matcher), text_of(scanner, value),
			       on_free_end, scanner))
		all_free(scanner);
	return scanner->candidates;
}

static void scan_free(struct scanner *scanner)
{
	for (size_t index = 0; index < scanner->values.count && !matcher_is_spent(scanner->matcher);
	     index++) {
		const uint64_t *classes = find_free(scanner, &scanner->values.list[index]);

		for (size_t i = 0; i < scanner->set_words; i++)
			for (uint64_t bits = classes[i]; bits != 0; bits &= bits - 1) {
				size_t class_index = i * 64 + (size_t)__builtin_ctzll(bits);

				run(scanner, class_index, index, MATCH_FREE, (struct sieve_hint){0});
			}
	}
}

/* The classes that have a context word in the value. */
static const uint64_t *read_words(struct scanner *scanner, const struct scan_value *value)
{
	if (value->is_sifted)
		return scanner->values.found + value->found_at + scanner->set_words;
	memset(scanner->words, 0, scanner->set_words * sizeof(*scanner->words));
	word_trie_find(scanner->trie, text_of(scanner, value), scanner->words);
	return scanner->words;
}

/* The classes with context, by the value's names and by words in it, as candidates; false when there are
 * none. */
static bool find_context(struct scanner *scanner, const struct scan_value *value)
{
	uint64_t any = 0;

	scanner->named = read_context(scanner, value);
	scanner->worded = read_words(scanner, value);
	for (size_t i = 0; i < scanner->set_words; i++)
		any |= scanner->candidates[i] = scanner->named[i] | scanner->worded[i];
	return any != 0;
}

/* Of these, those with a bound form that could match; without the sieve all. */
static bool find_bound(struct scanner *scanner, const struct scan_value *value, struct sieve_found *out_found)
{
	unsigned place = (unsigned)__builtin_ctz((unsigned)value->place);

	*out_found = (struct sieve_found){0};
	if (scanner->values.sift.sieve == NULL ||
	    !sieve_look_bound(scanner->sieve, scanner->named, scanner->worded, place, text_of(scanner, value),
			      out_found)) {
		out_found->lanes = NULL;
		return true;
	}
	if (!out_found->is_any)
		return false;
	memset(scanner->candidates, 0, scanner->set_words * sizeof(*scanner->candidates));
	sieve_classes_bound(scanner->sieve, out_found->lanes, scanner->candidates);
	return true;
}

static void run_bound(struct scanner *scanner, size_t index, const struct sieve_found *found)
{
	for (size_t i = 0; i < scanner->set_words; i++)
		for (uint64_t bits = scanner->candidates[i]; bits != 0; bits &= bits - 1) {
			size_t class_index = i * 64 + (size_t)__builtin_ctzll(bits);
			struct sieve_hint hint = {0};

			if (found->lanes != NULL)
				hint = sieve_hint(scanner->sieve, found, class_index);
			run(scanner, class_index, index,
			    has_context(scanner, class_index) ? MATCH_NAMED : MATCH_BOUND, hint);
		}
}

/* The classes that count beside a word only. */
static void scan_bound(struct scanner *scanner)
{
	size_t len_min = pattern_bound_len_min(scanner->set);

	for (size_t index = 0; index < scanner->values.count && !matcher_is_spent(scanner->matcher);
	     index++) {
		const struct scan_value *value = &scanner->values.list[index];
		struct sieve_found found;

		if (value->len >= len_min && find_context(scanner, value) &&
		    find_bound(scanner, value, &found))
			run_bound(scanner, index, &found);
	}
}

static void hits_settle(struct scanner *scanner, struct hits *hits)
{
	if (hits->count == 0)
		return;
	hits->list = arena_alloc(&scanner->exchange->arena, hits->count * sizeof(*hits->list));
	if (hits->list != NULL) {
		memcpy(hits->list, scanner->list, hits->count * sizeof(*hits->list));
		return;
	}
	hits->left_out += hits->count;
	hits->count = 0;
}

static void begin(struct scanner *scanner, struct exchange *exchange, struct hits *hits)
{
	scanner->exchange = exchange;
	scanner->hits = hits;
	scanner->value_index = 0;
	scanner->around_names = 0; /* of no container */
	scanner->found_count = 0;
	matcher_start(scanner->matcher, scanner->values.sift.sieve);
}

/* All that was laid out. */
static void scan_values(struct scanner *scanner)
{
	scan_free(scanner);
	scan_bound(scanner);
	tell_found(scanner);
	scanner->hits->is_cut |= scanner->values.is_cut || matcher_is_spent(scanner->matcher);
	if (!scanner->hits->is_cut)
		values_note_fields(&scanner->values);
}

/* What was found while the body came. The packs may have changed since: classes are looked up by their name.
 */
static void take_along(struct scanner *scanner, struct hits *hits, const struct message *message)
{
	const struct scan_along *along = message->body.read_along;

	if (along == NULL)
		return;
	hits->left_out += along->hits.left_out;
	hits->is_body_cut |= along->hits.is_cut;
	if (along->hits.given != NULL)
		hits->given = along->hits.given;
	for (size_t i = 0; i < along->hits.count; i++) {
		const struct data_class *class =
			packs_class(pattern_set_packs(scanner->set), along->class_ids[i]);

		if (class == NULL)
			continue;
		if (hits->count == LIMIT_HITS) {
			hits->left_out++;
			continue;
		}
		scanner->list[hits->count] = along->list[i];
		scanner->list[hits->count].class = class;
		scanner->folded[hits->count++] = along->folded[i];
	}
}

/* The text is wiped. */
void scanner_forget(struct scanner *scanner)
{
	if (scanner->values.text != NULL)
		explicit_bzero(scanner->values.text, scanner->values.len);
	values_clear(&scanner->values);
	sieve_forget(scanner->sieve);
}

void scanner_scan(struct scanner *scanner, struct exchange *exchange, const struct body_reading *request,
		  const struct body_reading *response, struct hits *out_hits)
{
	struct hits hits = {.key = &scanner->key};

	scanner->list = scanner->own_list;
	scanner->folded = scanner->own_folded;
	scanner->are_names_lent = false;
	begin(scanner, exchange, &hits);
	scanner_forget(scanner);
	values_add_exchange(&scanner->values, exchange, request, response);
	scan_values(scanner);
	take_along(scanner, &hits, &exchange->request);
	take_along(scanner, &hits, &exchange->response);
	hits_settle(scanner, &hits);
	*out_hits = hits;
}

struct scan_values *scanner_window(struct scanner *scanner, struct arena *arena)
{
	scanner_forget(scanner);
	scanner->values.arena = arena;
	return &scanner->values;
}

uint64_t scanner_scan_window(struct scanner *scanner, struct scan_along *along)
{
	const struct packs *packs = pattern_set_packs(scanner->set);
	size_t before = along->hits.count;

	for (size_t i = 0; i < before; i++)
		along->list[i].class = packs_class(packs, along->class_ids[i]);
	scanner->list = along->list;
	scanner->folded = along->folded;
	scanner->are_names_lent = true;
	begin(scanner, along->exchange, &along->hits);
	scan_values(scanner);
	along->hits.key = &scanner->key;
	for (size_t i = before; i < along->hits.count; i++) {
		hit_show(&along->hits, &along->list[i], &along->exchange->arena);
		along->class_ids[i] = arena_copy(&along->exchange->arena, along->list[i].class->id);
	}
	scanner_forget(scanner);
	return matcher_work(scanner->matcher);
}

bool scanner_matches(struct scanner *scanner, const struct data_class *class, struct bytes text)
{
	return matcher_matches(scanner->matcher, class, text);
}
