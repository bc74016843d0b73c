/* Departures: where, what was wanted, and a masked look at what was there. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "specs/schema_evaluate.h"

#define SHAPE_MAX      32  /* characters of a value's shape */
#define POINTER_MAX    512 /* bytes; deeper ones are cut at the front */
#define WORDS_MAX      512
#define DIGITS_TELLING 6 /* so many digits in a name: an account, a phone, a person */

/* aaa-99: each letter a or A, each digit 9, other bytes of one character together as a. */
static size_t shape_put(struct bytes text, size_t max, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < text.len && len < max; i++) {
		unsigned char byte = (unsigned char)text.data[i];

		if (byte >= 0x80 && byte < 0xc0)
			continue;
		if (ascii_is_digit((char)byte))
			out[len++] = '9';
		else if (byte >= 'A' && byte <= 'Z')
			out[len++] = 'A';
		else if (ascii_is_alpha((char)byte) || byte >= 0x80)
			out[len++] = 'a';
		else
			out[len++] = byte < ' ' || byte == 0x7f ? '?' : (char)byte;
	}
	return len;
}

static bool is_telling(struct bytes name)
{
	unsigned digits = 0;

	for (size_t i = 0; i < name.len; i++)
		digits += ascii_is_digit(name.data[i]);
	return digits >= DIGITS_TELLING || bytes_find_byte(name, '@') != BYTES_NOT_FOUND;
}

/* One reference token of RFC 6901; *len grows. */
static void token_put(const struct path *path, char *out, size_t max, size_t *len)
{
	char shape[SHAPE_MAX];
	struct bytes name = path->name;

	if (path->is_index) {
		int written = snprintf(out + *len, max - *len, "/%zu", path->index);

		*len += written > 0 && (size_t)written < max - *len ? (size_t)written : 0;
		return;
	}
	if (is_telling(name))
		name = (struct bytes){.data = shape, .len = shape_put(name, sizeof(shape), shape)};
	if (*len < max)
		out[(*len)++] = '/';
	for (size_t i = 0; i < name.len && *len + 2 <= max; i++) {
		bool is_special = name.data[i] == '~' || name.data[i] == '/';

		out[(*len)++] = is_special ? '~' : name.data[i];
		if (is_special)
			out[(*len)++] = name.data[i] == '~' ? '0' : '1';
	}
}

#define PATH_PARTS_MAX 64
static size_t pointer_put(const struct path *path, char *out, size_t max)
{
	const struct path *parts[PATH_PARTS_MAX];
	size_t count = 0, len = 0;

	/* of very deep places the end is the telling part */
	for (; path != NULL && path->up != NULL && count < PATH_PARTS_MAX; path = path->up)
		parts[count++] = path;
	while (count > 0)
		token_put(parts[--count], out, max, &len);
	return len;
}

static size_t characters_of(struct bytes text)
{
	size_t count = 0;

	for (size_t i = 0; i < text.len; i++)
		count += ((unsigned char)text.data[i] & 0xc0) != 0x80;
	return count;
}

static struct bytes observed_of(struct evaluation *evaluation, yyjson_val *value, bool is_shape)
{
	struct arena *arena = evaluation->checker->arena;
	struct bytes text = {.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
	char shape[SHAPE_MAX + 1];

	if (value == NULL)
		return BYTES("nothing");
	if (yyjson_is_null(value))
		return BYTES("null");
	if (yyjson_is_bool(value))
		return BYTES("boolean");
	if (value_is_number(value))
		return value_type(value) == SCHEMA_INTEGER ? BYTES("integer") : BYTES("number");
	if (yyjson_is_arr(value))
		return arena_printf(arena, "array of %zu items", yyjson_arr_size(value));
	if (yyjson_is_obj(value))
		return arena_printf(arena, "object of %zu properties", yyjson_obj_size(value));
	if (!is_shape)
		return arena_printf(arena, "string, %zu characters", characters_of(text));
	shape[shape_put(text, SHAPE_MAX, shape)] = '\0';
	return arena_printf(arena, "string, %zu characters, like %s%s", characters_of(text), shape,
			    characters_of(text) > SHAPE_MAX ? "..." : "");
}

/* Two ways (allOf and a discriminator) may lead to one schema; but one schema may describe several values
 * too: two parameters, a request and its answer. */
static bool is_known(const struct departures *out, const struct departure *departure)
{
	for (size_t i = 0; i < out->count; i++) {
		const struct departure *old = &out->list[i];

		if (old->keyword == departure->keyword && old->side == departure->side &&
		    old->part == departure->part && bytes_equal(old->name, departure->name) &&
		    old->schema_pointer.data == departure->schema_pointer.data &&
		    bytes_equal(old->pointer, departure->pointer) &&
		    bytes_equal(old->expected, departure->expected))
			return true;
	}
	return false;
}

bool report(struct evaluation *evaluation, const struct schema *schema, enum keyword keyword,
	    yyjson_val *value, bool is_shape, const struct path *path, const char *format, ...)
{
	struct schema_checker *checker = evaluation->checker;
	char words[WORDS_MAX], pointer[POINTER_MAX];
	struct departure departure;
	va_list arguments;

	if (evaluation->quiet > 0 || evaluation->is_over)
		return false;
	if (evaluation->out->count >= LIMIT_DEPARTURES) {
		evaluation->out->left_out++;
		return false;
	}
	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	departure = (struct departure){
		.side = checker->side,
		.part = checker->part,
		.keyword = keyword,
		.name = checker->name,
		.pointer = {.data = pointer, .len = pointer_put(path, pointer, sizeof(pointer))},
		.schema_pointer = schema->pointer,
		.expected = bytes_of(words)};
	if (is_known(evaluation->out, &departure))
		return false;
	departure.pointer = arena_copy(checker->arena, departure.pointer);
	departure.expected = arena_copy(checker->arena, departure.expected);
	departure.observed = observed_of(evaluation, value, is_shape);
	evaluation->out->list[evaluation->out->count++] = departure;
	return false;
}

bool evaluation_step(struct evaluation *evaluation, const struct schema *schema, uint64_t steps,
		     const struct path *path)
{
	unsigned quiet = evaluation->quiet;

	if (evaluation->is_over)
		return false;
	evaluation->checker->steps += steps;
	if (evaluation->checker->steps <= LIMIT_SCHEMA_STEPS && evaluation->depth <= LIMIT_SCHEMA_DEPTH)
		return true;
	evaluation->quiet = 0;
	evaluation->out = evaluation->checker->out;
	if (evaluation->depth > LIMIT_SCHEMA_DEPTH)
		report(evaluation, schema, KEYWORD_OVERLIMIT, NULL, false, path,
		       "at most %d schemas inside one another", LIMIT_SCHEMA_DEPTH);
	else
		report(evaluation, schema, KEYWORD_OVERLIMIT, NULL, false, path,
		       "checked in at most %d steps", LIMIT_SCHEMA_STEPS);
	evaluation->quiet = quiet;
	evaluation->is_over = true;
	return false;
}
