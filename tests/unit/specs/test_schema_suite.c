/* The JSON Schema test suite, in $SPECULAR_CORPUS/jsonschema/tests; skipped where that is not set. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "specs/schema_check.h"

#include "schema_suite_lists.h"

static size_t hex_or_zero(char byte)
{
	int value = ascii_hex_value(byte);

	return value < 0 ? 0 : (size_t)value;
}

/* One reference token: percent-decoding, then ~1 and ~0. */
static struct bytes token_decode(struct bytes token, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < token.len; i++) {
		char byte = token.data[i];

		if (byte == '%' && i + 2 < token.len) {
			byte = (char)(hex_or_zero(token.data[i + 1]) * 16 + hex_or_zero(token.data[i + 2]));
			i += 2;
		}
		if (byte == '~' && i + 1 < token.len)
			byte = token.data[++i] == '1' ? '/' : '~';
		out[len++] = byte;
	}
	return (struct bytes){.data = out, .len = len};
}

/* Pointers into the schema of the group only: `context` is its root. */
static const struct node *resolve(void *context, const struct document *document, struct bytes reference,
				  const struct document **out_document)
{
	const struct node *node = context;
	struct bytes rest = bytes_from(reference, 1);
	char name[256];

	*out_document = document;
	if (reference.len == 0 || reference.data[0] != '#' || (rest.len > 0 && rest.data[0] != '/'))
		return NULL;
	if (rest.len == 0)
		return node;
	rest = bytes_from(rest, 1);
	while (rest.data != NULL && node != NULL) {
		struct bytes token = bytes_split(&rest, '/');
		uint64_t index;

		if (token.len >= sizeof(name))
			return NULL;
		token = token_decode(token, name);
		if (node->kind == NODE_LIST)
			node = bytes_to_u64(token, &index) && index < node->count ? node->items[index] : NULL;
		else
			node = node_get_bytes(node, token);
	}
	return node;
}

struct tally {
	size_t passed, failed;
};

static void test_run(const struct schema *schema, yyjson_val *test, const char *group, struct tally *tally)
{
	struct departure list[LIMIT_DEPARTURES];
	struct departures out = {.list = list};
	struct arena arena;
	struct schema_checker checker = {
		.arena = &arena, .out = &out, .side = SIDE_RESPONSE, .part = PART_BODY};
	bool expected = yyjson_get_bool(yyjson_obj_get(test, "valid"));
	bool valid;

	arena_init(&arena, 1 * MIB);
	valid = schema_check(schema, yyjson_obj_get(test, "data"), &checker);
	tally->passed += valid == expected;
	tally->failed += valid != expected;
	if (valid != expected && getenv("SUITE_VERBOSE") != NULL)
		printf("    %s / %s: expected %s\n", group,
		       yyjson_get_str(yyjson_obj_get(test, "description")), expected ? "valid" : "invalid");
	if (valid)
		for (size_t i = 0; i < out.count; i++)
			assert_int_equal(list[i].keyword, KEYWORD_UNDECLARED);
	else
		assert_true(out.count > 0);
	arena_finish(&arena);
}

static void group_run(const struct document *document, const struct node *node, yyjson_val *group,
		      enum schema_dialect dialect, struct tally *tally)
{
	const struct node *schema_node = node_get(node, "schema");
	struct schema_resolver resolver = {.resolve = resolve, .context = (void *)(uintptr_t)schema_node};
	const struct schema *schema;
	struct problems problems;
	struct schema_set *set;
	size_t index, count;
	yyjson_val *test;

	problems_init(&problems);
	assert_int_equal(schema_set_new(dialect, &resolver, &problems, &set), STATUS_OK);
	schema = schema_compile(set, document, schema_node, BYTES(""));
	assert_non_null(schema);
	yyjson_arr_foreach(yyjson_obj_get(group, "tests"), index, count, test)
		test_run(schema, test, yyjson_get_str(yyjson_obj_get(group, "description")), tally);
	schema_set_free(set);
	problems_finish(&problems);
}

static bool file_run(const char *path, enum schema_dialect dialect, struct tally *tally)
{
	FILE *file = fopen(path, "rb");
	char *text = malloc(1 << 20);
	struct document document;
	struct problems problems;
	size_t len, index, count;
	yyjson_doc *data;
	yyjson_val *group;

	assert_non_null(text);
	if (file == NULL) {
		free(text);
		return false;
	}
	len = fread(text, 1, 1 << 20, file);
	fclose(file);
	problems_init(&problems);
	assert_int_equal(document_read((struct bytes){text, len}, path, &document, &problems), STATUS_OK);
	data = yyjson_read(text, len, YYJSON_READ_BIGNUM_AS_RAW);
	assert_non_null(data);
	yyjson_arr_foreach(yyjson_doc_get_root(data), index, count, group)
		group_run(&document, document.root->items[index], group, dialect, tally);
	yyjson_doc_free(data);
	document_finish(&document);
	problems_finish(&problems);
	free(text);
	return true;
}

static bool is_listed(const char *name, const char *const *list)
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static void draft_run(const char *folder, enum schema_dialect dialect, const char *const *complete)
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	struct tally all = {0};
	size_t broken = 0;
	char path[1024];
	struct dirent *entry;
	DIR *directory;

	if (corpus == NULL) {
		printf("SPECULAR_CORPUS is not set: skipped\n");
		skip();
	}
	snprintf(path, sizeof(path), "%s/jsonschema/tests/%s", corpus, folder);
	directory = opendir(path);
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		struct tally tally = {0};

		if (!bytes_ends(bytes_of(entry->d_name), BYTES(".json")))
			continue;
		snprintf(path, sizeof(path), "%s/jsonschema/tests/%s/%s", corpus, folder, entry->d_name);
		assert_true(file_run(path, dialect, &tally));
		if (tally.failed > 0)
			printf("  %s/%s: %zu of %zu\n", folder, entry->d_name, tally.passed,
			       tally.passed + tally.failed);
		broken += tally.failed > 0 && is_listed(entry->d_name, complete);
		all.passed += tally.passed;
		all.failed += tally.failed;
	}
	closedir(directory);
	printf("%s: %zu of %zu tests pass\n", folder, all.passed, all.passed + all.failed);
	assert_true(all.passed > 0);
	assert_int_equal(broken, 0);
}

static void test_draft_4(void **state)
{
	(void)state;
	draft_run("draft4", DIALECT_DRAFT_4, complete_draft_4);
}

static void test_2020_12(void **state)
{
	(void)state;
	draft_run("draft2020-12", DIALECT_2020_12, complete_2020_12);
}

static void test_2020_12_formats(void **state)
{
	(void)state;
	draft_run("draft2020-12/optional/format", DIALECT_2020_12, complete_formats);
}

static void test_2020_12_optional(void **state)
{
	(void)state;
	draft_run("draft2020-12/optional", DIALECT_2020_12, complete_optional);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_draft_4),
		cmocka_unit_test(test_2020_12),
		cmocka_unit_test(test_2020_12_formats),
		cmocka_unit_test(test_2020_12_optional),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
