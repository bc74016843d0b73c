/* The cases of cases/openapi_schema.yaml: what OpenAPI makes of JSON Schema, version by version. */
#include "schema_fixture.h"

struct counts {
	size_t cases, failed;
};

static struct bytes file_read(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(1 << 20);
	size_t len;

	assert_non_null(file);
	assert_non_null(text);
	len = fread(text, 1, 1 << 20, file);
	fclose(file);
	return (struct bytes){.data = text, .len = len};
}

static char *text_copy(struct bytes text)
{
	char *copy = malloc(text.len + 1);

	assert_non_null(copy);
	if (text.len > 0)
		memcpy(copy, text.data, text.len);
	copy[text.len] = '\0';
	return copy;
}

static void case_run(struct fixture *fixture, const struct node *what, const struct node *one,
		     struct counts *counts)
{
	char *value = text_copy(node_text(one->items[0])), *wanted = text_copy(node_text(one->items[1]));
	bool is_request = one->count < 3 || bytes_equal(node_text(one->items[2]), BYTES("request"));
	const char *seen;

	fixture->side = is_request ? SIDE_REQUEST : SIDE_RESPONSE;
	seen = fixture_check(fixture, value);
	counts->cases++;
	if (strcmp(seen, wanted) != 0) {
		counts->failed++;
		printf(BYTES_FORMAT ":\n    %s gives \"%s\", not \"%s\"\n", BYTES_PRINT(node_text(what)),
		       value, seen, wanted);
	}
	free(value);
	free(wanted);
}

static void group_run(const struct node *group, struct counts *counts)
{
	const struct node *cases = node_get(group, "cases");
	bool is_3_0 = bytes_equal(node_text(node_get(group, "dialect")), BYTES("3.0"));
	char *schema = text_copy(node_text(node_get(group, "schema")));
	struct fixture fixture;

	assert_true(schema[0] != '\0' && node_is(cases, NODE_LIST));
	fixture_open(&fixture, is_3_0 ? DIALECT_OPENAPI_3_0 : DIALECT_2020_12, schema);
	for (size_t i = 0; i < cases->count; i++)
		case_run(&fixture, node_get(group, "what"), cases->items[i], counts);
	fixture_close(&fixture);
	free(schema);
}

static void test_cases(void **state)
{
	struct bytes text = file_read(SCHEMA_CASES);
	struct counts counts = {0};
	struct document document;
	struct problems problems;

	(void)state;
	problems_init(&problems);
	assert_int_equal(document_read(text, "openapi_schema.yaml", &document, &problems), STATUS_OK);
	for (size_t i = 0; i < document.root->count; i++)
		group_run(document.root->items[i], &counts);
	printf("%zu cases, %zu failed\n", counts.cases, counts.failed);
	assert_true(counts.cases >= 200);
	assert_int_equal(counts.failed, 0);
	document_finish(&document);
	problems_finish(&problems);
	free((void *)(uintptr_t)text.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_cases)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
