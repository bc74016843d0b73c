#include "schema_fixture.h"

#define V30 DIALECT_OPENAPI_3_0
#define V31 DIALECT_2020_12

static void test_types(void **state)
{
	(void)state;
	assert_check(V30, "{type: integer}", "1.0", "");
	assert_check(V30, "{type: integer}", "1.5", "type@");
	assert_check(V30, "{type: integer}", "100000000000000000000000000", "");
	assert_check(V30, "{type: string}", "5", "type@");
	assert_check(V31, "{type: [string, 'null']}", "null", "");
	assert_check(V31, "{type: [string, 'null']}", "1", "type@");
	assert_check(V31, "true", "1", "");
	assert_check(V31, "false", "1", "type@");
	assert_check(V30, "{type: object, properties: {a: {type: array, items: {type: number}}}}",
		     "{\"a\": [1, 2.5, \"x\", true]}", "type@/a/2 type@/a/3");
}

static void test_nullable(void **state)
{
	(void)state;
	assert_check(V30, "{type: string}", "null", "null@");
	assert_check(V30, "{type: string, nullable: true}", "null", "");
	assert_check(V30, "{type: string, x-nullable: true}", "null", "");
	assert_check(V30, "{type: string, nullable: true, enum: [a]}", "null", "null@");
	assert_check(V30, "{type: string, nullable: true, enum: [a, null]}", "null", "");
	assert_check(V30, "{schema: {nullable: true, allOf: [{$ref: '#/b'}]}, b: {type: object}}", "null",
		     "");
	assert_check(V31, "{type: string, nullable: true}", "null", "null@");
}

static void test_numbers(void **state)
{
	(void)state;
	assert_check(V30, "{maximum: 9007199254740993}", "9007199254740993", "");
	assert_check(V30, "{maximum: 9007199254740992}", "9007199254740993", "range@");
	assert_check(V30, "{maximum: 18446744073709551615}", "18446744073709551616", "range@");
	assert_check(V30, "{maximum: 18446744073709551616}", "18446744073709551615", "");
	assert_check(V30, "{minimum: 0.5}", "1", "");
	assert_check(V30, "{minimum: 0.5}", "0", "range@");
	assert_check(V30, "{minimum: -2.5}", "-2.6", "range@");
	assert_check(V30, "{minimum: 5, exclusiveMinimum: true}", "5", "range@");
	assert_check(V30, "{minimum: 5, exclusiveMinimum: false}", "5", "");
	assert_check(V31, "{exclusiveMaximum: 5}", "5", "range@");
	assert_check(V31, "{exclusiveMaximum: 5, maximum: 4}", "4", "");
	assert_check(V30, "{multipleOf: 0.01}", "19.99", "");
	assert_check(V30, "{multipleOf: 0.01}", "19.999", "range@");
	assert_check(V30, "{multipleOf: 0.0001}", "0.0075", "");
	assert_check(V30, "{multipleOf: 3}", "1e300", "range@");
	assert_check(V30, "{multipleOf: 1.5}", "-4.5", "");
	assert_check(V30, "{type: integer, format: int32}", "2147483648", "format@");
	assert_check(V30, "{type: integer, format: int32}", "-2147483648", "");
	assert_check(V30, "{type: integer, format: int64}", "9223372036854775807", "");
	assert_check(V30, "{type: integer, format: int64}", "9223372036854775808", "format@");
	assert_check(V30, "{type: number}", "1e400", "");
}

static void test_choices(void **state)
{
	(void)state;
	assert_check(V30, "{enum: [1, b, [1, {x: 2}]]}", "[1.0, {\"x\": 2e0}]", "");
	assert_check(V30, "{enum: [1, b]}", "\"1\"", "enum@");
	assert_check(V30, "{enum: [NO, b]}", "\"NO\"", "");
	assert_check(V30, "{enum: [true]}", "1", "enum@");
	assert_check(V31, "{const: {a: 1, b: [null]}}", "{\"b\": [null], \"a\": 1.0}", "");
	assert_check(V31, "{const: 5}", "6", "const@");
	assert_check(V30, "{const: 5}", "6", "");
}

