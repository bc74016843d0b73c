/* specs/schema_sure: sure of what is plain, and never of what schema_check.c would report. */
#include "tests/unit/specs/schema_fixture.h"

#include "specs/schema_plan.h"

/* Schemas of one scalar: of all kinds, of several at once, and of what nothing can be said. */
static const char *const schemas[] = {
	"{type: string}",
	"{type: [string, integer]}",
	"{type: integer}",
	"{type: number}",
	"{type: boolean}",
	"{minLength: 3, maxLength: 8}",
	"{type: string, minLength: 4611686018427387904}",
	"{type: string, pattern: '^[0-9]{5}$', maxLength: 5}",
	"{type: string, pattern: '^SKU-[0-9]{5}-[A-Z]$'}",
	"{type: string, pattern: '^R[0-9]{9}'}",
	"{type: string, pattern: '^[a-z]+-[0-9]{1,4}$'}",
	"{type: string, pattern: '(a|b)c'}",
	"{type: string, format: date-time}",
	"{type: string, format: uuid, maxLength: 40}",
	"{type: string, enum: [DE, FR, a longer one than that, '']}",
	"{enum: [DE, 5, null]}",
	"{type: string, enum: [DE], maxLength: 1}",
	"{const: DE}",
	"{type: integer, minimum: 1, maximum: 100}",
	"{type: integer, format: int32}",
	"{type: number, minimum: 0}",
	"{type: number, exclusiveMinimum: 0, maximum: 99.5}",
	"{type: number, minimum: 1, maximum: 100, multipleOf: 0.5}",
	"{minimum: -9223372036854775807}",
	"{allOf: [{minLength: 3}, {maxLength: 4}]}",
	"{allOf: [{minLength: 3}]}",
	"{anyOf: [{type: string}, {type: integer}]}",
	"{not: {type: string}}",
	"{type: object}",
	"true",
	"false",
};

static const char *const values[] = {
	"null",
	"true",
	"false",
	"{}",
	"[]",
	"0",
	"1",
	"-1",
	"5",
	"100",
	"101",
	"2147483648",
	"9223372036854775807",
	"9223372036854775808",
	"18446744073709551615",
	"-9223372036854775808",
	"99999999999999999999",
	"0.0",
	"0.5",
	"1.0",
	"1.5",
	"99.5",
	"100.0",
	"-0.5",
	"1e300",
	"\"\"",
	"\"DE\"",
	"\"FR\"",
	"\"D\"",
	"\"DEE\"",
	"\"a longer one than that\"",
	"\"a longer one thaN that\"",
	"\"12345\"",
	"\"1234\"",
	"\"123456\"",
	"\"1234x\"",
	"\"SKU-12345-A\"",
	"\"SKU-12345-a\"",
	"\"SKU-1x345-A\"",
	"\"sKU-12345-A\"",
	"\"SKU-12345-AA\"",
	"\"SKU-12345-\xC3\x84\"",
	"\"R123456789\"",
	"\"R123456789 and more\"",
	"\"R12345678\"",
	"\"R12345678x\"",
	"\"abc-12\"",
	"\"abc-12345\"",
	"\"bc\"",
	"\"\xC3\xA4\xC3\xB6\"",
	"\"\xE6\x9D\xB1\xE4\xBA\xAC\xE6\x9D\xB1\"",
	"\"\xF0\x9D\x84\x9E\xF0\x9D\x84\x9E\xF0\x9D\x84\x9E\"",
	"\"2026-11-22T10:00:00Z\"",
	"\"2026-11-32T10:00:00Z\"",
	"\"865237e5-4a7b-4c1d-8e2f-a49e6ffdb301\"",
	"\"865237e5-4a7b-4c1d-8e2f-a49e6ffdb30x\"",
};

static bool is_sure(const struct fixture *fixture, const char *json)
{
	yyjson_doc *doc = yyjson_read(json, strlen(json), YYJSON_READ_BIGNUM_AS_RAW);
	const struct plan *plan = fixture->schema->plan;
	bool sure;

	assert_non_null(doc);
	sure = plan != NULL && schema_sure_fits(&plan->sure, yyjson_doc_get_root(doc));
	yyjson_doc_free(doc);
	return sure;
}

static bool fits_fully(struct fixture *fixture, const char *json)
{
	struct schema_checker checker = fixture_checker(fixture);
	yyjson_doc *doc = yyjson_read(json, strlen(json), YYJSON_READ_BIGNUM_AS_RAW);
	bool fits;

	assert_non_null(doc);
	fits = schema_check_fully(fixture->schema, yyjson_doc_get_root(doc), &checker) &&
	       fixture->out.count == 0;
	yyjson_doc_free(doc);
	return fits;
}

