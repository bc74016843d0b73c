#include "rules/scan_values.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/base/uuid.h"
#include "parsers/credential_names.h"
#include "rules/scan_memory.h"
#include "rules/scan_sift.h"

/* Kept between exchanges; what one huge exchange needed beyond it is given back. */
#define KEPT_BYTES (4 * MIB)

/* Sets of classes that are kept of a value. */
#define FOUND_SETS 2

void values_finish(struct scan_values *values)
{
	free(values->text);
	free(values->list);
	free(values->containers);
	free(values->found);
	*values = (struct scan_values){
		.len_min = values->len_min, .has_own = values->has_own, .sift = values->sift};
}

void values_clear(struct scan_values *values)
{
	if (values->capacity + values->list_capacity * sizeof(*values->list) +
		    values->container_capacity * sizeof(*values->containers) +
		    values->found_capacity * sizeof(*values->found) >
	    KEPT_BYTES)
		values_finish(values);
	values->len = 0;
	values->count = 0;
	values->container_count = values->found_count = 0;
	values->seen_len = values->seen_count = values->opened_count = 0;
	names_forget(values->sift.names);
	values->is_cut = false;
}

/* Doubles an array until it has room for `needed` items; false without memory. */
static bool reserve(void **array, size_t *capacity, size_t needed, size_t item_size)
{
	size_t larger = *capacity == 0 ? 256 : *capacity;
	void *grown;

	if (needed <= *capacity)
		return true;
	while (larger < needed)
		larger *= 2;
	grown = realloc(*array, larger * item_size);
	if (grown == NULL)
		return false;
	*array = grown;
	*capacity = larger;
	return true;
}

static const struct scan_container *container_of(const struct scan_values *values, uint32_t number)
{
	return number == 0 ? NULL : &values->containers[number - 1];
}

/* What the sieve found in the value to be kept. */
static bool keep_found(struct scan_values *values, const struct sieve_found *found, struct scan_value *kept)
{
	size_t words = names_words(values->sift.names), size = words * sizeof(*values->found);
	void *all = values->found;
	uint64_t *at;

	if (!reserve(&all, &values->found_capacity, values->found_count + FOUND_SETS * words,
		     sizeof(*values->found)))
		return false;
	values->found = all;
	kept->is_sifted = true;
	kept->found_at = (uint32_t)values->found_count;
	at = values->found + values->found_count;
	memcpy(at, found->lanes, size);
	memcpy(at + words, found->words, size);
	values->found_count += FOUND_SETS * words;
	return true;
}

/* UUIDs are many, and now and then a part of one has the digits of somebody's number: the built-in classes
 * are not looked for in them. */
static bool is_uuid(const struct scan_value *value, struct bytes text)
{
	return text.len == UUID_LEN && value->lead == 0 && value->trail == 0 && uuid_is(text);
}

static void keep(struct scan_values *values, const struct scan_value *value, struct bytes text,
		 const struct sieve_found *found)
{
	void *list = values->list, *all = values->text;
	struct scan_value *kept;

	if (!reserve(&list, &values->list_capacity, values->count + 1, sizeof(*values->list))) {
		values->is_cut = true;
		return;
	}
	values->list = list;
	if (!reserve(&all, &values->capacity, values->len + text.len + 1, 1)) {
		values->is_cut = true;
		return;
	}
	values->text = all;
	kept = &values->list[values->count];
	*kept = *value;
	kept->offset = (uint32_t)values->len;
	kept->len = (uint32_t)text.len;
	kept->is_uuid = is_uuid(value, text);
	if (found != NULL && !keep_found(values, found, kept)) {
		values->is_cut = true;
		return;
	}
	values->count++;
	memcpy(values->text + values->len, text.data, text.len);
	values->len += text.len;
	values->text[values->len++] = '\n';
}

/* Is there room for it below the ceilings? */
static inline bool has_room(const struct scan_values *values, size_t len)
{
	return values->seen_count < LIMIT_BODY_VALUES && values->seen_len + len < LIMIT_SCAN_BYTES;
}

static inline void count_value(struct scan_values *values, size_t len)
{
	values->seen_count++;
	values->seen_len += len + 1;
}

/* One more value, of which so many bytes are looked at; false at a ceiling. */
static bool count_within(struct scan_values *values, size_t *len)
{
	size_t room = LIMIT_SCAN_BYTES - values->seen_len;

	if (room < *len + 1) {
		values->is_cut = true;
		*len = room > 0 ? room - 1 : 0;
	}
	if (*len < values->len_min)
		return false;
	if (values->seen_count >= LIMIT_BODY_VALUES) {
		values->is_cut = true;
		return false;
	}
	count_value(values, *len);
	return true;
}

