#include "sensor/command_spec.h"
#include "sensor/command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "sensor/log.h"
#include "sensor/problem_json.h"
#include "sensor/risk_file.h"
#include "specs/lint.h"

static const char help[] =
	"Usage: specular spec check [--json] FILE...\n"
	"       specular spec diff [--json] OLD NEW\n"
	"       specular spec push --to URL --partner ID FILE      (push --help says more)\n\n"
	"check reads and lints OpenAPI documents, OData $metadata files, descriptor sets of protobuf and\n"
	"contract files, tiers.yaml and risk.yaml. Says what is wrong or cannot be enforced\n"
	"with file, line, column and what to do. $ref reads files beside and below the file alone; nothing\n"
	"is fetched. Exit 1 when a file would be refused.\n\n"
	"diff says what changes for callers from OLD to NEW: added, removed, changed, and broken for those "
	"who\n"
	"call as before. Exit 1 when something breaks, or one of the two does not load.\n\n"
	"  --json    one JSON object a problem, or a difference, on standard output\n";

struct checking {
	bool is_json;
	size_t error_count;
};

static void print_json(const struct problem *problem)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = doc == NULL ? NULL : problem_json(doc, problem);
	char *text;

	text = yyjson_mut_val_write(root, YYJSON_WRITE_ALLOW_INVALID_UNICODE, NULL);
	if (text != NULL)
		puts(text);
	free(text);
	yyjson_mut_doc_free(doc);
}

static void print_report(const char *path, const struct lint_report *report, const struct problems *problems)
{
	if (problems->error_count > 0)
		printf("%s: refused\n", path);
	else if (report->is_contract)
		printf("%s: contract file, good\n", path);
	else
		printf("%s: %zu operations, %zu schemas, %zu unresolved references, %zu patterns off\n", path,
		       report->operation_count, report->schema_count, report->unresolved_count,
		       report->disabled_pattern_count);
}

enum status spec_path_open(struct spec_path *path, const char *text)
{
	const char *slash = strrchr(text, '/');

	path->name = slash == NULL ? text : slash + 1;
	path->parent = slash == NULL ? strdup(".") : strndup(text, (size_t)(slash - text) + (slash == text));
	path->folders[0] = path->parent;
	return path->parent == NULL ? STATUS_NO_MEMORY : folder_open_beside(&path->folder, path->folders);
}

void spec_path_close(struct spec_path *path)
{
	folder_close(&path->folder);
	free(path->parent);
	*path = (struct spec_path){0};
}

/* Problems name files as the folder does; here the user's way to them stands before. */
static void print_problem(const struct checking *checking, const struct problem *problem, const char *parent)
{
	struct problem placed = *problem;
	struct problems one = {.list = &placed, .count = 1};
	char name[PATH_MAX];

	if (placed.place.file != NULL && placed.place.file[0] != '/' && strcmp(parent, ".") != 0 &&
	    snprintf(name, sizeof(name), "%s%s%s", parent, strcmp(parent, "/") == 0 ? "" : "/",
		     placed.place.file) < (int)sizeof(name))
		placed.place.file = name;
	if (checking->is_json)
		print_json(&placed);
	else
		log_problems(&one, true);
}

static enum status check_contents(const char *text, struct spec_path *path, struct lint_report *report,
				  struct problems *problems)
{
	struct risk_policy *policy = NULL;
	enum status status;

	if (risk_policy_is(text)) {
		report->is_contract = true;
		status = risk_file_read(text, problems, &policy);
		risk_policy_free(policy);
		return status;
	}
	status = spec_path_open(path, text);
	if (status == STATUS_OK)
		status = lint_file(&path->folder.files, path->name, report, problems);
	return status;
}

static void check_file(struct checking *checking, const char *text)
{
	struct lint_report report = {0};
	struct problems problems;
	struct spec_path path = {0};

	problems_init(&problems);
	if (check_contents(text, &path, &report, &problems) != STATUS_OK && problems.error_count == 0)
		problems_add(&problems, PROBLEM_ERROR, "spec.invalid",
			     (struct place){.file = path.name == NULL ? text : path.name},
			     "name a readable OpenAPI or contract file", "cannot read the file");
	checking->error_count += problems.error_count;
	for (size_t i = 0; i < problems.count; i++)
		print_problem(checking, &problems.list[i], path.parent == NULL ? "." : path.parent);
	if (!checking->is_json) {
		log_problems(&(struct problems){.left_out = problems.left_out}, true);
		print_report(text, &report, &problems);
	}
	spec_path_close(&path);
	problems_finish(&problems);
}

/* "check" or "diff", with --json before or behind the files. */
int command_spec(int argc, char **argv)
{
	struct checking checking = {0};
	bool is_check = argc >= 2 && strcmp(argv[1], "check") == 0;
	bool is_diff = argc >= 2 && strcmp(argv[1], "diff") == 0;
	int count = 0;

	if (argc >= 2 && strcmp(argv[1], "push") == 0)
		return command_spec_push(argc - 1, argv + 1);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(help, stdout);
			return 0;
		}
		if (i >= 2 && strcmp(argv[i], "--json") == 0)
			checking.is_json = true;
		else if (i >= 2)
			argv[2 + count++] = argv[i];
	}
	if ((is_check && count == 0) || (is_diff && count != 2) || (!is_check && !is_diff)) {
		fputs(help, stderr);
		return 2;
	}
	if (is_diff)
		return spec_diff(argv[2], argv[3], checking.is_json);
	for (int i = 0; i < count; i++) {
		log_progress("checking %s", argv[2 + i]);
		check_file(&checking, argv[2 + i]);
	}
	log_progress_end();
	return checking.error_count > 0;
}
