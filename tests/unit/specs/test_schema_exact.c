/*
 * What a schema check holds exactly: references by URI, what cannot be run is said, every departure with both
 * pointers, ceilings on work, depth and reports, and the time of large enums and lists.
 */
#include <time.h>

#include "schema_fixture.h"
#include "specs/schema_resource.h"

#define V30 DIALECT_OPENAPI_3_0
#define V31 DIALECT_2020_12

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* RFC 3986 section 5.4 */
static void test_uri_join(void **state)
{
	static const char *const cases[][2] = {
		{"g", "http://a/b/c/g"},      {"./g", "http://a/b/c/g"},
		{"g/", "http://a/b/c/g/"},    {"/g", "http://a/g"},
		{"//g", "http://g"},          {"?y", "http://a/b/c/d;p?y"},
		{"g?y", "http://a/b/c/g?y"},  {"", "http://a/b/c/d;p?q"},
		{".", "http://a/b/c/"},       {"..", "http://a/b/"},
		{"../g", "http://a/b/g"},     {"../..", "http://a/"},
		{"../../g", "http://a/g"},    {"../../../g", "http://a/g"},
		{"/./g", "http://a/g"},       {"/../g", "http://a/g"},
		{"g.", "http://a/b/c/g."},    {"..g", "http://a/b/c/..g"},
		{"./../g", "http://a/b/g"},   {"g/../h", "http://a/b/c/h"},
		{"urn:x:y", "urn:x:y"},       {"g;x=1/../y", "http://a/b/c/y"},
		{"http://h/x", "http://h/x"}, {"g/./h", "http://a/b/c/g/h"},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, 1 * MIB);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bytes uri = uri_join(&arena, BYTES("http://a/b/c/d;p?q"), bytes_of(cases[i][0]));
		char text[100];

		snprintf(text, sizeof(text), BYTES_FORMAT, BYTES_PRINT(uri));
		assert_string_equal(text, cases[i][1]);
	}
	assert_int_equal(uri_join(&arena, BYTES(""), BYTES("")).len, 0);
	assert_true(bytes_equal(uri_join(&arena, BYTES(""), BYTES("../a")), BYTES("../a")));
	assert_true(bytes_equal(uri_join(&arena, BYTES("http://a"), BYTES("b")), BYTES("http://a/b")));
	arena_finish(&arena);
}

/* $id, $anchor, $dynamicRef and a document that was handed in; nothing is fetched. */
static void test_references(void **state)
{
	static const char tree[] =
		"{$id: 'http://e/strict', $dynamicAnchor: node, $ref: tree, unevaluatedProperties: false, "
		"$defs: {tree: {$id: tree, $dynamicAnchor: node, properties: {data: true, children: {type: "
		"array, "
		"items: {$dynamicRef: '#node'}}}}}}";

	(void)state;
	assert_check(V31, tree, "{\"children\": [{\"data\": 1}]}", "");
	assert_check(V31, tree, "{\"children\": [{\"daat\": 1}]}", "additional@/children/0/daat");
	assert_check(V31, "{$ref: '#x', $defs: {a: {$anchor: x, type: integer}}}", "\"s\"", "type@");
	assert_check(V31,
		     "{$id: 'http://e/r', $ref: 'http://e/b#/$defs/c', $defs: {a: {$id: b, $defs: {c: {type: "
		     "integer}}}}}",
		     "\"s\"", "type@");
	assert_check(V31, "{$ref: '#x', enum: [{$anchor: x, type: integer}, s]}", "\"s\"", "");
	assert_check(DIALECT_DRAFT_4,
		     "{id: 'http://e/r', $ref: b, definitions: {a: {id: 'http://e/b', type: integer}}}",
		     "\"s\"", "");
	assert_check(DIALECT_DRAFT_4,
		     "{id: 'http://e/r', allOf: [{$ref: '#x'}], definitions: {a: {id: '#x', type: integer}}}",
		     "\"s\"", "type@");
	assert_check(V31, "{$ref: 'https://json-schema.org/draft/2020-12/schema'}", "{\"minLength\": -1}",
		     "range@/minLength");
	assert_check(DIALECT_DRAFT_4, "{$ref: 'http://json-schema.org/draft-04/schema#'}",
		     "{\"required\": []}", "items@/required");
}

