/* The keywords that look at one scalar: type, enum, const, bounds, lengths, pattern, format. */
#include <stdlib.h>
#include <string.h>

#include "specs/schema_resource.h"

unsigned schema_type_of(struct bytes name)
{
	static const struct {
		const char *name;
		unsigned type;
	} types[] = {{"null", SCHEMA_NULL},       {"boolean", SCHEMA_BOOLEAN},
		     {"integer", SCHEMA_INTEGER}, {"number", SCHEMA_NUMBER | SCHEMA_INTEGER},
		     {"string", SCHEMA_STRING},   {"array", SCHEMA_ARRAY},
		     {"object", SCHEMA_OBJECT}};

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (bytes_equal(name, bytes_of(types[i].name)))
			return types[i].type;
	return 0;
}

/* OpenAPI 3.0 has nullable; those who needed it in 2.0 wrote x-nullable. */
static bool is_nullable(const struct schema *schema)
{
	return (schema->dialect == DIALECT_OPENAPI_3_0 &&
		node_bool(node_get(schema->node, "nullable"), false)) ||
	       (schema->dialect != DIALECT_2020_12 && node_bool(node_get(schema->node, "x-nullable"), false));
}

static void fill_types(struct schema_set *set, struct schema *schema)
{
	const struct node *node = node_get(schema->node, "type");
	size_t count = node_is(node, NODE_LIST) ? node->count : 1;
	unsigned types = 0;

	for (size_t i = 0; node != NULL && i < count; i++) {
		const struct node *name = node->kind == NODE_LIST ? node->items[i] : node;
		struct bytes word =
			bytes_slice(node_is(name, NODE_NULL) ? BYTES("null") : node_text(name), 0, 40);
		unsigned type = schema_type_of(word);

		if (type == 0 && !bytes_equal(word, BYTES("file")))
			schema_note(set, schema, name, PROBLEM_WARNING, "use a type of JSON Schema",
				    "type \"" BYTES_FORMAT "\" is unknown and not checked",
				    BYTES_PRINT(word));
		types |= type == 0 ? SCHEMA_ANY : type;
	}
	if (types != 0)
		schema->types = types;
	if (node_is(node, NODE_LIST) && schema->dialect != DIALECT_2020_12)
		schema_note(set, schema, node, PROBLEM_NOTE, "name one type",
			    "a list of types belongs to OpenAPI 3.1; used as there");
	if (!is_nullable(schema))
		return;
	if (types != 0)
		schema->types |= SCHEMA_NULL;
	else
		schema->is_nullable = true;
}

static int text_compare(const void *a, const void *b)
{
	return bytes_compare(*(const struct bytes *)a, *(const struct bytes *)b);
}

static void fill_enum(struct schema_set *set, struct schema *schema)
{
	const struct node *node = node_get(schema->node, "enum");
	struct choice_rule *choice;

	if (node == NULL)
		return;
	if (node->kind != NODE_LIST) {
		schema_note(set, schema, node, PROBLEM_WARNING, "list the values",
			    "enum is not checked: it is no list");
		return;
	}
	choice = schema_alloc(set, sizeof(*choice));
	if (choice == NULL)
		return;
	choice->texts = schema_alloc(set, node->count * sizeof(*choice->texts));
	if (choice->texts == NULL)
		return;
	choice->values = (const struct node *const *)node->items;
	choice->count = node->count;
	for (size_t i = 0; i < node->count; i++)
		if (node->items[i]->kind == NODE_STRING)
			choice->texts[choice->text_count++] = node->items[i]->text;
	if (choice->text_count > 1)
		qsort(choice->texts, choice->text_count, sizeof(*choice->texts), text_compare);
	(void)words_build(&choice->words, &set->arena, choice->texts, sizeof(*choice->texts),
			  choice->text_count);
	schema->choice = choice;
}

static void fill_const(struct schema_set *set, struct schema *schema)
{
	const struct node *node = schema->dialect == DIALECT_2020_12 ? node_get(schema->node, "const") : NULL;
	struct choice_rule *constant;
	const struct node **values;

	if (node == NULL)
		return;
	constant = schema_alloc(set, sizeof(*constant));
	values = schema_alloc(set, sizeof(*values));
	if (constant == NULL || values == NULL)
		return;
	values[0] = node;
	*constant = (struct choice_rule){.values = values, .count = 1, .is_const = true};
	schema->constant = constant;
}

static const struct number *number_at(struct schema_set *set, const struct schema *schema,
				      const char *keyword)
{
	const struct node *node = node_get(schema->node, keyword);
	struct number_scratch scratch;
	struct number number, *kept;

	if (node == NULL || node->kind == NODE_BOOLEAN)
		return NULL;
	if (node->kind != NODE_NUMBER || !number_read(node->text, &scratch, &number)) {
		schema_note(set, schema, node, PROBLEM_WARNING, "write a number",
			    "%s is not checked: it is no number", keyword);
		return NULL;
	}
	kept = schema_alloc(set, sizeof(*kept));
	if (kept == NULL)
		return NULL;
	*kept = number;
	kept->digits = arena_copy(&set->arena, number.digits);
	set->is_full |= kept->digits.data == NULL;
	return kept;
}

