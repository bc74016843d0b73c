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

/* One more value, of which so many bytes are looked at; false at a ceiling. */
static bool count_value(struct scan_values *values, size_t *len)
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
	values->seen_count++;
	values->seen_len += *len + 1;
	return true;
}

/* Is context given by the names that count for what lies in this container? */
static bool is_named_around(const struct scan_container *container, struct bytes name)
{
	if (container == NULL)
		return false;
	return name.len > 0 ? container->is_named : container->is_named_twice;
}

/* Does its own name give context? */
static bool is_named_itself(const struct scan_values *values, const struct scan_value *value)
{
	return value->name.len > 0 && names_look(values->sift.names, value->name)->classes != NULL;
}

static bool names_say(const struct scan_values *values, const struct scan_value *value)
{
	return is_named_around(container_of(values, value->container), value->name) ||
	       is_named_itself(values, value);
}

/* Within the ceilings: keeps the value if it could be one. False: nothing can lie a layer below. `is_named`:
 * names give it context. */
static bool add(struct scan_values *values, const struct scan_value *value, bool is_named, struct bytes text)
{
	struct sieve_found found;

	if (!count_value(values, &text.len))
		return true;
	if (!values->has_own && is_uuid(value, text))
		return false;
	switch (sift_value(&values->sift, value->place, is_named, text, &found)) {
	case SIFT_OUT:
		break;
	case SIFT_KEPT:
		keep(values, value, text, &found);
		break;
	case SIFT_UNSEEN:
		keep(values, value, text, NULL);
		return true;
	}
	return !found.is_plain || text.len >= SCAN_BASE64_LEN_MIN;
}

/* A value of the path is masked as a whole when it is not read as it stands there. */
static void add_layer(struct scan_values *values, const struct scan_value *value, bool is_named,
		      struct bytes text, enum scan_layer layer)
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

/* One that is not a piece, and what it holds a layer below. */
static void add_whole(struct scan_values *values, const struct scan_value *value, bool is_named,
		      struct bytes text)
{
	if (text.len < values->len_min || !add(values, value, is_named, text) || values->arena == NULL ||
	    text.len == values->len_min)
		return;
	for (unsigned layers = layers_likely(text); layers != 0; layers &= layers - 1)
		add_layer(values, value, is_named, text, (enum scan_layer)__builtin_ctz(layers));
}

void values_add(struct scan_values *values, const struct scan_value *value, struct bytes text)
{
	if (value->lead == 0 && value->trail == 0)
		add_whole(values, value, names_say(values, value), text);
	else
		(void)add(values, value, names_say(values, value), text);
}