static void test_offered(void **state)
{
	static const struct schema_resolver resolver = {.resolve = fixture_resolve};
	struct document offered, document;
	const struct schema *schema;
	struct fixture fixture = {0};

	(void)state;
	problems_init(&fixture.problems);
	arena_init(&fixture.arena, LIMIT_JUDGED_BYTES);
	assert_int_equal(document_read(BYTES("{type: integer}"), "a", &offered, &fixture.problems),
			 STATUS_OK);
	assert_int_equal(document_read(BYTES("{$id: 'http://e/x/', items: {$ref: int}}"), "b", &document,
				       &fixture.problems),
			 STATUS_OK);
	assert_int_equal(schema_set_new(V31, &resolver, &fixture.problems, &fixture.set), STATUS_OK);
	schema_set_offer(fixture.set, &offered, BYTES("http://e/x/int"));
	schema = schema_compile(fixture.set, &document, document.root, BYTES(""));
	fixture.schema = schema;
	fixture.out.list = fixture.list;
	assert_string_equal(fixture_check(&fixture, "[1, \"a\"]"), "type@/1");
	schema_set_free(fixture.set);
	document_finish(&document);
	document_finish(&offered);
	problems_finish(&fixture.problems);
	arena_finish(&fixture.arena);
}

/* A reference that never ends, by $ref or by $dynamicRef, is no verdict and no crash. */
static void test_endless(void **state)
{
	(void)state;
	assert_check(V31, "{$ref: '#'}", "1", "");
	assert_check(V31, "{$dynamicAnchor: a, $dynamicRef: '#a'}", "1", "overlimit@");
	assert_check(V31, "{$dynamicAnchor: a, anyOf: [{$dynamicRef: '#a'}, {$dynamicRef: '#a'}]}", "1",
		     "overlimit@");
	assert_check(V31,
		     "{allOf: [{properties: {a: {$ref: '#/$defs/i'}}}, {additionalProperties: {$ref: "
		     "'#/$defs/i'}}], "
		     "$defs: {i: {type: integer}}}",
		     "{\"a\": \"x\"}", "type@/a");
}

static void test_pattern_that_cannot_run(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture, V30, "{pattern: '(?<a', maxLength: 2}");
	assert_int_equal(fixture.problems.count, 1);
	assert_int_equal(fixture.problems.list[0].level, PROBLEM_WARNING);
	assert_string_equal(fixture_check(&fixture, "\"abc\""), "length@");
	fixture_close(&fixture);
	/* time is bounded too, and what was not settled is said */
	fixture_open(&fixture, V30, "{pattern: '^(([a-z])+.)+[A-Z]([a-z])+$'}");
	assert_string_equal(fixture_check(&fixture, "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\""),
			    "overlimit@");
	fixture_close(&fixture);
}

/* Patterns that need no engine answer as the engine does. */
/* Where PCRE2 and ECMA-262 read the same text differently, ECMA-262 is right (its section in brackets). */
static void test_patterns_are_of_ecma(void **state)
{
	(void)state;
	/* a hyphen beside a class of many is itself (B.1.2.8.1) */
	assert_check(V30, "{pattern: '^[\\w-.]+$'}", "\"a-b.c\"", "");
	assert_check(V30, "{pattern: '^[\\w-.]+$'}", "\"a,b\"", "pattern@");
	assert_check(V30, "{pattern: '^[.-\\d]+$'}", "\"1-.2\"", "");
	assert_check(V30, "{pattern: '^[.-\\d]+$'}", "\"1/2\"", "pattern@");
	assert_check(V30, "{pattern: '^[a-f\\d-]+$'}", "\"a-1\"", "");
	/* a dot is no line terminator, of which there are four (22.2.2.7.1, 12.3) */
	assert_check(V30, "{pattern: '^.+$'}", "\"a\\u00a0\\ud83d\\ude00\\u0085\"", "");
	assert_check(V30, "{pattern: '^.+$'}", "\"a\\u2028b\"", "pattern@");
	assert_check(V30, "{pattern: '^(.|x)+$'}", "\"a\\u2029b\"", "pattern@");
	assert_check(V30, "{pattern: '^(.|x)+$'}", "\"a\\u2027\\u202ab\"", "");
	assert_check(V30, "{pattern: '^.{0,262144}$'}", "\"abc\"", "");
	assert_check(V30, "{pattern: '^.{70000,}$'}", "\"abc\"", "pattern@");
	/* \v is one character (22.2.2.9.1) */
	assert_check(V30, "{pattern: '^(\\v|x)$'}", "\"\\u000b\"", "");
	assert_check(V30, "{pattern: '^(\\v|x)$'}", "\"\\n\"", "pattern@");
	/* white space is that of ECMA-262 in classes too (22.2.2.9.4) */
	assert_check(V30, "{pattern: '^[\\S]$'}", "\"\\u00a0\"", "pattern@");
	assert_check(V30, "{pattern: '^[\\S]$'}", "\"\\u200b\"", "");
	assert_check(V30, "{pattern: '^[^\\S]$'}", "\"\\u3000\"", "");
	assert_check(V30, "{pattern: '^[\\s\\S]{2}$'}", "\"\\n\\u00a0\"", "");
	assert_check(V30, "{pattern: '^(x{,2}|y)$'}", "\"x{,2}\"", "");
	/* what other languages know does what its users mean, but is no "regex" */
	assert_check(V30, "{pattern: '\\A[0-9]{2}\\z'}", "\"12\"", "");
	assert_check(V30, "{format: regex}", "\"\\\\A[0-9]\"", "format@");
	assert_check(V30, "{format: regex}", "\"(?>a)\"", "format@");
	assert_check(V30, "{format: regex}", "\"(*ACCEPT)\"", "format@");
	assert_check(V30, "{format: regex}", "\"(?<n>a)(?:b)(?=c)(?!d)(?<=c)\\\\k<n>\\\\u0041\\\\p{L}\"", "");
}

