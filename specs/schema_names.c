/* A name that comes twice in one object: RFC 8259 section 4 leaves open which of the two a reader takes, and
 * two readers that differ are how one value is checked and another is used. */
#include <stdlib.h>

#include "parsers/base/sketch.h"
#include "specs/schema_evaluate.h"

/* Compared two by two; above this they are put into a table. */
#define NAMES_FEW 16

static struct bytes text_of(yyjson_val *value)
{
	return (struct bytes){.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
}

static bool few_repeat(const struct bytes *names, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t k = 0; k < i; k++)
			if (names[k].len == names[i].len && bytes_equal(names[k], names[i]))
				return true;
	return false;
}

static bool many_repeat(const struct bytes *names, size_t count)
{
	uint64_t seed = (uintptr_t)names;
	size_t slot_count = 1;
	bool is_repeated = false;
	uint32_t *slots; /* places in the list, counted from 1 */

	while (slot_count < 2 * count)
		slot_count *= 2;
	slots = calloc(slot_count, sizeof(*slots));
	for (size_t i = 0; slots != NULL && i < count && !is_repeated; i++) {
		size_t at = sketch_hash(names[i], seed) & (slot_count - 1);

		while (slots[at] != 0 && !bytes_equal(names[slots[at] - 1], names[i]))
			at = (at + 1) & (slot_count - 1);
		is_repeated = slots[at] != 0;
		slots[at] = (uint32_t)i + 1;
	}
	free(slots);
	return is_repeated;
}

static bool names_repeat(yyjson_val *object)
{
	struct bytes few[NAMES_FEW], *names = few;
	size_t count = yyjson_obj_size(object), index, max;
	yyjson_val *key, *member;
	bool is_repeated;

	if (count > NAMES_FEW)
		names = malloc(count * sizeof(*names));
	if (names == NULL)
		return false;
	yyjson_obj_foreach(object, index, max, key, member) names[index] = text_of(key);
	is_repeated = count > NAMES_FEW ? many_repeat(names, count) : few_repeat(names, count);
	if (names != few)
		free(names);
	return is_repeated;
}

/* True when it was told: once a body is enough. */
static bool check_value(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			const struct path *path)
{
	size_t index, count;
	yyjson_val *key, *member;

	if (yyjson_is_obj(value)) {
		if (names_repeat(value)) {
			report(evaluation, schema, KEYWORD_MALFORMED, value, false, path,
			       "each name of an object once");
			return true;
		}
		yyjson_obj_foreach(value, index, count, key, member)
		{
			struct path inner = {.up = path, .name = text_of(key)};

			if (yyjson_is_ctn(member) && check_value(evaluation, schema, member, &inner))
				return true;
		}
	} else if (yyjson_is_arr(value)) {
		yyjson_arr_foreach(value, index, count, member)
		{
			struct path inner = {.up = path, .index = index, .is_index = true};

			if (yyjson_is_ctn(member) && check_value(evaluation, schema, member, &inner))
				return true;
		}
	}
	return false;
}

/* A tree lies in one list: what is in a value comes behind it. */
static bool any_names_repeat(yyjson_val *tree)
{
	const yyjson_val *end = unsafe_yyjson_get_next(tree);

	for (yyjson_val *value = tree; value < end; value++)
		if (unsafe_yyjson_is_obj(value) && unsafe_yyjson_get_len(value) > 1 && names_repeat(value))
			return true;
	return false;
}

void schema_check_names(const struct schema *schema, yyjson_val *value, struct schema_checker *checker)
{
	struct evaluation evaluation = {.checker = checker, .out = checker->out};
	const struct path root = {0};

	if (!checker->are_names_once && any_names_repeat(value))
		check_value(&evaluation, schema, value, &root);
}
