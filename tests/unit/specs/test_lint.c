#include <dirent.h>
#include <time.h>

#include "specs/lint.h"
#include "tests/unit/specs/contract_fixture.h"

static enum status linted(struct folder *folder, const char *name, struct lint_report *report,
			  struct problems *problems)
{
	problems_init(problems);
	memset(report, 0, sizeof(*report));
	return lint_file(&folder->files, name, report, problems);
}

static void tells_what_is_weak(void **state)
{
	struct folder folder = {0};
	struct lint_report report;
	struct problems problems;
	const struct problem *problem;

	(void)state;
	folder_add(&folder, "a.yaml",
		   "openapi: 3.0.3\npaths:\n  '/pets/{a}': {get: {}}\n  '/pets/{b}':\n    get: {}\n"
		   "  /x: {get: {security: [], parameters: [{$ref: '#/none'}]}}\n");
	assert_int_equal(linted(&folder, "a.yaml", &report, &problems), STATUS_OK);
	assert_false(report.is_contract);
	assert_int_equal(report.operation_count, 3);
	assert_int_equal(report.unresolved_count, 1);
	problem = problem_with(&problems, "2 of 3 operations say nothing");
	assert_non_null(problem);
	assert_string_equal(problem->id, "spec.no_security");
	problem = problem_with(&problems, "GET /pets/{b} looks like");
	assert_non_null(problem);
	assert_string_equal(problem->id, "spec.ambiguous_path");
	assert_int_equal(problem->place.line, 4);
	assert_non_null(problem_with(&problems, "variable {a} is not declared"));
	problems_finish(&problems);
}

static void tells_of_ids_servers_and_overlays(void **state)
{
	struct folder folder = {0};
	struct lint_report report;
	struct problems problems;
	const struct problem *problem;

	(void)state;
	folder_add(
		&folder, "a.yaml",
		"openapi: 3.0.3\nservers: [{url: 'https://{x}.h/{y}', variables: {x: {default: "
		"a}}}]\npaths:\n"
		"  /a: {get: {operationId: i, security: []}}\n  /b: {get: {operationId: i, security: []}}\n");
	folder_add(&folder, "acme.yaml", "partner: acme\napis: [{spec: a.yaml, overlay: o.yaml}]\n");
	folder_add(&folder, "o.yaml",
		   "overlay: 1.0.0\nactions: [{target: '$.nothing', remove: true}, {target: x}]\n");
	assert_int_equal(linted(&folder, "a.yaml", &report, &problems), STATUS_OK);
	problem = problem_with(&problems, "operationId \"i\" is that of GET /a too");
	assert_non_null(problem);
	assert_string_equal(problem->id, "spec.conflict");
	assert_int_equal(problem->place.line, 5);
	assert_non_null(problem_with(&problems, "server variable {y} is not declared"));
	assert_null(problem_with(&problems, "server variable {x}"));
	problems_finish(&problems);
	assert_int_equal(linted(&folder, "o.yaml", &report, &problems), STATUS_OK);
	assert_true(report.is_contract);
	problems_finish(&problems);
	assert_int_equal(linted(&folder, "acme.yaml", &report, &problems), STATUS_INVALID);
	assert_non_null(problem_with(&problems, "\"$.nothing\" names nothing"));
	assert_non_null(problem_with(&problems, "the target is not understood"));
	problems_finish(&problems);
}

static void tells_of_examples_that_do_not_fit(void **state)
{
	struct folder folder = {0};
	struct lint_report report;
	struct problems problems;

	(void)state;
	folder_add(
		&folder, "a.yaml",
		"openapi: 3.0.3\npaths: {/a: {get: {security: [], parameters: [\n"
		"  {name: p, in: query, schema: {type: integer}, example: x},\n"
		"  {name: q, in: query, schema: {type: integer}, example: 5}],\n"
		"  responses: {200: {content: {application/json: {schema: {$ref: '#/components/schemas/A'}, "
		"examples: {good: {value: {n: 1}},\n"
		"    bad: {value: {n: [1]}}}}, application/xml: {schema: {type: object}, example: "
		"<a/>}}}}}}}\n"
		"components: {schemas: {A: {required: [n], properties: {n: {type: integer}}}}}\n");
	assert_int_equal(linted(&folder, "a.yaml", &report, &problems), STATUS_OK);
	assert_int_equal(problems.count, 2);
	assert_string_equal(problems.list[0].what, "the example does not fit its schema: type at \"\"");
	assert_int_equal(problems.list[0].place.line, 3);
	assert_string_equal(problems.list[1].what, "the example does not fit its schema: type at \"/n\"");
	assert_int_equal(problems.list[1].place.line, 6);
	problems_finish(&problems);
}

/* Examples stand in the schemas themselves too, at any depth. */
static void tells_of_examples_inside_schemas(void **state)
{
	struct folder folder = {0};
	struct lint_report report;
	struct problems problems;

	(void)state;
	folder_add(&folder, "a.yaml",
		   "openapi: 3.1.0\npaths: {}\ncomponents:\n  schemas:\n"
		   "    A: {type: object, example: {n: x}, properties: {n: {type: integer, example: 7}, "
		   "example: "
		   "{type: string, examples: [good, 7]}}}\n"
		   "    B: {type: array, items: {allOf: [{type: integer, example: x}]}, example: [1]}\n"
		   "    C: {$ref: '#/components/schemas/C', example: 1}\n");
	assert_int_equal(linted(&folder, "a.yaml", &report, &problems), STATUS_OK);
	assert_int_equal(problems.count, 3);
	assert_string_equal(problems.list[0].what, "the example does not fit its schema: type at \"/n\"");
	assert_int_equal(problems.list[0].place.line, 5);
	assert_int_equal(problems.list[1].place.line, 5);
	assert_int_equal(problems.list[2].place.line, 6);
	problems_finish(&problems);
}