static void test_plain_patterns(void **state)
{
	(void)state;
	assert_check(V30, "{pattern: '^[A-Z]{2}[0-9]{9}$'}", "\"PX123456789\"", "");
	assert_check(V30, "{pattern: '^[A-Z]{2}[0-9]{9}$'}", "\"PX12345678\"", "pattern@");
	assert_check(V30, "{pattern: '^[A-Z]{2}[0-9]{9}$'}", "\"PX1234567890\"", "pattern@");
	assert_check(V30, "{pattern: '^[A-Z]{2}[0-9]{9}'}", "\"PX1234567890\"", "");
	assert_check(V30, "{pattern: '^a*b?c+$'}", "\"aaacc\"", "");
	assert_check(V30, "{pattern: '^a*ab$'}", "\"aaab\"", ""); /* not plain: greedy would eat the a */
	assert_check(V30, "{pattern: '^[a-z-]+[.]x$'}", "\"a-b.x\"", "");
	assert_check(V30, "{pattern: '^[^x]{2}$'}", "\"\\u00e4\\ud83d\\ude00\"", "");
	assert_check(V30, "{pattern: '^\\w+\\.\\d{1,3}$'}", "\"a_1.123\"", "");
	assert_check(V30, "{pattern: '^\\w+$'}", "\"\\u00e4\"", "pattern@");
	assert_check(V30, "{pattern: '^$'}", "\"\"", "");
	assert_check(V30, "{pattern: '^$'}", "\"\\n\"", "pattern@");
	assert_check(V30, "{pattern: '^[]$'}", "\"x\"", "pattern@");
	assert_check(V30, "{pattern: '^a|b$'}", "\"xb\"", "");
	assert_check(V30, "{pattern: '^a{,2}$'}", "\"a{,2}\"", "");
	assert_check(V30, "{pattern: '^a+?$'}", "\"aa\"", "");
}

/* Of a fixed length, a run of characters at each place. */
static void test_fixed_patterns(void **state)
{
	(void)state;
	assert_check(V30, "{pattern: '^SKU-[0-9]{5}-[A-Z]$'}", "\"SKU-09090-Z\"", "");
	assert_check(V30, "{pattern: '^SKU-[0-9]{5}-[A-Z]$'}", "\"SKU-0909:-Z\"", "pattern@");
	assert_check(V30, "{pattern: '^SKU-[0-9]{5}-[A-Z]$'}", "\"SKU-0909/-Z\"", "pattern@");
	assert_check(V30, "{pattern: '^SKU-[0-9]{5}-[A-Z]$'}", "\"SKT-09090-Z\"", "pattern@");
	assert_check(V30, "{pattern: '^[ -~]{2}$'}", "\"\u00e4\"", "pattern@"); /* two bytes, one character */
	assert_check(V30, "{pattern: '^[a-ce-f]{2}$'}", "\"cd\"", "pattern@");  /* two runs */
	assert_check(V30, "{pattern: '^[a-ce-f]{2}$'}", "\"ce\"", "");
	assert_check(V30, "{pattern: '^.{2}$'}", "\"a\u00e4\"", "");
	assert_check(V30, "{pattern: '^[0-9]{16}$'}", "\"0123456789012345\"", "");
	assert_check(V30, "{pattern: '^[0-9]{16}$'}", "\"012345678901234x\"", "pattern@");
	assert_check(V30, "{pattern: '^[0-9]{17}$'}", "\"01234567890123456\"", "");
	assert_check(V30, "{pattern: '^[0-9]{17}$'}", "\"0123456789012345\"", "pattern@");
	assert_check(V30, "{pattern: '^ab{0}[0-9]'}", "\"a1b\"", "");
	assert_check(V30, "{pattern: '^ab{0}[0-9]'}", "\"ab1\"", "pattern@");
	assert_check(V30, "{pattern: '^a[0-9]'}", "\"a\"", "pattern@");
}

