#include "schema_fixture.h"

#include "parsers/base/buffer.h"

/* How many problems of this level have these words. */
static size_t noted(const struct fixture *fixture, enum problem_level level, const char *words)
{
	size_t count = 0;

	for (size_t i = 0; i < fixture->problems.count; i++) {
		const struct problem *problem = &fixture->problems.list[i];

		assert_string_equal(problem->id, "spec.unenforceable");
		count += problem->level == level &&
			 bytes_find(bytes_of(problem->what), bytes_of(words)) != BYTES_NOT_FOUND;
	}
	return count;
}

static void assert_noted(enum schema_dialect dialect, const char *text, enum problem_level level,
			 const char *words)
{
	struct fixture fixture;

	fixture_open(&fixture, dialect, text);
	assert_int_equal(noted(&fixture, level, words), 1);
	assert_int_equal(fixture.problems.count, 1);
	assert_true(fixture.problems.list[0].place.line > 0);
	fixture_close(&fixture);
}

static void test_notes(void **state)
{
	(void)state;
	assert_noted(DIALECT_OPENAPI_3_0, "{type: date}", PROBLEM_WARNING, "type \"date\"");
	assert_noted(DIALECT_OPENAPI_3_0, "{required: true}", PROBLEM_WARNING, "required");
	assert_noted(DIALECT_OPENAPI_3_0, "{minimum: '5'}", PROBLEM_WARNING, "minimum");
	assert_noted(DIALECT_OPENAPI_3_0, "{maximum: .inf}", PROBLEM_WARNING, "maximum");
	assert_noted(DIALECT_OPENAPI_3_0, "{maxLength: -1}", PROBLEM_WARNING, "maxLength");
	assert_noted(DIALECT_OPENAPI_3_0, "{multipleOf: 0}", PROBLEM_WARNING, "multipleOf");
	assert_noted(DIALECT_OPENAPI_3_0, "{exclusiveMinimum: 5}", PROBLEM_WARNING, "exclusiveMinimum");
	assert_noted(DIALECT_2020_12, "{exclusiveMinimum: true}", PROBLEM_WARNING, "exclusiveMinimum");
	assert_noted(DIALECT_OPENAPI_3_0, "{pattern: '('}", PROBLEM_WARNING, "pattern");
	assert_noted(DIALECT_OPENAPI_3_0, "{pattern: '/a/'}", PROBLEM_WARNING, "slashes");
	assert_noted(DIALECT_OPENAPI_3_0, "{properties: {a: 5}}", PROBLEM_WARNING, "no table");
	assert_noted(DIALECT_OPENAPI_3_0, "{schema: {$ref: '#/b', type: string}, b: {}}", PROBLEM_NOTE,
		     "beside $ref");
}

/* What is wrong with one keyword leaves the others in force. */
static void test_the_rest_counts(void **state)
{
	(void)state;
	assert_check(DIALECT_OPENAPI_3_0, "{pattern: '(', maxLength: 2}", "\"abc\"", "length@");
	assert_check(DIALECT_OPENAPI_3_0, "{minimum: x, maximum: 2}", "3", "range@");
}

static void test_circles(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_noted(DIALECT_OPENAPI_3_0, "{schema: {$ref: '#/b'}, b: {$ref: '#/schema'}}", PROBLEM_WARNING,
		     "refers to itself");
	assert_noted(DIALECT_OPENAPI_3_0, "{allOf: [{$ref: '#'}], type: object}", PROBLEM_WARNING,
		     "refers to itself");
	assert_check(DIALECT_OPENAPI_3_0, "{schema: {$ref: '#/b'}, b: {$ref: '#/schema'}}", "5", "");
	assert_check(DIALECT_OPENAPI_3_0, "{oneOf: [{$ref: '#'}, {type: string}]}", "\"x\"", "");
	/* through a property it is no circle */
	fixture_open(&fixture, DIALECT_OPENAPI_3_0,
		     "{type: object, properties: {next: {$ref: '#'}, n: {type: integer}}}");
	assert_int_equal(fixture.problems.count, 0);
	assert_string_equal(fixture_check(&fixture, "{\"next\": {\"next\": {\"n\": \"x\"}}}"),
			    "type@/next/next/n");
	assert_ptr_equal(
		schema_compile(fixture.set, &fixture.document, fixture.document.root, BYTES("/again")),
		fixture.schema);
	fixture_close(&fixture);
}

