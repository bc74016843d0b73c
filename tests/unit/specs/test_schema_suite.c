/* The JSON Schema test suite, whole in $JSON_SCHEMA_SUITE (the source of the package jsonschema of PyPI
 * carries it as "json") or else as much as there is in $SPECULAR_CORPUS/jsonschema; skipped where neither is
 * set. */
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

/* Every $ref leads by URI, or into the schema itself: nothing is left for the resolver. */
static const struct node *resolve(void *context, const struct document *document, struct bytes reference,
				  const struct document **out_document)
{
	(void)context;
	(void)document;
	(void)reference;
	(void)out_document;
	return NULL;
}

/* The documents that the suite wants served at http://localhost:1234/. */
#define REMOTES_MAX 256
struct remotes {
	struct document documents[REMOTES_MAX];
	char *uris[REMOTES_MAX];
	size_t count;
	struct problems problems;
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

static void remotes_read(struct remotes *remotes, const char *folder, const char *uri)
{
	DIR *directory = opendir(folder);
	struct dirent *entry;
	char path[2048], name[2048];

	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		struct bytes text;

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		snprintf(name, sizeof(name), "%s%s", uri, entry->d_name);
		if (entry->d_type == DT_DIR) {
			snprintf(name, sizeof(name), "%s%s/", uri, entry->d_name);
			remotes_read(remotes, path, name);
			continue;
		}
		assert_true(remotes->count < REMOTES_MAX);
		text = file_read(path);
		assert_int_equal(
			document_read(text, path, &remotes->documents[remotes->count], &remotes->problems),
			STATUS_OK);
		remotes->uris[remotes->count++] = strdup(name);
		free((void *)(uintptr_t)text.data);
	}
	closedir(directory);
}

/* NULL when there is none; into a buffer of 1024 bytes. */
static const char *suite_folder(char *buffer)
{
	const char *suite = getenv("JSON_SCHEMA_SUITE"), *corpus = getenv("SPECULAR_CORPUS");

	if (suite == NULL && corpus == NULL)
		return NULL;
	snprintf(buffer, 1024, "%s%s", suite == NULL ? corpus : suite, suite == NULL ? "/jsonschema" : "");
	return buffer;
}

static struct remotes *remotes_open(const char *suite)
{
	struct remotes *remotes = calloc(1, sizeof(*remotes));
	char folder[2048];

	assert_non_null(remotes);
	problems_init(&remotes->problems);
	snprintf(folder, sizeof(folder), "%s/remotes", suite);
	remotes_read(remotes, folder, "http://localhost:1234/");
	return remotes;
}