static void test_text(void **state)
{
	(void)state;
	assert_check(V30, "{minLength: 2, maxLength: 3}", "\"\\ud83d\\ude00\"", "length@");
	assert_check(V30, "{minLength: 2, maxLength: 3}", "\"\\ud83d\\ude00ab\"", "");
	assert_check(V30, "{maxLength: 3}", "\"abcd\"", "length@");
	assert_check(V30, "{pattern: 'b+'}", "\"abbc\"", "");
	assert_check(V30, "{pattern: '^a$'}", "\"a\\n\"", "pattern@");
	assert_check(V30, "{pattern: '^\\d$'}", "\"\\u0665\"", "pattern@");
	assert_check(V30, "{pattern: '^\\u00e9\\ud83d\\ude00$'}", "\"\\u00e9\\ud83d\\ude00\"", "");
	assert_check(V30, "{pattern: '^(?=.*a)[^]+$'}", "\"cab\"", "");
	assert_check(V30, "{pattern: '^[\\s]$'}", "\"\\u00a0\"", "");
	assert_check(V30, "{pattern: '^\\p{Letter}+$'}", "\"\\u00e9x\"", "");
	assert_check(V30, "{format: date}", "\"2023-02-29\"", "format@");
	assert_check(V30, "{format: date-time}", "\"2016-12-31T23:59:60Z\"", "");
	assert_check(V30, "{format: uuid}", "\"123e4567-e89b-12d3-a456-42661417400\"", "format@");
	assert_check(V30, "{format: ipv6}", "\"2001:db8::1\"", "");
	assert_check(V30, "{format: byte}", "\"aGk=\"", "");
	assert_check(V30, "{format: byte}", "\"aGk\"", "format@");
	assert_check(V30, "{format: iso-country-code}", "\"??\"", "");
}

/* RFC 3339 section 5.6; each has its twin that is off by a little. */
static void test_dates(void **state)
{
	static const char *const right[] = {"2024-02-29T00:00:00Z",      "2000-02-29t23:59:59z",
					    "2026-12-31T12:00:00.1Z",    "2026-11-30T12:00:00.123456789Z",
					    "1996-12-19T16:39:57-08:00", "1990-12-31T15:59:60-08:00",
					    "0000-01-01T00:00:00+23:59"};
	static const char *const wrong[] = {"2023-02-29T00:00:00Z",
					    "1900-02-29T00:00:00Z",
					    "2026-13-01T00:00:00Z",
					    "2026-00-01T00:00:00Z",
					    "2026-11-00T00:00:00Z",
					    "2026-11-31T00:00:00Z",
					    "2026-11-3 T00:00:00Z",
					    "2026-11-:0T00:00:00Z",
					    "2026-11-/0T00:00:00Z",
					    "2026.11-30T00:00:00Z",
					    "2026-11.30T00:00:00Z",
					    "2O26-11-30T00:00:00Z",
					    "2026-11-30 00:00:00Z",
					    "2026-11-30T24:00:00Z",
					    "2026-11-30T00:60:00Z",
					    "2026-11-30T00:00:61Z",
					    "2026-11-30T00:00:60Z",
					    "2026-11-30T00-00:00Z",
					    "2026-11-30T00:00;00Z",
					    "2026-11-30T00:00:0\u0660Z",
					    "2026-11-30T00:00:00.Z",
					    "2026-11-30T00:00:00.1",
					    "2026-11-30T00:00:00",
					    "2026-11-30T00:00:00+24:00",
					    "2026-11-30T00:00:00+00:60",
					    "2026-11-30T00:00:00+0000",
					    "2026-11-30T00:00:00+00:0",
					    "2026-11-30T00:00:00+00.00",
					    "2026-11-30T00:00:00+00:000",
					    "2026-11-30T",
					    "2026-11-30",
					    "\u00b2026-11-30T00:00:00Z"};
	char json[80];

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		snprintf(json, sizeof(json), "\"%s\"", right[i]);
		assert_check(V30, "{format: date-time}", json, "");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		snprintf(json, sizeof(json), "\"%s\"", wrong[i]);
		assert_check(V30, "{format: date-time}", json, "format@");
	}
	assert_check(V30, "{format: date}", "\"2026-11-30\"", "");
	assert_check(V30, "{format: date}", "\"2026-11-3O\"", "format@");
	assert_check(V30, "{format: date}", "\"2026-11-300\"", "format@");
}

