/* One schema, checked against values given as JSON; departures as text: "keyword@pointer keyword@pointer". */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "specs/schema_check.h"

struct fixture {
	struct document document;
	struct problems problems;
	struct schema_set *set;
	const struct schema *schema;
	struct departure list[LIMIT_DEPARTURES];
	struct departures out;
	struct arena arena;
	enum side side;
	bool is_valid;
	char seen[4096];
};

/* "#/a/b" into the same document; nothing else. */
static const struct node *fixture_resolve(void *context, const struct document *document,
					  struct bytes reference, const struct document **out_document)
{
	const struct node *node = document->root;

	(void)context;
	*out_document = document;
	if (bytes_equal(reference, BYTES("#")))
		return node;
	if (!bytes_starts(reference, BYTES("#/")))
		return NULL;
	for (struct bytes rest = bytes_from(reference, 2); rest.data != NULL && node != NULL;)
		node = node_get_bytes(node, bytes_split(&rest, '/'));
	return node;
}

/* The schema stands at the root, or below "schema" when there is such a key. */
static void fixture_open(struct fixture *fixture, enum schema_dialect dialect, const char *text)
{
	const struct schema_resolver resolver = {.resolve = fixture_resolve};
	const struct node *node;

	memset(fixture, 0, sizeof(*fixture));
	problems_init(&fixture->problems);
	arena_init(&fixture->arena, LIMIT_JUDGED_BYTES);
	fixture->out.list = fixture->list;
	assert_int_equal(document_read(bytes_of(text), "api.yaml", &fixture->document, &fixture->problems),
			 STATUS_OK);
	assert_int_equal(schema_set_new(dialect, &resolver, &fixture->problems, &fixture->set), STATUS_OK);
	node = node_get(fixture->document.root, "schema");
	fixture->schema = schema_compile(fixture->set, &fixture->document,
					 node == NULL ? fixture->document.root : node, BYTES("/schema"));
	assert_non_null(fixture->schema);
}

static void fixture_close(struct fixture *fixture)
{
	schema_set_free(fixture->set);
	document_finish(&fixture->document);
	problems_finish(&fixture->problems);
	arena_finish(&fixture->arena);
}

static struct schema_checker fixture_checker(struct fixture *fixture)
{
	fixture->out = (struct departures){.list = fixture->list};
	arena_reset(&fixture->arena);
	return (struct schema_checker){
		.arena = &fixture->arena, .out = &fixture->out, .side = fixture->side, .part = PART_BODY};
}

static const char *fixture_print(struct fixture *fixture)
{
	size_t len = 0;

	fixture->seen[0] = '\0';
	for (size_t i = 0; i < fixture->out.count && len < sizeof(fixture->seen) - 600; i++)
		len += (size_t)snprintf(fixture->seen + len, sizeof(fixture->seen) - len,
					"%s%s@" BYTES_FORMAT, i == 0 ? "" : " ",
					keyword_name(fixture->list[i].keyword),
					BYTES_PRINT(fixture->list[i].pointer));
	return fixture->seen;
}

static const char *fixture_check(struct fixture *fixture, const char *json)
{
	struct schema_checker checker = fixture_checker(fixture);
	yyjson_doc *doc = yyjson_read(json, strlen(json), YYJSON_READ_BIGNUM_AS_RAW);

	assert_non_null(doc);
	fixture->is_valid = schema_check(fixture->schema, yyjson_doc_get_root(doc), &checker);
	yyjson_doc_free(doc);
	return fixture_print(fixture);
}

static inline const char *fixture_check_text(struct fixture *fixture, const char *text)
{
	struct schema_checker checker = fixture_checker(fixture);

	checker.is_text = true;
	checker.part = PART_QUERY;
	fixture->is_valid = schema_check_text(fixture->schema, bytes_of(text), &checker);
	return fixture_print(fixture);
}

/* One schema, one value, the departures wanted. */
static inline void assert_check(enum schema_dialect dialect, const char *schema, const char *json,
				const char *wanted)
{
	struct fixture fixture;

	fixture_open(&fixture, dialect, schema);
	assert_string_equal(fixture_check(&fixture, json), wanted);
	fixture_close(&fixture);
}
