/* A schema's own keywords: objects, arrays, $ref. The others are in schema_compile_values.c and _logic.c. */
#include <stdio.h>

#include "specs/schema_resource.h"

/* A keyword that OpenAPI 3.0 does not have is no keyword there. */
static const struct node *get_beyond_3_0(const struct schema *schema, const char *keyword)
{
	return schema->dialect == DIALECT_OPENAPI_3_0 ? NULL : node_get(schema->node, keyword);
}

static const struct node *get_2020_12(const struct schema *schema, const char *keyword)
{
	return schema->dialect == DIALECT_2020_12 ? node_get(schema->node, keyword) : NULL;
}

static struct schema *child(struct schema_set *set, struct schema *schema, const struct node *node,
			    const char *keyword)
{
	return node == NULL ? NULL : schema_below(set, schema, node, keyword, BYTES_NONE);
}

/* minLength, maxItems ...: a whole number, not negative; `other` when absent or wrong. */
static uint64_t count_of(struct schema_set *set, const struct schema *schema, const char *keyword,
			 uint64_t other)
{
	const struct node *node = node_get(schema->node, keyword);
	struct number_scratch scratch;
	struct number number;

	if (node == NULL)
		return other;
	if (node->kind != NODE_NUMBER || !number_read(node->text, &scratch, &number) ||
	    !number_is_integer(&number) || (number.is_negative && number.digits.len > 0)) {
		schema_note(set, schema, node, PROBLEM_WARNING, "write a whole number, 0 or more",
			    "%s is not checked: it is no count", keyword);
		return other;
	}
	return number.is_small ? (uint64_t)number.small : UINT64_MAX;
}

/* Names required twice become one; the required ones get their numbers. */
static void number_required(struct object_rule *object, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct schema_name entry = object->names[i];

		if (object->name_count > 0 &&
		    bytes_equal(entry.name, object->names[object->name_count - 1].name))
			continue;
		if (entry.required != 0) {
			object->required[object->required_count++] = entry.name;
			entry.required = (uint32_t)object->required_count;
		}
		object->names[object->name_count++] = entry;
	}
}

static void fill_names(struct schema_set *set, struct schema *schema, struct object_rule *object)
{
	const struct node *properties = node_get(schema->node, "properties");
	const struct node *required = node_get(schema->node, "required");
	size_t count = 0, declared, room;

	if (required != NULL && required->kind != NODE_LIST) {
		schema_note(set, schema, required, PROBLEM_WARNING,
			    "list the names of the required properties",
			    "required is not checked: it is no list");
		required = NULL;
	}
	object->has_properties = node_is(properties, NODE_TABLE);
	room = (object->has_properties ? properties->count : 0) + (required == NULL ? 0 : required->count);
	object->names = schema_alloc(set, room * sizeof(*object->names));
	object->required = schema_alloc(set, room * sizeof(*object->required));
	if (object->names == NULL || object->required == NULL)
		return;
	for (; object->has_properties && count < properties->count; count++)
		object->names[count] = (struct schema_name){
			.name = properties->entries[count].key,
			.schema = schema_below(set, schema, properties->entries[count].value, "properties",
					       properties->entries[count].key)};
	schema_names_sort(object->names, count);
	declared = count;
	for (size_t i = 0; required != NULL && i < required->count; i++) {
		struct bytes name = required->items[i]->text;
		struct schema_name *entry;

		if (required->items[i]->kind >= NODE_LIST)
			continue;
		entry = (struct schema_name *)(uintptr_t)schema_name_find(object->names, declared, name);
		if (entry == NULL) {
			entry = &object->names[count++];
			entry->name = name;
		}
		entry->required = 1;
	}
	schema_names_sort(object->names, count);
	number_required(object, count);
}

static void fill_pattern_properties(struct schema_set *set, struct schema *schema, struct object_rule *object)
{
	const struct node *patterns = get_beyond_3_0(schema, "patternProperties");

	if (!node_is(patterns, NODE_TABLE))
		return;
	object->patterns = schema_alloc(set, patterns->count * sizeof(*object->patterns));
	for (size_t i = 0; object->patterns != NULL && i < patterns->count; i++) {
		const struct node_entry *entry = &patterns->entries[i];
		struct node key = {.kind = NODE_STRING,
				   .text = entry->key,
				   .line = entry->line,
				   .column = entry->column};
		const struct pattern *pattern = schema_pattern_add(set, schema, &key);

		if (pattern == NULL)
			continue;
		object->patterns[object->pattern_count++] = (struct schema_pattern){
			.pattern = pattern,
			.schema = schema_below(set, schema, entry->value, "patternProperties", entry->key)};
	}
}