static void test_objects(void **state)
{
	static const char closed[] =
		"{required: [a, a, z], properties: {a: {}, b: {type: string}}, additionalProperties: false}";

	(void)state;
	assert_check(V30, closed, "{\"a\": 1, \"c\": 2}", "additional@/c required@/z");
	assert_check(V30, "{minProperties: 1}", "{}", "items@");
	assert_check(V30, "{additionalProperties: {type: integer}}", "{\"x\": \"y\"}", "type@/x");
	assert_check(V31, "{patternProperties: {'^x': {type: integer}}, additionalProperties: false}",
		     "{\"x1\": \"y\", \"b\": 1}", "type@/x1 additional@/b");
	assert_check(V31, "{propertyNames: {maxLength: 1}}", "{\"ab\": 1}", "length@/ab");
	assert_check(V31, "{dependentRequired: {a: [b]}}", "{\"a\": 1}", "required@/b");
	assert_check(V30, "{properties: {'a/b~c': {type: string}}}", "{\"a/b~c\": 1}", "type@/a~1b~0c");
	assert_check(V30, "{properties: {$ref: {type: string}, '': {type: string}}}",
		     "{\"$ref\": 1, \"\": 1}", "type@/$ref type@/");
	/* names that could be somebody's number or address are masked */
	assert_check(V30, "{additionalProperties: {type: integer}}",
		     "{\"4111111111111111\": \"x\", \"a@b.c\": \"\"}", "type@/9999999999999999 type@/a@a.a");
}

static void test_arrays(void **state)
{
	(void)state;
	assert_check(V30, "{type: array, minItems: 2, uniqueItems: true}", "[1]", "items@");
	assert_check(V30, "{uniqueItems: true}", "[1, true, \"1\", [1], {\"a\": 1}]", "");
	assert_check(V30, "{uniqueItems: true}", "[{\"a\": 1, \"b\": 2}, {\"b\": 2.0, \"a\": 1}]", "unique@");
	assert_check(V31, "{prefixItems: [{type: string}], items: {type: integer}}", "[1, 2, \"x\"]",
		     "type@/0 type@/2");
	assert_check(V31, "{contains: {type: string}, maxContains: 1}", "[1, \"a\", \"b\"]", "items@");
	assert_check(V30, "{contains: {type: string}}", "[1]", "");
	assert_check(V30, "{items: [{type: string}]}", "[1, 2]", "type@/0");
}

static void test_logic(void **state)
{
	(void)state;
	assert_check(V30, "{oneOf: [{type: integer}, {minimum: 5}]}", "7", "composition@");
	assert_check(V30, "{oneOf: [{type: integer}, {type: string}]}", "true", "composition@");
	assert_check(V30, "{anyOf: [{type: integer}, {minimum: 5}]}", "7", "");
	assert_check(V30, "{not: {type: integer}}", "7", "composition@");
	assert_check(V31, "{if: {properties: {a: {const: 1}}}, then: {required: [b]}, else: {required: [c]}}",
		     "{\"a\": 1}", "required@/b");
	assert_check(V30, "{schema: {$ref: '#/b', type: string}, b: {type: integer}}", "1", "");
	assert_check(V31, "{schema: {$ref: '#/b', type: string}, b: {type: integer}}", "1", "type@");
	assert_check(V31, "{unevaluatedProperties: false, allOf: [{properties: {a: {}}}]}",
		     "{\"a\":1,\"b\":2}", "additional@/b");
	/* a branch that leads nowhere may fit, or not: no verdict */
	assert_check(V30, "{oneOf: [{$ref: '#/nowhere'}, {type: string}]}", "5", "");
	assert_check(V30, "{oneOf: [{$ref: '#/nowhere'}, {type: string}]}", "\"x\"", "");
}

static void test_closest(void **state)
{
	struct fixture fixture;
	struct bytes expected;

	(void)state;
	fixture_open(&fixture, V30,
		     "{anyOf: [{type: object, required: [a, b, c]}, {type: object, "
		     "properties: {n: {type: integer}}}]}");
	assert_string_equal(fixture_check(&fixture, "{\"n\": \"secret\"}"), "composition@");
	expected = fixture.list[0].expected;
	assert_int_not_equal(bytes_find(expected, BYTES("number 2")), BYTES_NOT_FOUND);
	assert_int_not_equal(bytes_find(expected, BYTES("\"/n\": integer")), BYTES_NOT_FOUND);
	fixture_close(&fixture);
}