/* Is there room for it below the ceilings? */
static bool has_room(const struct scan_values *values, struct bytes text)
{
	return values->seen_count < LIMIT_BODY_VALUES && values->seen_len + text.len < LIMIT_SCAN_BYTES;
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
			       has_room(values, text);

	if (is_kept_in_mind && memory_has(values->sift.memory, &field)) {
		values->seen_count++;
		values->seen_len += text.len + 1;
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
	(void)add(values, &text, is_named_around(container_of(values, text.container), text.name), text.name);
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
	bool is_named, is_named_twice; /* as its container */
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

/* A whole number is written in digits only where they are looked at. No class is below zero. */
static void add_number(struct scan_values *values, const struct scan_value *spot, bool is_named,
		       yyjson_val *value)
{
	uint64_t number = yyjson_get_uint(value);
	size_t len = count_digits(number), counted = len;
	char digits[20];

	if (yyjson_is_sint(value) && yyjson_get_sint(value) < 0)
		return;
	if (len < values->len_min)
		return;
	if (!is_named && sift_number(&values->sift, len)) {
		(void)count_value(values, &counted);
		return;
	}
	for (size_t at = len; at > 0; number /= 10)
		digits[--at] = (char)('0' + number % 10);
	add_whole(values, spot, is_named, (struct bytes){digits, len});
}

/* Of numbers that are not whole the text as it stands, where the reader kept it. */
static void add_scalar(struct scan_values *values, const struct scan_value *spot, bool is_named,
		       yyjson_val *value)
{
	if (yyjson_is_str(value) || yyjson_is_raw(value))
		add_whole(values, spot, is_named,
			  (struct bytes){unsafe_yyjson_get_str(value), unsafe_yyjson_get_len(value)});
	else if (yyjson_is_int(value))
		add_number(values, spot, is_named, value);
}

/* Which of the nearest keys give context: its own and those above. */
static void name_container(const struct scan_values *values, struct scan_container *container, bool is_named)
{
	const struct scan_container *above = container_of(values, container->parent);

	if (container->key.len == 0) {
		container->is_named = above != NULL && above->is_named;
		container->is_named_twice = above != NULL && above->is_named_twice;
		return;
	}
	container->is_named = is_named;
	container->is_named_twice = is_named || (above != NULL && above->is_named);
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

/* Remembers a container and opens it; false at a ceiling. */
static bool open_container(struct scan_values *values, yyjson_val *node, const struct scan_value *spot,
			   bool is_named, struct level *levels, size_t *depth)
{
	uint32_t number;

	if (*depth == LIMIT_JSON_DEPTH) {
		values->is_cut = true;
		return false;
	}
	number = add_container(values, spot, is_named);
	if (number == 0)
		return false;
	levels[(*depth)++] = (struct level){.end = unsafe_yyjson_get_next(node),
					    .container = number,
					    .count = values->count,
					    .is_array = unsafe_yyjson_is_arr(node),
					    .is_named = values->containers[number - 1].is_named,
					    .is_named_twice = values->containers[number - 1].is_named_twice};
	return true;
}

/* A container in which nothing was kept is forgotten. */
static void close_container(struct scan_values *values, const struct level *level)
{
	if (values->count == level->count && values->container_count == level->container)
		values->container_count--;
}

/* A key may be data itself. True: it gives context. */
static bool look_at_key(struct scan_values *values, const struct scan_value *spot, const yyjson_val *key)
{
	const struct json_name *known = json_name_of(key);
	const struct name_facts *facts;

	if (spot->name.len == 0)
		return false;
	facts = known != NULL ? names_known(values->sift.names, known)
			      : names_look(values->sift.names, spot->name);
	if (facts->is_data)
		add_name(values, spot);
	return facts->classes != NULL;
}

/* A tree lies in one list: what is in a value comes behind it, a name before its value. */
void values_add_json(struct scan_values *values, yyjson_val *root, enum scan_place place)
{
	struct level levels[LIMIT_JSON_DEPTH];
	struct scan_value spot = {.place = place, .is_json = true};
	yyjson_val *at = root + 1;
	size_t depth = 0;

	if (!yyjson_is_ctn(root)) {
		add_scalar(values, &spot, false, root);
		return;
	}
	if (!open_container(values, root, &spot, false, levels, &depth))
		return;
	while (depth > 0) {
		struct level *level = &levels[depth - 1];
		bool is_named = false, is_around;

		if (at == level->end) {
			close_container(values, level);
			depth--;
			continue;
		}
		spot.container = level->container;
		spot.is_in_array = level->is_array;
		if (level->is_array) {
			spot.index = level->index++;
			spot.name = BYTES_NONE;
		} else {
			spot.name = (struct bytes){unsafe_yyjson_get_str(at), unsafe_yyjson_get_len(at)};
			is_named = look_at_key(values, &spot, at++);
		}
		is_around = spot.name.len > 0 ? level->is_named : level->is_named_twice;
		if (!unsafe_yyjson_is_ctn(at))
			add_scalar(values, &spot, is_named || is_around, at++);
		else if (open_container(values, at, &spot, is_named, levels, &depth))
			at++;
		else
			at = unsafe_yyjson_get_next(at);
	}
}

/* -- pointers --------------------------------------------------------------- */

struct writer {
	char *text;
	size_t len, size;
};

static void put(struct writer *writer, char byte)
{
	if (writer->len < writer->size)
		writer->text[writer->len++] = byte;
}

/* RFC 6901 section 3: ~0 stands for '~', ~1 for '/'. */
static void put_step(struct writer *writer, bool is_index, uint32_t index, struct bytes key, bool is_folded)
{
	char digits[12];
	size_t at = sizeof(digits);

	put(writer, '/');
	if (is_index && is_folded) {
		put(writer, '-');
	} else if (is_index) {
		do {
			digits[--at] = (char)('0' + index % 10);
			index /= 10;
		} while (index > 0);
		for (; at < sizeof(digits); at++)
			put(writer, digits[at]);
	}
	for (size_t i = 0; !is_index && i < key.len; i++) {
		if (key.data[i] == '~' || key.data[i] == '/') {
			put(writer, '~');
			put(writer, key.data[i] == '~' ? '0' : '1');
		} else {
			put(writer, key.data[i]);
		}
	}
}

bool values_is_in_array(const struct scan_values *values, const struct scan_value *value)
{
	bool is_in_array = value->is_in_array;

	for (uint32_t at = value->container; at != 0 && !is_in_array; at = values->containers[at - 1].parent)
		is_in_array = values->containers[at - 1].is_in_array;
	return is_in_array;
}

size_t values_pointer(const struct scan_values *values, const struct scan_value *value, bool is_folded,
		      char *text, size_t size)
{
	uint32_t chain[LIMIT_JSON_DEPTH + 1];
	struct writer writer = {.text = text, .size = size};
	size_t depth = 0;

	if (!value->is_json || value->container == 0)
		return 0;
	/* The root has no step of its own. */
	for (uint32_t at = value->container; values->containers[at - 1].parent != 0;
	     at = values->containers[at - 1].parent)
		chain[depth++] = at;
	while (depth > 0) {
		const struct scan_container *container = &values->containers[chain[--depth] - 1];

		put_step(&writer, container->is_in_array, container->index, container->key, is_folded);
	}
	put_step(&writer, value->is_in_array, value->index, value->name, is_folded);
	return writer.len;
}