/* The items of an array keep to an order, and then they do not. */
static void test_orders(void **state)
{
	static const char schema[] =
		"{items: {type: object, additionalProperties: false, required: [a, bcde], "
		"properties: {a: {type: integer}, bcde: {type: string}, "
		"c: {items: {properties: {a: {type: string}, z: {type: integer}}}}}}}";

	(void)state;
	assert_check(V30, schema,
		     "[{\"bcde\":\"\",\"a\":1},{\"bcde\":\"\",\"a\":2},{\"a\":3,\"bcde\":\"\"},"
		     "{\"c\":[{\"z\":1,\"a\":\"\"},{\"z\":1,\"a\":\"\"}],\"bcde\":\"\",\"a\":3},"
		     "{\"c\":[{\"z\":1,\"a\":\"\"},{}],\"bcde\":\"\",\"a\":3}]",
		     "");
	assert_check(V30, schema, "[{\"bcde\":\"\",\"a\":1},{\"bcde\":\"\",\"c\":[]}]", "required@/1/a");
	assert_check(V30, schema, "[{\"bcde\":\"\",\"a\":1},{\"a\":\"\",\"bcde\":1}]",
		     "type@/1/a type@/1/bcde");
	assert_check(V30, schema, "[{\"bcde\":\"\",\"a\":1},{\"bcde\":\"\",\"a\":1,\"bcdf\":1}]",
		     "additional@/1/bcdf");
	assert_check(V30, schema,
		     "[{\"c\":[{\"z\":1,\"a\":\"\"}],\"bcde\":\"\",\"a\":1},"
		     "{\"c\":[{\"z\":\"\",\"a\":1}],\"bcde\":\"\",\"a\":1}]",
		     "type@/1/c/0/z type@/1/c/0/a");
}

static void test_both_pointers(void **state)
{
	struct fixture fixture;

	(void)state;
	fixture_open(&fixture, V31,
		     "{schema: {items: {$ref: '#/defs/a~1b'}}, defs: {a/b: {minimum: 5, multipleOf: 2}}}");
	assert_string_equal(fixture_check(&fixture, "[6, 3]"), "range@/1 range@/1");
	assert_true(bytes_equal(fixture.list[0].schema_pointer, BYTES("/defs/a~1b")));
	assert_true(bytes_equal(fixture.list[0].expected, BYTES("at least 5")));
	assert_true(bytes_equal(fixture.list[1].expected, BYTES("a multiple of 2")));
	assert_true(bytes_equal(fixture.list[0].observed, BYTES("integer")));
	fixture_close(&fixture);
}

static size_t put(char *text, size_t at, const char *format, int value)
{
	return at + (size_t)snprintf(text + at, 64, format, value);
}

/* As many values as the largest enum in the wild; each is found, and what is not there is not. */
static void test_large_enum(void **state)
{
	char *schema = malloc(100000), value[40];
	struct fixture fixture;
	size_t at = put(schema, 0, "{enum: [w%d", 0);

	(void)state;
	for (int i = 1; i < 2477; i++)
		at = put(schema, at, ", w%d", i);
	put(schema, at, "%d]}", 0);
	fixture_open(&fixture, V30, schema);
	for (int i = 0; i < 2476; i++) {
		put(value, 0, "\"w%d\"", i);
		assert_string_equal(fixture_check(&fixture, value), "");
	}
	assert_string_equal(fixture_check(&fixture, "\"w99999\""), "enum@");
	fixture_close(&fixture);
	free(schema);
}