static void dependencies_add(struct schema_set *set, struct schema *schema, struct object_rule *object,
			     const char *keyword)
{
	const struct node *table = node_get(schema->node, keyword);

	for (size_t i = 0; node_is(table, NODE_TABLE) && i < table->count; i++) {
		const struct node_entry *entry = &table->entries[i];
		struct schema_dependency *added = &object->dependencies[object->dependency_count++];

		added->name = entry->key;
		if (entry->value->kind == NODE_LIST)
			added->names = entry->value;
		else
			added->schema = schema_below(set, schema, entry->value, keyword, entry->key);
	}
}

static void fill_dependencies(struct schema_set *set, struct schema *schema, struct object_rule *object)
{
	static const char *const keywords[] = {"dependencies", "dependentRequired", "dependentSchemas"};
	size_t room = 0;

	if (schema->dialect == DIALECT_OPENAPI_3_0)
		return;
	for (int i = 0; i < 3; i++) {
		const struct node *table = node_get(schema->node, keywords[i]);

		room += node_is(table, NODE_TABLE) ? table->count : 0;
	}
	object->dependencies = schema_alloc(set, room * sizeof(*object->dependencies));
	for (int i = 0; object->dependencies != NULL && i < 3; i++)
		if (i == 0 || schema->dialect ==
				      DIALECT_2020_12) /* draft 4 has the first alone, 2020-12 tolerates it */
			dependencies_add(set, schema, object, keywords[i]);
}

static bool has_any(const struct schema *schema, const char *const *keywords)
{
	for (size_t i = 0; keywords[i] != NULL; i++)
		if (node_get(schema->node, keywords[i]) != NULL)
			return true;
	return false;
}

static void fill_object(struct schema_set *set, struct schema *schema)
{
	static const char *const keywords[] = {"properties",        "required",      "additionalProperties",
					       "patternProperties", "propertyNames", "unevaluatedProperties",
					       "minProperties",     "maxProperties", "dependentRequired",
					       "dependentSchemas",  "dependencies",  NULL};
	struct object_rule *object;

	if (!has_any(schema, keywords))
		return;
	object = schema_alloc(set, sizeof(*object));
	if (object == NULL)
		return;
	fill_names(set, schema, object);
	fill_pattern_properties(set, schema, object);
	fill_dependencies(set, schema, object);
	object->additional =
		child(set, schema, node_get(schema->node, "additionalProperties"), "additionalProperties");
	object->unevaluated =
		child(set, schema, get_2020_12(schema, "unevaluatedProperties"), "unevaluatedProperties");
	object->property_names = child(set, schema, get_2020_12(schema, "propertyNames"), "propertyNames");
	object->count_min = count_of(set, schema, "minProperties", 0);
	object->count_max = count_of(set, schema, "maxProperties", UINT64_MAX);
	schema->object = object;
}

static void fill_prefix(struct schema_set *set, struct schema *schema, struct array_rule *array,
			const struct node *list, const char *keyword)
{
	array->prefix.items = schema_alloc(set, list->count * sizeof(struct schema *));
	for (size_t i = 0; array->prefix.items != NULL && i < list->count; i++) {
		char index[24];
		int len = snprintf(index, sizeof(index), "%zu", i);

		array->prefix.items[array->prefix.count++] =
			schema_below(set, schema, list->items[i], keyword,
				     (struct bytes){.data = index, .len = (size_t)len});
	}
}

static void fill_array(struct schema_set *set, struct schema *schema)
{
	static const char *const keywords[] = {"items",    "prefixItems", "minItems",         "maxItems",
					       "contains", "uniqueItems", "unevaluatedItems", NULL};
	const struct node *items = node_get(schema->node, "items");
	bool has_prefix = schema->resource != NULL && !schema->resource->is_before_2020;
	const struct node *prefix = has_prefix ? get_2020_12(schema, "prefixItems") : NULL;
	struct array_rule *array;

	if (!has_any(schema, keywords))
		return;
	array = schema_alloc(set, sizeof(*array));
	if (array == NULL)
		return;
	if (node_is(prefix, NODE_LIST))
		fill_prefix(set, schema, array, prefix, "prefixItems");
	if (node_is(items, NODE_LIST)) { /* a tuple of draft 4, tolerated in all dialects */
		fill_prefix(set, schema, array, items, "items");
		array->items =
			child(set, schema, node_get(schema->node, "additionalItems"), "additionalItems");
	} else {
		array->items = child(set, schema, items, "items");
	}
	array->unevaluated = child(set, schema, get_2020_12(schema, "unevaluatedItems"), "unevaluatedItems");
	array->contains = child(set, schema, get_2020_12(schema, "contains"), "contains");
	array->contains_min = count_of(set, schema, "minContains", 1);
	array->contains_max = count_of(set, schema, "maxContains", UINT64_MAX);
	array->count_min = count_of(set, schema, "minItems", 0);
	array->count_max = count_of(set, schema, "maxItems", UINT64_MAX);
	array->is_unique = node_bool(node_get(schema->node, "uniqueItems"), false);
	schema->array = array;
}