/* Does its own name give context? */
static bool is_named_itself(const struct scan_values *values, const struct scan_value *value)
{
	return value->name.len > 0 && names_look(values->sift.names, value->name)->classes != NULL;
}

static bool names_say(const struct scan_values *values, const struct scan_value *value)
{
	return container_is_named(container_of(values, value->container), value->name) ||
	       is_named_itself(values, value);
}

/* Keeps the value if it could be one. `is_named`: names give it context. */
static void sift(struct scan_values *values, const struct scan_value *value, bool is_named, struct bytes text,
		 enum sieve_said said)
{
	struct sieve_found found;

	switch (sift_value(&values->sift, said, value->place, is_named, text, &found)) {
	case SIFT_OUT:
		break;
	case SIFT_KEPT:
		keep(values, value, text, &found);
		break;
	case SIFT_UNSEEN:
		keep(values, value, text, NULL);
		break;
	}
}

/* Counts it, and keeps it if it could be one. False at a ceiling. */
static bool add(struct scan_values *values, const struct scan_value *value, bool is_named, struct bytes text)
{
	if (!count_within(values, &text.len))
		return false;
	if (values->has_own || !is_uuid(value, text))
		sift(values, value, is_named, text, sift_glance(&values->sift, text));
	return true;
}

/* A value of the path is masked as a whole when it is not read as it stands there. */
static __attribute__((noinline)) void add_layer(struct scan_values *values, const struct scan_value *value,
						bool is_named, struct bytes text, enum scan_layer layer)
{
	struct bytes inner = layer_open(layer, text, values->arena);
	struct scan_value unwrapped;

	if (inner.data == NULL)
		return;
	unwrapped = *value;
	unwrapped.layer = layer;
	unwrapped.is_decoded = true;
	(void)add(values, &unwrapped, is_named, inner);
}

static inline void add_layers(struct scan_values *values, const struct scan_value *value, bool is_named,
			      struct bytes text)
{
	if (values->arena == NULL || text.len == values->len_min)
		return;
	for (unsigned layers = layers_likely(text); layers != 0; layers &= layers - 1)
		add_layer(values, value, is_named, text, (enum scan_layer)__builtin_ctz(layers));
}

/* One that is not a piece, and what it holds a layer below. Most values are seen to be nothing, and done. */
static inline void add_whole(struct scan_values *values, const struct scan_value *value, bool is_named,
			     struct bytes text)
{
	enum sieve_said said;

	if (text.len < values->len_min)
		return;
	if (!has_room(values, text.len)) {
		if (!add(values, value, is_named, text))
			add_layers(values, value, is_named, text);
		return;
	}
	count_value(values, text.len);
	if (text.len == UUID_LEN && !values->has_own && uuid_is(text))
		return;
	said = sift_glance(&values->sift, text);
	if (said == SIEVE_EMPTY && !is_named)
		return;
	sift(values, value, is_named, text, said);
	if (said != SIEVE_EMPTY)
		add_layers(values, value, is_named, text);
}

void values_add(struct scan_values *values, const struct scan_value *value, struct bytes text)
{
	bool is_named = names_say(values, value);

	if (value->lead == 0 && value->trail == 0)
		add_whole(values, value, is_named, text);
	else
		(void)add(values, value, is_named, text);
}

/* Remembered is what was seen as one value, with nothing in it: at once when it was not kept, else when it
 * was looked at and the matcher had nothing to do. */
static void note_field(struct scan_values *values, const struct scan_field *field, size_t count_before)
{
	if (values->is_cut)
		return;
	if (values->count == count_before)
		memory_put(values->sift.memory, field);
	else
		values->list[count_before].is_field = true;
}

void values_add_field(struct scan_values *values, const struct scan_value *value, struct bytes text)
{
	struct scan_field field = {.place = value->place, .name = value->name, .text = text};
	size_t seen = values->seen_count, count = values->count;
	bool is_kept_in_mind = values->sift.sieve != NULL && text.len >= values->len_min &&
			       !name_is_key_header(value->name) && !name_is_certificate_header(value->name) &&
			       has_room(values, text.len);

	if (is_kept_in_mind && memory_has(values->sift.memory, &field)) {
		count_value(values, text.len);
		return;
	}
	values_add(values, value, text);
	if (is_kept_in_mind && values->seen_count == seen + 1)
		note_field(values, &field, count);
}

