#include "sensor/command_spec.h"
#include "sensor/command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "sensor/folder.h"
#include "sensor/log.h"
#include "sensor/problem_json.h"
#include "specs/lint.h"

static const char help[] =
	"Usage: specular spec check [--json] FILE...\n"
	"       specular spec push --to URL --partner ID FILE      (--help says more)\n\n"
	"Reads and lints OpenAPI documents and contract files. Says what is wrong or cannot be enforced\n"
	"with file, line, column and what to do. $ref reads files beside and below the file alone; nothing\n"
	"is fetched. Exit 1 when a file would be refused.\n\n"
	"  --json    one JSON object a problem on standard output\n";

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

static void check_file(struct checking *checking, const char *path)
{
	const char *slash = strrchr(path, '/');
	char *parent = slash == NULL ? strdup(".") : strndup(path, (size_t)(slash - path) + (slash == path));
	const char *const folders[] = {parent};
	struct lint_report report = {0};
	struct problems problems;
	struct folder folder = {0};

	problems_init(&problems);
	if (parent != NULL && folder_open_beside(&folder, folders) == STATUS_OK &&
	    lint_file(&folder.files, slash == NULL ? path : slash + 1, &report, &problems) != STATUS_OK &&
	    problems.error_count == 0)
		problems_add(&problems, PROBLEM_ERROR, "spec.invalid", (struct place){.file = path},
			     "name a readable OpenAPI or contract file", "cannot read the file");
	checking->error_count += problems.error_count;
	if (checking->is_json) {
		for (size_t i = 0; i < problems.count; i++)
			print_json(&problems.list[i]);
	} else {
		log_problems(&problems, true);
		print_report(path, &report, &problems);
	}
	folder_close(&folder);
	problems_finish(&problems);
	free(parent);
}

int command_spec(int argc, char **argv)
{
	struct checking checking = {0};
	int first = 2;

	if (argc >= 2 && strcmp(argv[1], "push") == 0)
		return command_spec_push(argc - 1, argv + 1);
	if (argc >= 2 && strcmp(argv[argc - 1], "--help") == 0 &&
	    (argc == 2 || strcmp(argv[1], "check") == 0)) {
		fputs(help, stdout);
		return 0;
	}
	if (argc >= 3 && strcmp(argv[2], "--json") == 0) {
		checking.is_json = true;
		first = 3;
	}
	if (argc <= first || strcmp(argv[1], "check") != 0) {
		fputs(help, stderr);
		return 2;
	}
	for (int i = first; i < argc; i++) {
		log_progress("checking %s", argv[i]);
		check_file(&checking, argv[i]);
	}
	log_progress_end();
	return checking.error_count > 0;
}
