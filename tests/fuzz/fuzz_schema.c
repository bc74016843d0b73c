/*
 * fuzz_schema: a schema (JSON), a line "---", a body. The first byte picks
 * the dialect and the side. It aborts when the quick walk calls a body conforming
 * in which the full one finds something, when it overlooks a name that comes twice,
 * or when departures have no place or words.
 */
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/json_read.h"
#include "specs/schema_check.h"
#include "specs/schema_plan.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static const struct node *resolve(void *context, const struct document *document, struct bytes reference,
				  const struct document **out_document)
{
	const struct node *node = document->root;

	(void)context;
	*out_document = document;
	if (reference.len == 0 || reference.data[0] != '#')
		return NULL;
	if (reference.len == 1)
		return node;
	for (struct bytes rest = bytes_from(reference, 2); rest.data != NULL && node != NULL;)
		node = node_get_bytes(node, bytes_split(&rest, '/'));
	return node;
}

struct run {
	struct arena arena;
	struct departure list[LIMIT_DEPARTURES];
	struct departures out;
	struct schema_checker checker;
};

/* True: the quick walk says that it fits. */
static bool body_check(const struct schema *schema, yyjson_val *value, enum side side)
{
	struct run run = {.out = {.count = 0}};
	struct evaluation evaluation = {.checker = &run.checker, .out = &run.out};
	bool fits, is_quick, is_fitting;

	arena_init(&run.arena, LIMIT_JUDGED_BYTES);
	run.out.list = run.list;
	run.checker = (struct schema_checker){
		.arena = &run.arena, .out = &run.out, .side = side, .part = PART_BODY};
	is_quick = is_fitting = quick_fits(&evaluation, schema, value);
	pattern_search_free(evaluation.search);
	if (run.checker.are_names_once) {
		run.checker.are_names_once = false;
		schema_check_names(schema, value, &run.checker);
		CHECK(is_quick && run.out.count == 0);
	}
	run.checker.steps = 0;
	fits = schema_check_fully(schema, value, &run.checker);
	for (size_t i = 0; i < run.out.count; i++) {
		CHECK(run.list[i].expected.len > 0 && run.list[i].observed.len > 0);
		CHECK(run.list[i].keyword < KEYWORD_CONFORM_COUNT + 2);
		if (run.list[i].keyword == KEYWORD_OVERLIMIT)
			is_quick = false; /* the full walk gave up: no verdict to compare */
	}
	CHECK(!is_quick || (fits && run.out.count == 0));
	arena_finish(&run.arena);
	return is_fitting;
}

/* Names that are known say the same as their texts: when they are met, and when they come again. */
static void names_try(const struct schema *schema, struct bytes body, enum side side, bool is_quick)
{
	struct json_names *names = json_names_new();
	struct arena arena;

	CHECK(names != NULL);
	for (int i = 0; i < 2; i++) {
		struct departures out = {.count = 0};
		struct schema_checker checker = {
			.arena = &arena, .out = &out, .side = side, .part = PART_BODY};
		struct evaluation evaluation = {.checker = &checker, .out = &out};
		struct json_reading reading;

		arena_init(&arena, LIMIT_EXCHANGE_BYTES);
		json_read_named(body, &arena, names, &reading);
		CHECK(reading.outcome != JSON_READ ||
		      quick_fits(&evaluation, schema, reading.root) == is_quick);
		pattern_search_free(evaluation.search);
		arena_finish(&arena);
	}
	json_names_free(names);
}

static void schema_try(enum schema_dialect dialect, enum side side, struct bytes text, struct bytes body)
{
	static const struct schema_resolver resolver = {.resolve = resolve};
	yyjson_doc *given = yyjson_read(text.data, text.len, YYJSON_READ_BIGNUM_AS_RAW);
	yyjson_doc *doc = body.len == 0 ? NULL : yyjson_read(body.data, body.len, YYJSON_READ_BIGNUM_AS_RAW);
	const struct schema *schema;
	struct document document = {0};
	struct problems problems;
	struct schema_set *set;

	problems_init(&problems);
	/* JSON alone: what YAML readers make of broken text is another target's business */
	if (given != NULL && document_read(text, "fuzz", &document, &problems) == STATUS_OK) {
		CHECK(schema_set_new(dialect, &resolver, &problems, &set) == STATUS_OK);
		schema = schema_compile(set, &document, document.root, BYTES(""));
		if (schema != NULL && doc != NULL)
			names_try(schema, body, side, body_check(schema, yyjson_doc_get_root(doc), side));
		schema_set_free(set);
	}
	document_finish(&document);
	problems_finish(&problems);
	yyjson_doc_free(doc);
	yyjson_doc_free(given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes all = {.data = (const char *)data, .len = len}, text, body;
	size_t split;

	if (len < 2 || len > 64 * KIB)
		return 0;
	all = bytes_from(all, 1);
	split = bytes_find(all, BYTES("\n---\n"));
	if (split == BYTES_NOT_FOUND)
		return 0;
	text = bytes_slice(all, 0, split);
	body = bytes_from(all, split + 5);
	schema_try((enum schema_dialect)(data[0] % 3), data[0] & 4 ? SIDE_RESPONSE : SIDE_REQUEST, text,
		   body);
	return 0;
}
