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

void lint_examples(const struct document *document, struct schema_set *schemas, struct problems *problems)
{
	struct examples examples = {.document = document, .schemas = schemas, .problems = problems};

	walk(&examples, document->root, BYTES(""));
}