static void test_unique_items(void **state)
{
	char *text = malloc(200000);
	struct fixture fixture;
	size_t at = put(text, 0, "[%d", 0);
	double from;

	(void)state;
	for (int i = 1; i < 10000; i++)
		at = put(text, at, ",%d", i);
	fixture_open(&fixture, V30, "{uniqueItems: true}");
	put(text, at, "%.0d]", 0);
	from = now();
	assert_string_equal(fixture_check(&fixture, text), "");
	put(text, at, ",%d.0]", 5);
	assert_string_equal(fixture_check(&fixture, text), "unique@");
	assert_true(now() - from < 2); /* not quadratic, sanitizers and all */
	fixture_close(&fixture);
	free(text);
}

/* Branches inside branches: 2^n without a ceiling. */
static void test_branches_of_branches(void **state)
{
	char *schema = malloc(1 << 20);
	struct fixture fixture;
	size_t at = put(schema, 0, "{schema: {$ref: '#/d/s%d'}, d: {", 0);
	double from = now();

	(void)state;
	for (int i = 0; i < 60; i++) {
		at = put(schema, at, "s%d: {oneOf: ", i);
		at = put(schema, at, "[{$ref: '#/d/s%d'}, ", i + 1);
		at = put(schema, at, "{$ref: '#/d/s%d'}]}, ", i + 1);
	}
	put(schema, at, "s%d: {type: integer}}}", 60);
	fixture_open(&fixture, V30, schema);
	assert_int_equal(strncmp(fixture_check(&fixture, "1"), "overlimit@", 10), 0);
	assert_false(fixture.is_valid);
	assert_true(now() - from < 60);
	fixture_close(&fixture);
	free(schema);
}

/* A word that tells the branches apart only saves time: what fits and what does not stays. */
static void test_branches_that_tell(void **state)
{
#define SCAN                                                                                                 \
	"{type: object, required: [kind, site], properties: {kind: {enum: [scan, rescan]}, site: {type: "    \
	"string}}}"
#define DELAY                                                                                                \
	"{type: object, required: [kind, minutes], properties: {kind: {const: delay}, minutes: {type: "      \
	"integer}}}"
#define ANY "{type: object, required: [kind], properties: {kind: {enum: [delay, other]}}}"
	(void)state;
	assert_check(V31, "{oneOf: [" SCAN ", " DELAY "]}", "{\"kind\": \"rescan\", \"site\": \"x\"}", "");
	assert_check(V31, "{oneOf: [" SCAN ", " DELAY "]}", "{\"minutes\": 3, \"kind\": \"delay\"}", "");
	assert_check(V31, "{oneOf: [" SCAN ", " DELAY "]}", "{\"kind\": \"delay\", \"minutes\": \"x\"}",
		     "composition@");
	assert_check(V31, "{oneOf: [" SCAN ", " DELAY "]}", "{\"kind\": \"scan\", \"minutes\": 3}",
		     "composition@");
	assert_check(V31, "{oneOf: [" SCAN ", " DELAY "]}", "{\"kind\": \"none\"}", "composition@");
	assert_check(V31, "{oneOf: [" SCAN ", " DELAY "]}", "{\"minutes\": 3}", "composition@");
	assert_check(V31, "{oneOf: [" SCAN ", " DELAY "]}", "{\"kind\": 1}", "composition@");
	assert_check(V31, "{oneOf: [" SCAN ", " DELAY "]}", "\"delay\"", "composition@");
	/* two branches share a word: both fit */
	assert_check(V31, "{oneOf: [" DELAY ", " ANY "]}", "{\"kind\": \"delay\", \"minutes\": 3}",
		     "composition@");
	assert_check(V31, "{anyOf: [" DELAY ", " ANY "]}", "{\"kind\": \"delay\", \"minutes\": 3}", "");
	/* a branch that does not require the word fits without it */
	assert_check(V31, "{oneOf: [" DELAY ", {type: object, properties: {kind: {const: x}}}]}", "{}", "");
	/* of a name that is there twice the last value counts, and the first is no way around it */
	assert_check(V31, "{oneOf: [" SCAN ", " DELAY "]}",
		     "{\"kind\": \"scan\", \"site\": \"x\", \"kind\": \"no\"}", "composition@");
#undef SCAN
#undef DELAY
#undef ANY
}