static void test_discriminator(void **state)
{
	static const char union_of[] =
		"{schema: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}], "
		"discriminator: {propertyName: kind, mapping: {hound: Dog}}}, components: {schemas: {"
		"Cat: {type: object, properties: {kind: {}, lives: {type: integer}}}, "
		"Dog: {type: object, properties: {kind: {}, bark: {type: string}}}}}}";
	static const char heirs[] = "{schema: {$ref: '#/components/schemas/Pet'}, components: {schemas: {"
				    "Pet: {type: object, discriminator: {propertyName: kind}, properties: "
				    "{kind: {type: string}}}, "
				    "Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {lives: "
				    "{type: integer}}}]}}}}";

	(void)state;
	assert_check(V30, union_of, "{\"kind\": \"Cat\", \"lives\": \"x\"}", "type@/lives");
	assert_check(V30, union_of, "{\"kind\": \"hound\", \"bark\": \"x\"}", "");
	assert_check(V30, union_of, "{\"kind\": \"Cow\"}", "discriminator@/kind");
	assert_check(V30, union_of, "{}", "discriminator@/kind");
	assert_check(V30, heirs, "{\"kind\": \"Cat\", \"lives\": \"x\"}", "type@/lives");
	assert_check(V30, heirs, "{\"kind\": \"Cat\", \"lives\": 9}", "");
	assert_check(V30, heirs, "{\"kind\": \"Pet\"}", "");
	assert_check(V30, heirs, "{\"kind\": \"Cow\"}", "discriminator@/kind");
}

static void test_direction(void **state)
{
	static const char schema[] =
		"{schema: {type: array, items: {allOf: [{$ref: '#/base'}], required: [id, secret]}}, base: "
		"{type: object, properties: {id: {type: integer, readOnly: true}, secret: {$ref: '#/s'}}}, "
		"s: {type: string, writeOnly: true}}";
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture, V30, schema);
	fixture.side = SIDE_REQUEST;
	assert_string_equal(fixture_check(&fixture, "[{\"secret\": \"x\"}]"), "");
	assert_string_equal(fixture_check(&fixture, "[{\"id\": 1}]"), "required@/0/secret read_only@/0/id");
	fixture.side = SIDE_RESPONSE;
	assert_string_equal(fixture_check(&fixture, "[{\"id\": 1}]"), "");
	assert_string_equal(fixture_check(&fixture, "[{\"id\": 1, \"secret\": \"x\"}]"),
			    "write_only@/0/secret");
	assert_false(fixture.is_valid);
	fixture_close(&fixture);
}

static void test_undeclared(void **state)
{
	struct fixture fixture;

	(void)state;
	assert_check(V30, "{properties: {a: {}}}", "{\"a\": 1, \"b\": 2}", "undeclared@/b");
	assert_check(V30, "{properties: {a: {}}, additionalProperties: true}", "{\"b\": 2}", "");
	assert_check(V30, "{allOf: [{properties: {a: {}}}, {properties: {b: {}}}]}", "{\"a\": 1, \"b\": 2}",
		     "");
	assert_check(V30, "{type: object}", "{\"b\": 2}", "");
	/* the same inner object, described by two members of allOf */
	assert_check(V30,
		     "{allOf: [{properties: {o: {properties: {a: {}}}}}, {properties: {o: {properties: {b: "
		     "{}}}}}]}",
		     "{\"o\": {\"a\": 1, \"b\": 2, \"c\": 3}}", "undeclared@/o/c");
	/* a branch that does not fit declares nothing */
	assert_check(
		V30,
		"{anyOf: [{required: [k], properties: {k: {enum: [x]}, a: {}}}, {required: [k], properties: "
		"{k: {enum: [y]}, b: {}}}]}",
		"{\"k\": \"x\", \"b\": 1}", "undeclared@/b");
	fixture_open(&fixture, V30, "{properties: {a: {}}}");
	fixture_check(&fixture, "{\"b\": 2}");
	assert_true(fixture.is_valid);
	fixture_close(&fixture);
}

static void test_masked(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture, V30, "{pattern: '^x$'}");
	assert_string_equal(fixture_check(&fixture, "\"Geheim-4711\""), "pattern@");
	assert_memory_equal(fixture.list[0].observed.data, "string, 11 characters, like Aaaaaa-9999", 39);
	assert_memory_equal(fixture.list[0].schema_pointer.data, "/schema", 7);
	fixture_close(&fixture);
	fixture_open(&fixture, V30, "{properties: {a: {items: {type: integer}}}}");
	fixture_check(&fixture, "{\"a\": [\"hunter2\"]}");
	assert_int_equal(bytes_find(fixture.list[0].observed, BYTES("hunter")), BYTES_NOT_FOUND);
	assert_memory_equal(fixture.list[0].schema_pointer.data, "/schema/properties/a/items", 26);
	fixture_close(&fixture);
}

static void assert_text_check(const char *schema, const char *text, const char *wanted)
{
	struct fixture fixture;

	fixture_open(&fixture, V30, schema);
	assert_string_equal(fixture_check_text(&fixture, text), wanted);
	fixture_close(&fixture);
}