static void lints_contract_files(void **state)
{
	struct folder folder = {0};
	struct lint_report report;
	struct problems problems;

	(void)state;
	folder_add(&folder, "acme.yaml",
		   "partner: acme\ntier: gold\nhours: [mon-fri 08:00-18:00]\napis: [{spec: s.yaml}]\n");
	folder_add(&folder, "bad.yaml", "partner: bad\ntier: lead\napis: [{spec: t.yaml}]\n");
	folder_add(&folder, "jwks.json", "{\"keys\": []}");
	folder_add(&folder, "s.yaml", "openapi: 3.0.0\npaths: {}\n");
	folder_add(&folder, "tiers.yaml", "tiers: {gold: {}}\n");
	assert_int_equal(linted(&folder, "acme.yaml", &report, &problems), STATUS_OK);
	assert_true(report.is_contract);
	assert_int_equal(problems.count, 0);
	problems_finish(&problems);
	assert_int_equal(linted(&folder, "bad.yaml", &report, &problems), STATUS_INVALID);
	assert_non_null(problem_with(&problems, "tier \"lead\""));
	problems_finish(&problems);
	assert_int_equal(linted(&folder, "tiers.yaml", &report, &problems), STATUS_OK);
	problems_finish(&problems);
	assert_int_equal(linted(&folder, "jwks.json", &report, &problems), STATUS_INVALID);
	problems_finish(&problems);
	assert_int_equal(linted(&folder, "none.yaml", &report, &problems), STATUS_INVALID);
	assert_int_equal(problems.error_count, 1);
	problems_finish(&problems);
}

/* -- the open test data ------------------------------------------------------------------ */

static struct bytes file_text(const char *path)
{
	FILE *file = fopen(path, "rb");
	char *text;
	long len;

	assert_non_null(file);
	assert_int_equal(fseek(file, 0, SEEK_END), 0);
	len = ftell(file);
	assert_true(len >= 0);
	rewind(file);
	text = malloc((size_t)len + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)len, file), (size_t)len);
	fclose(file);
	return (struct bytes){.data = text, .len = (size_t)len};
}

static double seconds_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

struct tally {
	size_t loaded, refused, operations, schemas;
	double slowest;
	char slowest_name[256];
};

static void lint_real(const char *folder_path, const char *name, struct tally *tally)
{
	struct folder folder = {0};
	struct lint_report report;
	struct problems problems;
	char path[4096];
	double start, took;

	snprintf(path, sizeof(path), "%s/%s", folder_path, name);
	folder_add_bytes(&folder, name, file_text(path));
	start = seconds_now();
	if (linted(&folder, name, &report, &problems) == STATUS_OK) {
		tally->loaded++;
		tally->operations += report.operation_count;
		tally->schemas += report.schema_count;
	} else {
		tally->refused++;
		assert_true(problems.error_count > 0);
		for (size_t i = 0; i < problems.count; i++) {
			if (problems.list[i].level != PROBLEM_ERROR)
				continue;
			print_message("refused %s:%u:%u: %s\n", name, problems.list[i].place.line,
				      problems.list[i].place.column, problems.list[i].what);
			break;
		}
	}
	took = seconds_now() - start;
	if (took > tally->slowest) {
		tally->slowest = took;
		snprintf(tally->slowest_name, sizeof(tally->slowest_name), "%s", name);
	}
	problems_finish(&problems);
	free((void *)(uintptr_t)folder.texts[0].data);
}

static void lints_real_specs(void **state)
{
	const char *corpus = getenv("SPECULAR_CORPUS");
	struct tally tally = {0};
	struct dirent *entry;
	char folder[2048];
	DIR *dir;

	(void)state;
	if (corpus == NULL) {
		print_message("skipped: SPECULAR_CORPUS is not set\n");
		skip();
	}
	snprintf(folder, sizeof(folder), "%s/specs", corpus);
	dir = opendir(folder);
	assert_non_null(dir);
	while ((entry = readdir(dir)) != NULL)
		if (entry->d_name[0] != '.')
			lint_real(folder, entry->d_name, &tally);
	closedir(dir);
	print_message("%zu loaded, %zu refused, %zu operations, %zu schemas; slowest %s: %.2f s\n",
		      tally.loaded, tally.refused, tally.operations, tally.schemas, tally.slowest_name,
		      tally.slowest);
	assert_true(tally.loaded > tally.refused);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_weak),
		cmocka_unit_test(tells_of_examples_that_do_not_fit),
		cmocka_unit_test(tells_of_examples_inside_schemas),
		cmocka_unit_test(tells_of_ids_servers_and_overlays),
		cmocka_unit_test(lints_contract_files),
		cmocka_unit_test(lints_real_specs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
