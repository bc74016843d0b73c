#include <stdlib.h>
#include <string.h>

#include "parsers/json_read.h"
#include "specs/conform_check.h"
#include "specs/schema_number.h"

static void *alc_malloc(void *context, size_t len)
{
	return arena_alloc(context, len);
}

static void *alc_realloc(void *context, void *old, size_t old_len, size_t len)
{
	void *at = arena_alloc(context, len);

	if (at != NULL && old != NULL)
		memcpy(at, old, old_len < len ? old_len : len);
	return at;
}

static void alc_free(void *context, void *at)
{
	(void)context;
	(void)at;
}

struct building {
	yyjson_alc alc;
	yyjson_mut_doc *doc;
	struct arena *arena;
	const struct schema *schema;
};

static bool building_start(struct building *building, struct arena *arena, const struct schema *schema)
{
	building->alc = (yyjson_alc){alc_malloc, alc_realloc, alc_free, arena};
	building->arena = arena;
	building->schema = schema;
	building->doc = yyjson_mut_doc_new(&building->alc);
	return building->doc != NULL;
}

/* The schema check reads frozen trees. */
static yyjson_val *building_end(struct building *building, yyjson_mut_val *root)
{
	yyjson_doc *doc = root == NULL ? NULL : yyjson_mut_val_imut_copy(root, &building->alc);

	return doc == NULL ? NULL : yyjson_doc_get_root(doc);
}

static yyjson_mut_val *string_value(struct building *building, struct bytes text)
{
	return yyjson_mut_strn(building->doc, text.data == NULL ? "" : text.data, text.len);
}

/* A text that stands for a number may have zeros before it: "007" is 7, as servers read it. */
struct bytes number_text(unsigned types, struct bytes text)
{
	bool is_number = (types & (SCHEMA_INTEGER | SCHEMA_NUMBER)) != 0 && (types & SCHEMA_STRING) == 0;

	while (is_number && text.len > 1 && text.data[0] == '0' && ascii_is_digit(text.data[1]))
		text = bytes_from(text, 1);
	return text;
}

/* Text as what its schema wants; where it wants text too, or nothing fits, it stays text. */
static yyjson_mut_val *text_value(struct building *building, const struct schema *schema, struct bytes text)
{
	unsigned types = schema == NULL ? SCHEMA_ANY : schema_types(schema);

	if ((types & SCHEMA_STRING) != 0)
		return string_value(building, text);
	text = number_text(types, text);
	if ((types & (SCHEMA_INTEGER | SCHEMA_NUMBER)) != 0 && number_is_text(text))
		return yyjson_mut_rawn(building->doc, text.data, text.len);
	if ((types & SCHEMA_BOOLEAN) != 0 &&
	    (bytes_equal(text, BYTES("true")) || bytes_equal(text, BYTES("false"))))
		return yyjson_mut_bool(building->doc, text.len == 4);
	if ((types & SCHEMA_NULL) != 0 && (text.len == 0 || bytes_equal(text, BYTES("null"))))
		return yyjson_mut_null(building->doc);
	return string_value(building, text);
}

static yyjson_mut_val *array_of(struct building *building, const struct schema *schema,
				const struct occurrence *list, size_t count)
{
	const struct schema *items = schema == NULL ? NULL : schema_items(schema);
	yyjson_mut_val *array = yyjson_mut_arr(building->doc);

	for (size_t i = 0; i < count && array != NULL; i++)
		if (!yyjson_mut_arr_append(array, text_value(building, items, list[i].value)))
			return NULL;
	return array;
}

yyjson_val *texts_to_array(const struct occurrence *list, size_t count, const struct schema *schema,
			   struct arena *arena)
{
	struct building building;

	if (!building_start(&building, arena, schema))
		return NULL;
	return building_end(&building, array_of(&building, schema, list, count));
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

#define SCALARS (SCHEMA_NULL | SCHEMA_BOOLEAN | SCHEMA_INTEGER | SCHEMA_NUMBER | SCHEMA_STRING)

/* An object inside a form is JSON text by default (OpenAPI 3.1, Encoding Object). */
static yyjson_mut_val *json_value(struct building *building, struct bytes text)
{
	struct json_reading reading;

	json_read(text, building->arena, &reading);
	return reading.outcome == JSON_READ ? yyjson_val_mut_copy(building->doc, reading.root) : NULL;
}

/* All values of one name, in the order they came. */
static yyjson_mut_val *member(struct building *building, struct bytes name, const struct occurrence *list,
			      size_t count)
{
	const struct schema *schema =
		building->schema == NULL ? NULL : schema_property(building->schema, name);
	unsigned types = schema == NULL ? SCHEMA_ANY : schema_types(schema);

	if ((types & SCHEMA_ARRAY) != 0 && ((types & SCALARS) == 0 || (types != SCHEMA_ANY && count > 1)))
		return array_of(building, schema, list, count);
	if ((types & SCALARS) == 0 && (types & SCHEMA_OBJECT) != 0)
		return json_value(building, list[count - 1].value);
	if (types == SCHEMA_ANY && count > 1)
		return array_of(building, schema, list, count);
	return text_value(building, schema, list[count - 1].value);
}

yyjson_val *pairs_to_object(const struct occurrence *list, size_t count, const struct schema *schema,
			    struct arena *arena)
{
	struct sorted *order = arena_alloc(arena, (count + 1) * sizeof(*order));
	struct occurrence *grouped = arena_alloc(arena, (count + 1) * sizeof(*grouped));
	struct building building;
	yyjson_mut_val *object;

	if (order == NULL || grouped == NULL || !building_start(&building, arena, schema))
		return NULL;
	for (size_t i = 0; i < count; i++)
		order[i] = (struct sorted){.name = list[i].name, .index = i};
	qsort(order, count, sizeof(*order), by_name);
	for (size_t i = 0; i < count; i++)
		grouped[i] = list[order[i].index];
	object = yyjson_mut_obj(building.doc);
	for (size_t i = 0, next; i < count && object != NULL; i = next) {
		yyjson_mut_val *value;

		for (next = i + 1; next < count && bytes_equal(grouped[next].name, grouped[i].name);)
			next++;
		value = member(&building, grouped[i].name, grouped + i, next - i);
		if (value == NULL ||
		    !yyjson_mut_obj_add(object, string_value(&building, grouped[i].name), value))
			return NULL;
	}
	return building_end(&building, object);
}