/* The quick walk and the full one agree on what is to be said, whatever the order of names. */
static void test_order_of_names(void **state)
{
	static const char schema[] =
		"{required: [a, b], properties: {a: {type: integer}, b: {type: string}, c: {}}}";

	(void)state;
	assert_check(V30, schema, "{\"a\": 1, \"b\": \"x\", \"c\": 0}", "");
	assert_check(V30, schema, "{\"c\": 0, \"b\": \"x\", \"a\": 1}", "");
	assert_check(V30, schema, "{\"c\": 0, \"b\": \"x\"}", "required@/a");
	assert_check(V30, schema, "{\"d\": 0, \"b\": \"x\", \"a\": 1}", "undeclared@/d");
	assert_check(V30, schema, "{\"a\": 1, \"b\": \"x\", \"a\": \"y\"}", "type@/a");
}

static void test_durations(void **state)
{
	(void)state;
	assert_check(V30, "{items: {format: duration}}",
		     "[\"P1Y2M3DT4H5M6S\", \"P2W\", \"PT0S\", \"P3M\", \"PT1H\"]", "");
	assert_check(V30, "{items: {format: duration}}",
		     "[\"P\", \"PT\", \"P1\", \"P1Y1D\", \"PT1H1S\", \"P1W1D\", \"1D\", \"P1D \"]",
		     "format@/0 format@/1 format@/2 format@/3 format@/4 format@/5 format@/6 format@/7");
	assert_check(V30, "{items: {format: base64url}}", "[\"_-8\", \"_-8=\", \"\", \"+/8=\", \"a\"]",
		     "format@/3 format@/4");
}

/* In memory of just its size: a read beyond it is noticed. */
static bool exact_fits(enum format format, const char *text, size_t len)
{
	char *exact = malloc(len == 0 ? 1 : len);
	bool fits;

	assert_non_null(exact);
	memcpy(exact, text, len);
	fits = format_fits(format, (struct bytes){.data = exact, .len = len});
	free(exact);
	return fits;
}

static void test_formats_at_every_byte(void **state)
{
	static const char uuid[] = "123E4567-e89b-12d3-A456-42661417400f",
			  moment[] = "2016-12-31T23:59:59.5+01:30";
	char text[40];

	(void)state;
	assert_true(exact_fits(FORMAT_UUID, uuid, 36));
	assert_true(exact_fits(FORMAT_DATE_TIME, moment, 27));
	for (size_t len = 0; len < 36; len++)
		assert_false(exact_fits(FORMAT_UUID, uuid, len));
	for (size_t len = 0; len < 27; len++)
		assert_false(exact_fits(FORMAT_DATE_TIME, moment, len));
	for (size_t at = 0; at < 36; at++)
		for (int byte = 0; byte < 256; byte++) {
			bool is_dash = at == 8 || at == 13 || at == 18 || at == 23;

			memcpy(text, uuid, 36);
			text[at] = (char)byte;
			assert_int_equal(exact_fits(FORMAT_UUID, text, 36),
					 is_dash ? byte == '-' : ascii_hex_value((char)byte) >= 0);
		}
	for (size_t at = 0; at < 27; at++)
		for (int byte = 0; byte < 256; byte++) {
			if (ascii_is_digit((char)byte) || (byte | 0x20) == 't' || byte == '+' || byte == '-')
				continue;
			memcpy(text, moment, 27);
			text[at] = (char)byte;
			assert_int_equal(exact_fits(FORMAT_DATE_TIME, text, 27), byte == moment[at]);
		}
	for (int byte = 0; byte < 256; byte++) {
		bool is_letter = byte > ' ' && byte != 0x7f && strchr("()<>[]:;@\\,\"", byte) == NULL;

		snprintf(text, sizeof(text), "a%cb@example.com", byte == 0 ? 1 : byte);
		assert_int_equal(exact_fits(FORMAT_EMAIL, text, strlen(text)), is_letter);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_formats_at_every_byte),
		cmocka_unit_test(test_uri_join),
		cmocka_unit_test(test_references),
		cmocka_unit_test(test_offered),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_pattern_that_cannot_run),
		cmocka_unit_test(test_patterns_are_of_ecma),
		cmocka_unit_test(test_plain_patterns),
		cmocka_unit_test(test_fixed_patterns),
		cmocka_unit_test(test_orders),
		cmocka_unit_test(test_both_pointers),
		cmocka_unit_test(test_large_enum),
		cmocka_unit_test(test_unique_items),
		cmocka_unit_test(test_branches_of_branches),
		cmocka_unit_test(test_branches_that_tell),
		cmocka_unit_test(test_order_of_names),
		cmocka_unit_test(test_durations),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