void values_note_fields(struct scan_values *values)
{
	for (size_t i = 0; i < values->count; i++) {
		const struct scan_value *value = &values->list[i];

		if (value->is_field && !value->is_tried)
			memory_put(values->sift.memory,
				   &(struct scan_field){.place = value->place,
							.name = value->name,
							.text = {values->text + value->offset, value->len}});
	}
}

static void add_name(struct scan_values *values, const struct scan_value *value)
{
	struct scan_value text = *value;

	text.is_name = true;
	(void)add(values, &text, container_is_named(container_of(values, text.container), text.name),
		  text.name);
}

void values_add_name(struct scan_values *values, const struct scan_value *value)
{
	if (names_look(values->sift.names, value->name)->is_data)
		add_name(values, value);
}

/* -- JSON ------------------------------------------------------------------- */

/* An object or array that is being walked through. */
struct level {
	yyjson_val *end;    /* behind all that is in it */
	uint32_t container; /* counted from 1 */
	uint32_t index;     /* of the next item of an array */
	size_t count;       /* of the values kept before it */
	bool is_array;
	uint8_t named; /* as its container */
};

/* A tree on the way through it. */
struct tree {
	struct scan_values *values;
	struct scan_value spot;
	bool is_key_named;    /* the key of what is in hand gives context */
	uint32_t numbers_out; /* the counts of digits of numbers that hold nothing, a bit for each */
};

/* Powers of ten by the number's length in bits: 77 / 256 is nearly the logarithm of 2. */
static size_t count_digits(uint64_t number)
{
	static const uint64_t powers[] = {UINT64_C(0),
					  UINT64_C(10),
					  UINT64_C(100),
					  UINT64_C(1000),
					  UINT64_C(10000),
					  UINT64_C(100000),
					  UINT64_C(1000000),
					  UINT64_C(10000000),
					  UINT64_C(100000000),
					  UINT64_C(1000000000),
					  UINT64_C(10000000000),
					  UINT64_C(100000000000),
					  UINT64_C(1000000000000),
					  UINT64_C(10000000000000),
					  UINT64_C(100000000000000),
					  UINT64_C(1000000000000000),
					  UINT64_C(10000000000000000),
					  UINT64_C(100000000000000000),
					  UINT64_C(1000000000000000000),
					  UINT64_C(10000000000000000000)};
	unsigned bits = 64 - (unsigned)__builtin_clzll(number | 1);
	size_t at = bits * 77 / 256;

	return at + (number >= powers[at]);
}

/* A whole number is written in digits only where they are looked at. */
static __attribute__((noinline)) void add_digits(struct tree *tree, bool is_named, uint64_t number,
						 size_t len)
{
	char digits[SIEVE_NUMBER_DIGITS_MAX];

	for (size_t at = len; at > 0; number /= 10)
		digits[--at] = (char)('0' + number % 10);
	add_whole(tree->values, &tree->spot, is_named, (struct bytes){digits, len});
}

/* No class is below zero. */
static inline void add_number(struct tree *tree, bool is_named, yyjson_val *value)
{
	uint64_t number = unsafe_yyjson_get_uint(value);
	size_t len = count_digits(number);

	if (len < tree->values->len_min || (unsafe_yyjson_is_sint(value) && (int64_t)number < 0))
		return;
	if (is_named || (tree->numbers_out >> len & 1) == 0)
		add_digits(tree, is_named, number, len);
	else if (has_room(tree->values, len))
		count_value(tree->values, len);
	else
		(void)count_within(tree->values, &len);
}

/* Of numbers that are not whole the text as it stands, where the reader kept it. */
static inline void add_scalar(struct tree *tree, bool is_named, yyjson_val *value)
{
	if (unsafe_yyjson_is_str(value) || unsafe_yyjson_is_raw(value))
		add_whole(tree->values, &tree->spot, is_named,
			  (struct bytes){unsafe_yyjson_get_str(value), unsafe_yyjson_get_len(value)});
	else if (unsafe_yyjson_is_int(value))
		add_number(tree, is_named, value);
}

/* Which of the nearest keys give context: its own and those above. */
static void name_container(const struct scan_values *values, struct scan_container *container, bool is_named)
{
	const struct scan_container *above = container_of(values, container->parent);

	if (container->key.len == 0)
		container->named = above == NULL ? 0 : above->named;
	else if (is_named)
		container->named = 1;
	else
		container->named = above != NULL && above->named == 1 ? 2 : 0;
}