static void test_as_text(void **state)
{
	(void)state;
	assert_text_check("{type: integer, maximum: 10}", "5", "");
	assert_text_check("{type: integer, maximum: 10}", "11", "range@");
	assert_text_check("{type: integer}", "5.5", "type@");
	assert_text_check("{type: integer}", "05", "type@");
	assert_text_check("{type: integer}", "", "type@");
	assert_text_check("{type: number}", "-1.5e3", "");
	assert_text_check("{type: boolean}", "true", "");
	assert_text_check("{type: boolean}", "True", "type@");
	assert_text_check("{type: string}", "5", "");
	assert_text_check("{type: string, pattern: '^5$'}", "6", "pattern@");
	assert_text_check("{enum: ['5', b]}", "5", "");
	assert_text_check("{enum: [5, b]}", "5", "");
	assert_text_check("{type: integer, nullable: true}", "null", "");
	assert_text_check("{type: array}", "x", "type@");
	assert_text_check("{schema: {allOf: [{$ref: '#/n'}]}, n: {type: integer}}", "5", "");
}

static void test_hostile_values(void **state)
{
	struct fixture fixture;
	char *text = malloc(400000);
	char *end = text;

	(void)state;
	assert_non_null(text);
	/* catastrophic backtracking */
	fixture_open(&fixture, V30, "{pattern: '^(a+)+$'}");
	assert_string_equal(fixture_check(&fixture, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!\""),
			    "overlimit@");
	assert_false(fixture.is_valid);
	fixture_close(&fixture);
	/* a schema that follows the value down, 10,000 deep */
	fixture_open(&fixture, V30, "{type: array, items: {$ref: '#'}}");
	memset(text, '[', 10000);
	memset(text + 10000, ']', 10000);
	text[20000] = '\0';
	assert_int_equal(strncmp(fixture_check(&fixture, text), "overlimit@", 10), 0);
	assert_int_equal(fixture.out.count, 1);
	fixture_close(&fixture);
	/* more departures than anybody reads */
	fixture_open(&fixture, V30, "{items: {type: string}}");
	*end++ = '[';
	for (int i = 0; i < 100000; i++)
		end += snprintf(end, 4, i == 0 ? "1" : ",1");
	snprintf(end, 2, "]");
	fixture_check(&fixture, text);
	assert_int_equal(fixture.out.count, LIMIT_DEPARTURES);
	assert_int_equal(fixture.out.left_out, 100000 - LIMIT_DEPARTURES);
	fixture_close(&fixture);
	free(text);
}

static void test_hostile_work(void **state)
{
	struct fixture fixture;
	char *text = malloc(1 << 20);
	char *end = text;

	(void)state;
	assert_non_null(text);
	/* every level tries two branches that fail at the bottom: 2^n without a ceiling */
	fixture_open(&fixture, V30,
		     "{anyOf: [{properties: {a: {$ref: '#'}}, required: [x]}, "
		     "{properties: {a: {$ref: '#'}}, required: [y]}]}");
	for (int i = 0; i < 100; i++)
		end += snprintf(end, 8, "{\"a\":");
	end += snprintf(end, 4, "{}");
	memset(end, '}', 100);
	end[100] = '\0';
	fixture_check(&fixture, text);
	assert_int_equal(fixture.list[fixture.out.count - 1].keyword, KEYWORD_OVERLIMIT);
	fixture_close(&fixture);
	/* equal objects with their keys in opposite order */
	fixture_open(&fixture, V30, "{uniqueItems: true}");
	end = text + snprintf(text, 8, "[{");
	for (int i = 0; i < 20000; i++)
		end += snprintf(end, 16, "%s\"%d\":0", i == 0 ? "" : ",", i);
	end += snprintf(end, 8, "},{");
	for (int i = 19999; i >= 0; i--)
		end += snprintf(end, 16, "\"%d\":0%s", i, i == 0 ? "}]" : ",");
	assert_int_not_equal(fixture_check(&fixture, text), NULL);
	fixture_close(&fixture);
	free(text);
}