static void test_never_too_early(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(schemas) / sizeof(schemas[0]); i++) {
		struct fixture fixture;
		char text[256];

		snprintf(text, sizeof(text), "{schema: %s}", schemas[i]);
		fixture_open(&fixture, DIALECT_2020_12, text);
		for (size_t k = 0; k < sizeof(values) / sizeof(values[0]); k++)
			if (is_sure(&fixture, values[k]) && !fits_fully(&fixture, values[k]))
				fail_msg("sure that %s fits %s", values[k], schemas[i]);
		fixture_close(&fixture);
	}
}

static void assert_sure(const char *schema, const char *json, bool sure)
{
	struct fixture fixture;

	fixture_open(&fixture, DIALECT_OPENAPI_3_0, schema);
	if (is_sure(&fixture, json) != sure)
		fail_msg("%s with %s", schema, json);
	fixture_close(&fixture);
}

static void test_sure_of_what_is_plain(void **state)
{
	(void)state;
	assert_sure("{type: string}", "\"a\"", true);
	assert_sure("{type: string}", "1", false);
	assert_sure("{type: boolean}", "true", true);
	assert_sure("{type: integer}", "1", true);
	assert_sure("{type: integer}", "1.0", false);
	assert_sure("{type: string, maxLength: 5}", "\"abcde\"", true);
	assert_sure("{type: string, maxLength: 5}", "\"abcde\xC3\xA4\"", false);
	assert_sure("{type: string, pattern: '^SKU-[0-9]{5}-[A-Z]$'}", "\"SKU-12345-A\"", true);
	assert_sure("{type: string, pattern: '^SKU-[0-9]{5}-[A-Z]$'}", "\"SKU-12345:A\"", false);
	assert_sure("{type: string, pattern: '^[0-9]{1,4}$'}", "\"12\"", true);
	assert_sure("{type: string, pattern: 'a|b'}", "\"a\"", false);
	assert_sure("{type: string, format: date-time}", "\"2026-11-22T10:00:00Z\"", true);
	assert_sure("{type: string, format: date-time}", "\"2026-11-22T25:00:00Z\"", false);
	assert_sure("{type: string, enum: [DE, FR]}", "\"FR\"", true);
	assert_sure("{type: string, enum: [DE, FR]}", "\"ES\"", false);
	assert_sure("{type: integer, minimum: 1, maximum: 9}", "9", true);
	assert_sure("{type: integer, minimum: 1, maximum: 9}", "10", false);
	assert_sure("{type: number, minimum: 1, maximum: 9}", "8.5", true);
	assert_sure("{type: number, minimum: 1, maximum: 9}", "9.5", false);
	assert_sure("{type: string, nullable: true}", "null", true);
	assert_sure("{type: object}", "{}", false);
}

/* More names than a plan has bits: the last ones share one, and those that are required have their own. */
static bool are_once(struct fixture *fixture, const char *names, bool *out_fits)
{
	struct schema_checker checker = fixture_checker(fixture);
	char json[2000] = "{";
	size_t len = 1;
	yyjson_doc *doc;

	for (struct bytes rest = bytes_of(names); rest.data != NULL;) {
		struct bytes name = bytes_split(&rest, ' ');

		len += (size_t)snprintf(json + len, sizeof(json) - len, "%s\"" BYTES_FORMAT "\":0",
					len > 1 ? "," : "", BYTES_PRINT(name));
	}
	snprintf(json + len, sizeof(json) - len, "}");
	doc = yyjson_read(json, strlen(json), YYJSON_READ_BIGNUM_AS_RAW);
	assert_non_null(doc);
	*out_fits = schema_check(fixture->schema, yyjson_doc_get_root(doc), &checker);
	yyjson_doc_free(doc);
	return checker.are_names_once;
}

static void test_many_names(void **state)
{
	struct fixture fixture;
	char text[4000];
	size_t len = (size_t)snprintf(text, sizeof(text), "{schema: {required: [n5, n99], properties: {");
	bool fits;

	(void)state;
	for (int i = 0; i < 100; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "n%d: {type: integer}, ", i);
	snprintf(text + len, sizeof(text) - len, "}}}");
	fixture_open(&fixture, DIALECT_2020_12, text);
	assert_true(are_once(&fixture, "n99 n5", &fits) && fits);
	assert_true(are_once(&fixture, "n5 n0 n1 n98 n99", &fits) && fits);
	assert_false(are_once(&fixture, "n5 n99 n99", &fits));
	assert_false(are_once(&fixture, "n5 n98 n98 n99", &fits));
	assert_false(are_once(&fixture, "n0 n5 n0 n99", &fits));
	(void)are_once(&fixture, "n5 n98", &fits);
	assert_false(fits);
	(void)are_once(&fixture, "n99 n98 n97", &fits);
	assert_false(fits);
	fixture_close(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_never_too_early),
		cmocka_unit_test(test_sure_of_what_is_plain),
		cmocka_unit_test(test_many_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