static void test_questions(void **state)
{
	const struct schema *inner;
	struct fixture fixture;

	(void)state;
	fixture_open(
		&fixture, DIALECT_OPENAPI_3_0,
		"{schema: {$ref: '#/b'}, b: {allOf: [{type: object, properties: {mail: {type: string, "
		"format: "
		"email}, card: {type: string, x-specular-sensitive: pan}, list: {type: array, items: {type: "
		"number}}}}]}}");
	assert_int_equal(schema_types(fixture.schema), SCHEMA_OBJECT);
	inner = schema_property(fixture.schema, BYTES("mail"));
	assert_non_null(inner);
	assert_true(bytes_equal(schema_data_class(inner), BYTES("email")));
	inner = schema_property(fixture.schema, BYTES("card"));
	assert_true(bytes_equal(schema_data_class(inner), BYTES("pan")));
	inner = schema_property(fixture.schema, BYTES("list"));
	assert_int_equal(schema_types(inner), SCHEMA_ARRAY);
	assert_int_equal(schema_types(schema_items(inner)), SCHEMA_NUMBER | SCHEMA_INTEGER);
	assert_null(schema_property(fixture.schema, BYTES("none")));
	assert_null(schema_items(fixture.schema));
	assert_int_equal(schema_data_class(fixture.schema).len, 0);
	fixture_close(&fixture);
}

/* A chain of 20,000 references, an enum of 100,000 words. */
static void test_hostile_sizes(void **state)
{
	struct buffer text = BUFFER_MAX(16 * MIB);
	struct fixture fixture;
	char line[64];

	(void)state;
	assert_int_equal(buffer_append(&text, BYTES("schema: {$ref: '#/s0'}\n")), STATUS_OK);
	for (int i = 0; i < 20000; i++) {
		snprintf(line, sizeof(line), "s%d: {$ref: '#/s%d'}\n", i, i + 1);
		assert_int_equal(buffer_append(&text, bytes_of(line)), STATUS_OK);
	}
	assert_int_equal(buffer_append(&text, BYTES("s20000: {type: string}\n")), STATUS_OK);
	assert_int_equal(buffer_append_byte(&text, '\0'), STATUS_OK);
	fixture_open(&fixture, DIALECT_OPENAPI_3_0, text.data);
	assert_string_equal(fixture_check(&fixture, "5"), "overlimit@");
	fixture_close(&fixture);
	buffer_clear(&text);
	assert_int_equal(buffer_append(&text, BYTES("items: {enum: [")), STATUS_OK);
	for (int i = 0; i < 100000; i++) {
		snprintf(line, sizeof(line), "w%d, ", i);
		assert_int_equal(buffer_append(&text, bytes_of(line)), STATUS_OK);
	}
	assert_int_equal(buffer_append(&text, BYTES("w]}\n")), STATUS_OK);
	assert_int_equal(buffer_append_byte(&text, '\0'), STATUS_OK);
	fixture_open(&fixture, DIALECT_OPENAPI_3_0, text.data);
	assert_string_equal(fixture_check(&fixture, "[\"w0\", \"w99999\", \"w\", \"x\"]"), "enum@/3");
	fixture_close(&fixture);
	buffer_finish(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_notes),         cmocka_unit_test(test_the_rest_counts),
		cmocka_unit_test(test_circles),       cmocka_unit_test(test_questions),
		cmocka_unit_test(test_hostile_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