/* Whether schema_check saw that no name comes twice, and what is told when it did not. */
static void assert_names(const char *schema, const char *json, bool are_once, const char *told)
{
	struct fixture fixture;
	struct schema_checker checker;
	yyjson_doc *doc = yyjson_read(json, strlen(json), 0);

	assert_non_null(doc);
	fixture_open(&fixture, V30, schema);
	checker = fixture_checker(&fixture);
	assert_true(schema_check(fixture.schema, yyjson_doc_get_root(doc), &checker));
	assert_int_equal(checker.are_names_once, are_once);
	fixture.out.count = 0;
	schema_check_names(fixture.schema, yyjson_doc_get_root(doc), &checker);
	assert_string_equal(fixture_print(&fixture), told);
	fixture_close(&fixture);
	yyjson_doc_free(doc);
}

/* In an object of so many names, none of which the schema knows, one comes a second time, or none. */
static void assert_many_names(const char *schema, unsigned count, int twice)
{
	char body[1024] = "{\"c\":{";
	size_t len = strlen(body);

	for (unsigned i = 0; i < count; i++)
		len += (size_t)snprintf(body + len, sizeof(body) - len, "\"n%u\":{},", i);
	snprintf(body + len, sizeof(body) - len, "\"n%d\":0}}", twice);
	assert_names(schema, body, false, twice < (int)count ? "malformed@/c" : "");
}

static void test_names_once(void **state)
{
	static const char open[] = "{properties: {a: {}, b: {type: integer}, c: {type: object}}}";
	static const char closed[] =
		"{properties: {a: {type: array, items: {properties: {x: {}}}}, b: {type: "
		"array}}, additionalProperties: false}";
	static const char either[] =
		"{oneOf: [{required: [x], properties: {x: {}}, additionalProperties: "
		"false}, {required: [y], properties: {y: {}}, additionalProperties: false}]}";
	static const char chosen[] =
		"{schema: {oneOf: [{$ref: '#/S'}], discriminator: {propertyName: k, mapping: "
		"{z: '#/S'}}}, S: {properties: {k: {type: string}}}}";
	char schema[4096] = "{properties: {", body[1024];
	size_t len = strlen(schema);

	(void)state;
	assert_names(open, "{}", true, "");
	assert_names(open, "{\"b\":1,\"a\":\"x\",\"c\":{}}", true, "");
	assert_names(open, "{\"b\":1,\"a\":2,\"b\":1}", false, "malformed@");
	assert_names(open, "{\"a\":{\"x\":1,\"x\":1}}", false, "malformed@/a");
	assert_names(open, "{\"a\":[{\"x\":1,\"x\":1}]}", false, "malformed@/a/0");
	assert_names(open, "{\"c\":{\"x\":1,\"x\":1}}", false, "malformed@/c");
	assert_names(open, "{\"c\":{\"x\":1,\"y\":1}}", false, "");
	for (int twice = 0; twice < 100; twice += 9)
		assert_many_names(open, 90, twice);
	for (unsigned count = 14; count < 19; count++)
		assert_many_names(open, count, (int)count - 1);
	assert_names(closed, "{\"a\":[{\"x\":1},{\"x\":2},{}],\"b\":[]}", true, "");
	assert_names(closed, "{\"a\":[{\"x\":1},{\"x\":2,\"x\":2}]}", false, "malformed@/a/1");
	assert_names(closed, "{\"b\":[{\"x\":2,\"x\":2}]}", false, "malformed@/b/0");
	assert_names(either, "{\"y\":1,\"y\":1}", false, "malformed@");
	assert_names(chosen, "{\"k\":\"z\",\"k\":\"z\"}", false, "malformed@");
	for (int i = 0; i < 65; i++)
		len += (size_t)snprintf(schema + len, sizeof(schema) - len, "n%d: {}%s", i,
					i < 64 ? "," : "}}");
	snprintf(body, sizeof(body), "{\"n63\":0,\"n0\":0}");
	assert_names(schema, body, true, "");
	snprintf(body, sizeof(body), "{\"n64\":0,\"n64\":0}");
	assert_names(schema, body, false, "malformed@");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),         cmocka_unit_test(test_nullable),
		cmocka_unit_test(test_numbers),       cmocka_unit_test(test_choices),
		cmocka_unit_test(test_text),          cmocka_unit_test(test_dates),
		cmocka_unit_test(test_objects),       cmocka_unit_test(test_arrays),
		cmocka_unit_test(test_logic),         cmocka_unit_test(test_closest),
		cmocka_unit_test(test_discriminator), cmocka_unit_test(test_direction),
		cmocka_unit_test(test_undeclared),    cmocka_unit_test(test_masked),
		cmocka_unit_test(test_as_text),       cmocka_unit_test(test_hostile_values),
		cmocka_unit_test(test_hostile_work),  cmocka_unit_test(test_names_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