static void remotes_close(struct remotes *remotes)
{
	for (size_t i = 0; i < remotes->count; i++) {
		document_finish(&remotes->documents[i]);
		free(remotes->uris[i]);
	}
	problems_finish(&remotes->problems);
	free(remotes);
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

struct run {
	const struct remotes *remotes;
	enum schema_dialect dialect;
	bool asserts_formats;
};

static void group_run(const struct run *run, yyjson_val *group, struct tally *tally)
{
	static const struct schema_resolver resolver = {.resolve = resolve};
	const char *name = yyjson_get_str(yyjson_obj_get(group, "description"));
	const struct schema *schema;
	struct problems problems;
	struct document document;
	struct schema_set *set;
	size_t index, count, len;
	yyjson_val *test;
	char *text = yyjson_val_write(yyjson_obj_get(group, "schema"), 0, &len);

	assert_non_null(text);
	problems_init(&problems);
	assert_int_equal(document_read((struct bytes){text, len}, "schema.json", &document, &problems),
			 STATUS_OK);
	assert_int_equal(schema_set_new(run->dialect, &resolver, &problems, &set), STATUS_OK);
	schema_set_formats(set, run->asserts_formats);
	for (size_t i = 0; i < run->remotes->count; i++)
		schema_set_offer(set, &run->remotes->documents[i], bytes_of(run->remotes->uris[i]));
	schema = schema_compile(set, &document, document.root, BYTES(""));
	assert_non_null(schema);
	yyjson_arr_foreach(yyjson_obj_get(group, "tests"), index, count, test)
		test_run(schema, test, name, tally);
	schema_set_free(set);
	document_finish(&document);
	problems_finish(&problems);
	free(text);
}

static void file_run(const struct run *run, const char *path, struct tally *tally)
{
	struct bytes text = file_read(path);
	yyjson_doc *data = yyjson_read(text.data, text.len, YYJSON_READ_BIGNUM_AS_RAW);
	size_t index, count;
	yyjson_val *group;

	assert_non_null(data);
	yyjson_arr_foreach(yyjson_doc_get_root(data), index, count, group) group_run(run, group, tally);
	yyjson_doc_free(data);
	free((void *)(uintptr_t)text.data);
}

static bool is_listed(const char *name, const char *const *list)
{
	for (size_t i = 0; list[i] != NULL; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

/* Runs every file of the folder, prints a line for each; all tests pass but those of the files in `partial`.
 */
static void draft_run(const char *folder, enum schema_dialect dialect, bool asserts_formats,
		      const char *const *partial)
{
	char buffer[1024], path[2048];
	const char *suite = suite_folder(buffer);
	struct run run = {.dialect = dialect, .asserts_formats = asserts_formats};
	struct remotes *remotes;
	struct tally all = {0};
	size_t broken = 0;
	struct dirent *entry;
	DIR *directory;

	if (suite == NULL) {
		printf("neither JSON_SCHEMA_SUITE nor SPECULAR_CORPUS is set: skipped\n");
		skip();
	}
	run.remotes = remotes = remotes_open(suite);
	snprintf(path, sizeof(path), "%s/tests/%s", suite, folder);
	directory = opendir(path);
	assert_non_null(directory);
	while ((entry = readdir(directory)) != NULL) {
		struct tally tally = {0};

		if (!bytes_ends(bytes_of(entry->d_name), BYTES(".json")))
			continue;
		snprintf(path, sizeof(path), "%s/tests/%s/%s", suite, folder, entry->d_name);
		file_run(&run, path, &tally);
		printf("  %-60s %4zu of %4zu\n", path + strlen(suite) + 7, tally.passed,
		       tally.passed + tally.failed);
		broken += tally.failed > 0 && !is_listed(entry->d_name, partial);
		all.passed += tally.passed;
		all.failed += tally.failed;
	}
	closedir(directory);
	remotes_close(remotes);
	printf("%s: %zu of %zu tests pass\n", folder, all.passed, all.passed + all.failed);
	assert_true(all.passed > 0);
	assert_int_equal(broken, 0);
}

static void test_draft_4(void **state)
{
	(void)state;
	draft_run("draft4", DIALECT_DRAFT_4, false, partial_draft_4);
}

static void test_2020_12(void **state)
{
	(void)state;
	draft_run("draft2020-12", DIALECT_2020_12, false, partial_2020_12);
}

static void test_draft_4_formats(void **state)
{
	(void)state;
	draft_run("draft4/optional/format", DIALECT_DRAFT_4, true, partial_formats);
}

static void test_2020_12_formats(void **state)
{
	(void)state;
	draft_run("draft2020-12/optional/format", DIALECT_2020_12, true, partial_formats);
}

static void test_draft_4_optional(void **state)
{
	(void)state;
	draft_run("draft4/optional", DIALECT_DRAFT_4, false, partial_draft_4_optional);
}

static void test_2020_12_optional(void **state)
{
	(void)state;
	draft_run("draft2020-12/optional", DIALECT_2020_12, false, partial_2020_12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_draft_4),          cmocka_unit_test(test_2020_12),
		cmocka_unit_test(test_draft_4_formats),  cmocka_unit_test(test_2020_12_formats),
		cmocka_unit_test(test_draft_4_optional), cmocka_unit_test(test_2020_12_optional),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
