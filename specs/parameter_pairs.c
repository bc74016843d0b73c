#include <stdlib.h>
#include <string.h>

#include "parsers/json_read.h"
#include "parsers/tree.h"
#include "specs/conform_check.h"
#include "specs/schema_check.h"

struct building {
	struct tree tree;
	const struct schema *schema;
};

/* A text that stands for a number may have zeros before it: "007" is 7, as servers read it. */
struct bytes number_text(unsigned types, struct bytes text)
{
	bool is_number = (types & (SCHEMA_INTEGER | SCHEMA_NUMBER)) != 0 && (types & SCHEMA_STRING) == 0;

	while (is_number && text.len > 1 && text.data[0] == '0' && ascii_is_digit(text.data[1]))
		text = bytes_from(text, 1);
	return text;
}

/* Text as what its schema makes of it; where it wants text too, or nothing fits, it stays text. */
static yyjson_mut_val *text_value(struct building *building, const struct schema *schema, struct bytes text)
{
	yyjson_val value;

	schema_text_value(schema, schema == NULL ? text : number_text(schema_types(schema), text), &value);
	return yyjson_val_mut_copy(building->tree.doc, &value);
}

/* One occurrence: read already, or text. */
static yyjson_mut_val *value_of(struct building *building, const struct schema *schema,
				const struct occurrence *occurrence)
{
	return occurrence->tree != NULL ? yyjson_val_mut_copy(building->tree.doc, occurrence->tree)
					: text_value(building, schema, occurrence->value);
}

static yyjson_mut_val *array_of(struct building *building, const struct schema *schema,
				const struct occurrence *list, size_t count)
{
	const struct schema *items = schema == NULL ? NULL : schema_items(schema);
	yyjson_mut_val *array = yyjson_mut_arr(building->tree.doc);

	for (size_t i = 0; i < count && array != NULL; i++)
		if (!yyjson_mut_arr_append(array, value_of(building, items, &list[i])))
			return NULL;
	return array;
}

yyjson_val *texts_to_array(const struct occurrence *list, size_t count, const struct schema *schema,
			   struct arena *arena)
{
	struct building building = {.schema = schema};

	if (!tree_start(&building.tree, arena))
		return NULL;
	return tree_end(&building.tree, array_of(&building, schema, list, count));
}

/* -- objects ---------------------------------------------------------------------- */

struct sorted {
	struct bytes name;
	size_t index;
};

static int by_name(const void *a, const void *b)
{
	const struct sorted *left = a, *right = b;
	int order = bytes_compare(left->name, right->name);

	return order != 0 ? order : left->index < right->index ? -1 : 1;
}

#define SCALARS (SCHEMA_BOOLEAN | SCHEMA_INTEGER | SCHEMA_NUMBER | SCHEMA_STRING)

/* Does this text stand for null, where a list or an object may be that too? */
static bool is_null_text(unsigned types, const struct occurrence *list, size_t count)
{
	return count == 1 && list->tree == NULL && (types & SCHEMA_NULL) != 0 &&
	       (list->value.len == 0 || bytes_equal(list->value, BYTES("null")));
}

/* An object inside a form is JSON text by default (OpenAPI 3.1, Encoding Object). */
static yyjson_mut_val *json_value(struct building *building, struct bytes text)
{
	struct json_reading reading;

	json_read(text, building->tree.arena, &reading);
	return reading.outcome == JSON_READ ? yyjson_val_mut_copy(building->tree.doc, reading.root) : NULL;
}

/* All values of one name, in the order they came. */
static yyjson_mut_val *member(struct building *building, struct bytes name, const struct occurrence *list,
			      size_t count)
{
	const struct schema *schema =
		building->schema == NULL ? NULL : schema_property(building->schema, name);
	unsigned types = schema == NULL ? SCHEMA_ANY : schema_types(schema);
	const struct occurrence *last = &list[count - 1];
	bool wants_array;

	if ((types & SCALARS) == 0 && is_null_text(types, list, count))
		return value_of(building, schema, last);
	wants_array = (types & SCHEMA_ARRAY) != 0 && ((types & SCALARS) == 0 || count > 1);
	if (last->tree != NULL && count == 1 && (!wants_array || yyjson_is_arr(last->tree)))
		return value_of(building, schema, last);
	if (wants_array)
		return array_of(building, schema, list, count);
	if (last->tree == NULL && (types & SCALARS) == 0 && (types & SCHEMA_OBJECT) != 0)
		return json_value(building, last->value);
	return value_of(building, schema, last);
}

yyjson_val *pairs_to_object(const struct occurrence *list, size_t count, const struct schema *schema,
			    struct arena *arena)
{
	struct sorted *order = arena_alloc(arena, (count + 1) * sizeof(*order));
	struct occurrence *grouped = arena_alloc(arena, (count + 1) * sizeof(*grouped));
	struct building building = {.schema = schema};
	yyjson_mut_val *object;

	if (order == NULL || grouped == NULL || !tree_start(&building.tree, arena))
		return NULL;
	for (size_t i = 0; i < count; i++)
		order[i] = (struct sorted){.name = list[i].name, .index = i};
	qsort(order, count, sizeof(*order), by_name);
	for (size_t i = 0; i < count; i++)
		grouped[i] = list[order[i].index];
	object = yyjson_mut_obj(building.tree.doc);
	for (size_t i = 0, next; i < count && object != NULL; i = next) {
		yyjson_mut_val *value;

		for (next = i + 1; next < count && bytes_equal(grouped[next].name, grouped[i].name);)
			next++;
		value = member(&building, grouped[i].name, grouped + i, next - i);
		if (value == NULL ||
		    !yyjson_mut_obj_add(object, tree_text(&building.tree, grouped[i].name), value))
			return NULL;
	}
	return tree_end(&building.tree, object);
}

yyjson_val *octets_value(struct bytes content, struct arena *arena)
{
	char *text = arena_alloc(arena, content.len + 1);
	struct tree tree;

	if (text == NULL || !tree_start(&tree, arena))
		return NULL;
	for (size_t i = 0; i < content.len; i++)
		text[i] = content.data[i] >= ' ' && content.data[i] <= '~' ? content.data[i] : '?';
	return tree_end(&tree, tree_text(&tree, (struct bytes){.data = text, .len = content.len}));
}
