#include "specs/lint_example.h"

#include "parsers/base/limits.h"
#include "specs/schema_check.h"

/* Nodes looked at for examples: the largest real contracts have less. */
#define STEPS_MAX (4 * 1000 * 1000)

struct examples {
	const struct document *document;
	struct schema_set *schemas;
	struct problems *problems;
	size_t steps;
};

/* What depends on the direction, or is only undeclared, says nothing about an example. */
static bool is_wrong(enum keyword keyword)
{
	return keyword < KEYWORD_CONFORM_COUNT && keyword != KEYWORD_READ_ONLY &&
	       keyword != KEYWORD_WRITE_ONLY;
}

static void value_check(const struct examples *examples, const struct schema *schema, const struct node *node)
{
	struct departure list[LIMIT_DEPARTURES];
	struct departures departures = {.list = list};
	struct schema_checker checker = {.out = &departures, .side = SIDE_RESPONSE, .part = PART_BODY};
	yyjson_mut_doc *mutable = yyjson_mut_doc_new(NULL);
	yyjson_doc *doc = NULL;
	struct arena arena;

	arena_init(&arena, LIMIT_CONTRACT_BYTES);
	checker.arena = &arena;
	if (mutable != NULL) {
		yyjson_mut_doc_set_root(mutable, node_to_json(node, mutable));
		doc = yyjson_mut_doc_imut_copy(mutable, NULL);
	}
	if (doc != NULL)
		schema_check(schema, yyjson_doc_get_root(doc), &checker);
	for (size_t i = 0; i < departures.count; i++) {
		if (!is_wrong(list[i].keyword))
			continue;
		problems_add(examples->problems, PROBLEM_NOTE, "spec.conflict",
			     node_place(examples->document, node), "mend the example or the schema",
			     "the example does not fit its schema: %s at \"%.*s\"",
			     keyword_name(list[i].keyword),
			     (int)(list[i].pointer.len > 100 ? 100 : list[i].pointer.len),
			     list[i].pointer.data == NULL ? "" : list[i].pointer.data);
		break;
	}
	yyjson_doc_free(doc);
	yyjson_mut_doc_free(mutable);
	arena_finish(&arena);
}

/* A parameter, or a media type whose text is JSON. */
static void holder_check(const struct examples *examples, const struct node *holder)
{
	const struct node *example = node_get(holder, "example"), *list = node_get(holder, "examples");
	const struct schema *schema;

	if (example == NULL && !node_is(list, NODE_TABLE))
		return;
	schema = schema_compile(examples->schemas, examples->document, node_get(holder, "schema"), BYTES(""));
	if (schema != NULL && example != NULL)
		value_check(examples, schema, example);
	for (size_t i = 0; schema != NULL && node_is(list, NODE_TABLE) && i < list->count; i++) {
		const struct node *value = node_get(list->entries[i].value, "value");

		if (value != NULL)
			value_check(examples, schema, value);
	}
}

static void walk(struct examples *examples, const struct node *node, struct bytes key)
{
	if (node->kind < NODE_LIST || ++examples->steps > STEPS_MAX)
		return;
	if (node_is(node_get(node, "schema"), NODE_TABLE) &&
	    (node_get(node, "in") != NULL || bytes_ends(key, BYTES("/json")) ||
	     bytes_ends(key, BYTES("+json"))))
		holder_check(examples, node);
	for (size_t i = 0; i < node->count; i++) {
		if (node->kind == NODE_LIST)
			walk(examples, node->items[i], BYTES(""));
		else
			walk(examples, node->entries[i].value, node->entries[i].key);
	}
}

/* A schema that stands among the components, and those inside it. */
static void schema_walk(struct examples *examples, const struct node *node)
{
	static const char *const lists[] = {"allOf", "anyOf", "oneOf"};
	const struct node *example = node_get(node, "example"), *several = node_get(node, "examples");
	const struct node *properties = node_get(node, "properties");
	const struct schema *schema = NULL;

	if (!node_is(node, NODE_TABLE) || node_get(node, "$ref") != NULL || ++examples->steps > STEPS_MAX)
		return;
	if (example != NULL || node_is(several, NODE_LIST))
		schema = schema_compile(examples->schemas, examples->document, node, BYTES(""));
	if (schema != NULL && example != NULL)
		value_check(examples, schema, example);
	for (size_t i = 0; schema != NULL && node_is(several, NODE_LIST) && i < several->count; i++)
		value_check(examples, schema, several->items[i]);
	for (size_t i = 0; node_is(properties, NODE_TABLE) && i < properties->count; i++)
		schema_walk(examples, properties->entries[i].value);
	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
		const struct node *list = node_get(node, lists[k]);

		for (size_t i = 0; node_is(list, NODE_LIST) && i < list->count; i++)
			schema_walk(examples, list->items[i]);
	}
	schema_walk(examples, node_get(node, "items"));
	schema_walk(examples, node_get(node, "additionalProperties"));
}

void lint_examples(const struct document *document, struct schema_set *schemas, struct problems *problems)
{
	struct examples examples = {.document = document, .schemas = schemas, .problems = problems};

	const struct node *root = document->root;
	const struct node *tables[] = {node_get(node_get(root, "components"), "schemas"),
				       node_get(root, "definitions")};

	walk(&examples, root, BYTES(""));
	for (size_t k = 0; k < sizeof(tables) / sizeof(tables[0]); k++)
		for (size_t i = 0; node_is(tables[k], NODE_TABLE) && i < tables[k]->count; i++)
			schema_walk(&examples, tables[k]->entries[i].value);
}