/* True when the reference is all that counts. */
static bool fill_reference(struct schema_set *set, struct schema *schema)
{
	const struct node *reference = node_get(schema->node, "$ref");

	if (!node_is(reference, NODE_STRING))
		return false;
	schema->reference = schema_referred(set, schema, reference->text);
	if (schema->dialect == DIALECT_2020_12)
		return false;
	for (size_t i = 0; i < schema->node->count && !set->is_sibling_noted; i++) {
		struct bytes key = schema->node->entries[i].key;

		if (bytes_equal(key, BYTES("$ref")) || bytes_equal(key, BYTES("description")) ||
		    bytes_equal(key, BYTES("summary")) || bytes_starts(key, BYTES("x-")))
			continue;
		set->is_sibling_noted = true;
		schema_note(set, schema, schema->node, PROBLEM_NOTE,
			    "put $ref into allOf, and the other keywords beside it",
			    "keywords beside $ref are ignored in OpenAPI 3.0, here and elsewhere");
	}
	return true;
}

static void fill_dynamic(struct schema_set *set, struct schema *schema)
{
	const struct node *reference = get_2020_12(schema, "$dynamicRef");
	const struct node *recursive = get_2020_12(schema, "$recursiveRef");

	if (node_is(reference, NODE_STRING) && schema->resource != NULL)
		schema_referred_dynamically(set, schema, reference->text);
	if (recursive != NULL && schema->resource != NULL && schema->resource->is_before_2020)
		schema_note(set, schema, recursive, PROBLEM_NOTE, "use the $dynamicRef of 2020-12",
			    "keyword $recursiveRef of 2019-09 is not checked");
	if (schema->resource != NULL && schema->resource->has_dynamic)
		schema->scope = schema->resource;
}

/* A vocabulary without validation: what applies schemas stays (2020-12 section 8.1.2). */
static void forget_assertions(struct schema *schema)
{
	struct object_rule *object = schema->object;

	schema->types = SCHEMA_ANY;
	schema->choice = schema->constant = NULL;
	schema->number = NULL;
	if (schema->text != NULL) /* formats have a vocabulary of their own */
		*schema->text = (struct text_rule){.len_max = UINT64_MAX, .format = schema->text->format};
	if (schema->array != NULL) {
		schema->array->count_min = 0;
		schema->array->count_max = schema->array->contains_max = UINT64_MAX;
		schema->array->contains_min = 1;
		schema->array->is_unique = false;
	}
	if (object == NULL)
		return;
	object->count_min = object->required_count = 0;
	object->count_max = UINT64_MAX;
	for (size_t i = 0; i < object->name_count; i++)
		object->names[i].required = 0;
	for (size_t i = 0; i < object->dependency_count; i++)
		object->dependencies[i].names = NULL;
}

void schema_fill(struct schema_set *set, struct schema *schema)
{
	if (schema->node->kind == NODE_BOOLEAN) {
		schema->is_never = !schema->node->boolean;
		return;
	}
	if (schema->node->kind != NODE_TABLE) {
		schema->is_unchecked = true;
		schema_note(set, schema, schema->node, PROBLEM_WARNING, "write a schema: a table of keywords",
			    "this schema is no table; what it describes is not checked");
		return;
	}
	if (schema->resource != NULL && schema->resource->is_unknown) {
		schema->is_unchecked = true;
		if (schema->node == schema->resource->root)
			schema_note(
				set, schema, schema->node, PROBLEM_WARNING,
				"name a dialect of JSON Schema, or none",
				"the dialect of this schema is not known; what it describes is not checked");
		return;
	}
	if (fill_reference(set, schema))
		return;
	schema->is_read_only = node_bool(node_get(schema->node, "readOnly"), false);
	schema->is_write_only = node_bool(node_get(schema->node, "writeOnly"), false);
	schema_fill_values(set, schema);
	fill_object(set, schema);
	fill_array(set, schema);
	schema_fill_logic(set, schema);
	fill_dynamic(set, schema);
	if (schema->resource != NULL && !schema->resource->has_validation)
		forget_assertions(schema);
}