/* exclusiveMinimum is a number of its own, or (draft 4, 3.0) a word about minimum. */
static void fill_exclusive(struct schema_set *set, const struct schema *schema, const char *keyword,
			   bool is_max, const struct number **bound, bool *out_is_exclusive)
{
	const struct node *node = node_get(schema->node, keyword);
	const struct number *exclusive;
	int order;

	if (node == NULL)
		return;
	if (node->kind == NODE_BOOLEAN && schema->dialect != DIALECT_2020_12) {
		*out_is_exclusive = node->boolean;
		return;
	}
	if (node->kind == NODE_BOOLEAN || schema->dialect != DIALECT_2020_12)
		schema_note(set, schema, node, PROBLEM_WARNING, "write it as this version of OpenAPI has it",
			    node->kind == NODE_BOOLEAN
				    ? "%s true or false belongs to OpenAPI 3.0; ignored here"
				    : "%s with a number belongs to OpenAPI 3.1; used as there",
			    keyword);
	exclusive = number_at(set, schema, keyword);
	if (exclusive == NULL)
		return;
	order = *bound == NULL ? 0 : number_compare(exclusive, *bound);
	if (*bound != NULL && (is_max ? order > 0 : order < 0))
		return; /* the other bound is the narrower one */
	*bound = exclusive;
	*out_is_exclusive = true;
}

/* Integers that a double holds exactly. */
#define RANGE_MAX (1ll << 53)

static void fill_range(struct number_rule *rule)
{
	bool is_int32 = rule->format == FORMAT_INT32;

	rule->low = is_int32 ? INT32_MIN : -RANGE_MAX;
	rule->high = is_int32 ? INT32_MAX : RANGE_MAX;
	if (rule->step != NULL ||
	    (rule->min != NULL && (!rule->min->is_small || llabs(rule->min->small) >= RANGE_MAX)) ||
	    (rule->max != NULL && (!rule->max->is_small || llabs(rule->max->small) >= RANGE_MAX)))
		return;
	if (rule->min != NULL && rule->min->small + rule->is_min_exclusive > rule->low)
		rule->low = rule->min->small + rule->is_min_exclusive;
	if (rule->max != NULL && rule->max->small - rule->is_max_exclusive < rule->high)
		rule->high = rule->max->small - rule->is_max_exclusive;
	rule->has_range = true;
}

static void fill_number(struct schema_set *set, struct schema *schema, enum format format)
{
	struct number_rule rule = {.min = number_at(set, schema, "minimum"),
				   .max = number_at(set, schema, "maximum"),
				   .step = number_at(set, schema, "multipleOf"),
				   .format = format >= FORMAT_INT32 ? format : FORMAT_NONE};

	fill_exclusive(set, schema, "exclusiveMinimum", false, &rule.min, &rule.is_min_exclusive);
	fill_exclusive(set, schema, "exclusiveMaximum", true, &rule.max, &rule.is_max_exclusive);
	if (rule.step != NULL && (rule.step->digits.len == 0 || rule.step->is_negative ||
				  rule.step->digits.len > NUMBER_STEP_DIGITS_MAX)) {
		schema_note(set, schema, node_get(schema->node, "multipleOf"), PROBLEM_WARNING,
			    "write a number above 0", "multipleOf is not checked");
		rule.step = NULL;
	}
	if (rule.min == NULL && rule.max == NULL && rule.step == NULL && rule.format == FORMAT_NONE)
		return;
	fill_range(&rule);
	schema->number = schema_alloc(set, sizeof(rule));
	if (schema->number != NULL)
		*schema->number = rule;
}

static uint64_t length_of(struct schema_set *set, const struct schema *schema, const char *keyword,
			  uint64_t other)
{
	const struct number *number = number_at(set, schema, keyword);

	if (number == NULL)
		return other;
	if (!number_is_integer(number) || (number->is_negative && number->digits.len > 0)) {
		schema_note(set, schema, node_get(schema->node, keyword), PROBLEM_WARNING,
			    "write a whole number, 0 or more", "%s is not checked: it is no count", keyword);
		return other;
	}
	return number->is_small ? (uint64_t)number->small : UINT64_MAX;
}

static void fill_text(struct schema_set *set, struct schema *schema, enum format format)
{
	const struct node *pattern = node_get(schema->node, "pattern");
	struct text_rule rule = {.len_min = length_of(set, schema, "minLength", 0),
				 .len_max = length_of(set, schema, "maxLength", UINT64_MAX),
				 .format = format < FORMAT_INT32 ? format : FORMAT_NONE};

	if (node_is(pattern, NODE_STRING)) {
		rule.pattern = schema_pattern_add(set, schema, pattern);
		rule.pattern_text = pattern->text;
		if (pattern->text.len > 2 && pattern->text.data[0] == '/' &&
		    bytes_ends(pattern->text, BYTES("/")))
			schema_note(set, schema, pattern, PROBLEM_WARNING, "remove the slashes around it",
				    "the slashes around this pattern are taken literally");
	}
	if (rule.len_min == 0 && rule.len_max == UINT64_MAX && rule.pattern == NULL &&
	    rule.format == FORMAT_NONE)
		return;
	schema->text = schema_alloc(set, sizeof(rule));
	if (schema->text != NULL)
		*schema->text = rule;
}

void schema_fill_values(struct schema_set *set, struct schema *schema)
{
	enum format format = format_of(node_text(node_get(schema->node, "format")));
	bool is_asserted =
		schema->resource == NULL ? set->asserts_formats : schema->resource->asserts_formats;

	if (!is_asserted && format < FORMAT_INT32)
		format = FORMAT_NONE;

	fill_types(set, schema);
	fill_enum(set, schema);
	fill_const(set, schema);
	fill_number(set, schema, format);
	fill_text(set, schema, format);
}