/* `is_named`: its key gives context. The number, 0 at a ceiling or without memory. */
static uint32_t add_container(struct scan_values *values, const struct scan_value *spot, bool is_named)
{
	void *containers = values->containers;
	struct scan_container *container;

	if (++values->opened_count > LIMIT_BODY_VALUES ||
	    !reserve(&containers, &values->container_capacity, values->container_count + 1,
		     sizeof(*values->containers))) {
		values->is_cut = true;
		return 0;
	}
	values->containers = containers;
	container = &values->containers[values->container_count++];
	*container = (struct scan_container){.parent = spot->container,
					     .index = spot->index,
					     .key = spot->name,
					     .is_in_array = spot->is_in_array};
	name_container(values, container, is_named);
	return (uint32_t)values->container_count;
}

uint32_t values_open(struct scan_values *values, const struct scan_value *spot)
{
	return add_container(values, spot, is_named_itself(values, spot));
}

/* Remembers a container and goes into it; false at a ceiling. */
static bool open_container(struct tree *tree, yyjson_val *node, struct level *level)
{
	struct scan_values *values = tree->values;
	uint32_t number = add_container(values, &tree->spot, tree->is_key_named);
	const struct scan_container *container = container_of(values, number);

	if (container == NULL)
		return false;
	level->end = unsafe_yyjson_get_next(node);
	level->container = number;
	level->index = 0;
	level->count = values->count;
	level->is_array = unsafe_yyjson_is_arr(node);
	level->named = container->named;
	return true;
}

/* A container in which nothing was kept is forgotten. */
static void close_container(struct scan_values *values, const struct level *level)
{
	if (values->count == level->count && values->container_count == level->container)
		values->container_count--;
}

/* The key of what comes next, which may be data itself. */
static inline void look_at_key(struct tree *tree, yyjson_val *key)
{
	struct scan_values *values = tree->values;
	const struct json_name *known = json_name_of(key);
	const struct name_facts *facts;

	tree->spot.name = (struct bytes){unsafe_yyjson_get_str(key), unsafe_yyjson_get_len(key)};
	tree->is_key_named = false;
	if (tree->spot.name.len == 0)
		return;
	facts = known != NULL ? names_known(values->sift.names, known)
			      : names_look(values->sift.names, tree->spot.name);
	tree->is_key_named = facts->classes != NULL;
	if (facts->is_data)
		add_name(values, &tree->spot);
}

/* The scalars of an object, up to its end or to one that is none; a name stands before its value. */
static yyjson_val *add_members(struct tree *tree, const struct level *level, yyjson_val *at)
{
	for (; at < level->end; at++) {
		bool is_around;

		look_at_key(tree, at);
		if (unsafe_yyjson_is_ctn(++at))
			break;
		is_around = tree->spot.name.len > 0 ? level->named == 1 : level->named != 0;
		add_scalar(tree, tree->is_key_named || is_around, at);
	}
	return at;
}

/* ... of an array. */
static yyjson_val *add_items(struct tree *tree, struct level *level, yyjson_val *at)
{
	tree->spot.name = BYTES_NONE;
	tree->is_key_named = false;
	for (; at < level->end; at++) {
		tree->spot.index = level->index++;
		if (unsafe_yyjson_is_ctn(at))
			break;
		add_scalar(tree, level->named != 0, at);
	}
	return at;
}

/* Goes on in a container, up to its end or the next one in it. */
static inline yyjson_val *add_scalars(struct tree *tree, struct level *level, yyjson_val *at)
{
	tree->spot.container = level->container;
	tree->spot.is_in_array = level->is_array;
	return level->is_array ? add_items(tree, level, at) : add_members(tree, level, at);
}

/* A tree lies in one list: what is in a value comes behind it. */
void values_add_json(struct scan_values *values, yyjson_val *root, enum scan_place place)
{
	struct level levels[LIMIT_JSON_DEPTH + 1], *level = levels; /* the first is above the root */
	const struct level *last = levels + LIMIT_JSON_DEPTH;
	struct tree tree = {.values = values,
			    .spot = {.place = place, .is_json = true},
			    .numbers_out = sift_numbers_out(&values->sift)};
	yyjson_val *at = root;

	if (!unsafe_yyjson_is_ctn(root)) {
		add_scalar(&tree, false, root);
		return;
	}
	do {
		if (level == last)
			values->is_cut = true;
		if (level < last && open_container(&tree, at, level + 1)) {
			level++;
			at++;
		} else {
			at = unsafe_yyjson_get_next(at);
		}
		while (level > levels && (at = add_scalars(&tree, level, at)) == level->end)
			close_container(values, level--);
	} while (level > levels);
}
