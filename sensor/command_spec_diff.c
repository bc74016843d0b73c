#include <stdio.h>
#include <stdlib.h>
#include <yyjson.h>

#include "sensor/command_spec.h"
#include "sensor/log.h"
#include "specs/difference.h"

static const char *kind_name(const struct difference *difference)
{
	if (difference->is_breaking)
		return "broken";
	return difference->kind == DIFFERENCE_ADDED     ? "added"
	       : difference->kind == DIFFERENCE_REMOVED ? "removed"
							: "changed";
}

static void print_json(const struct difference *difference)
{
	yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
	yyjson_mut_val *root = doc == NULL ? NULL : yyjson_mut_obj(doc);
	char *text;

	yyjson_mut_obj_add_str(doc, root, "change", kind_name(difference));
	yyjson_mut_obj_add_bool(doc, root, "breaking", difference->is_breaking);
	yyjson_mut_obj_add_strn(doc, root, "operation", difference->operation.data,
				difference->operation.len);
	yyjson_mut_obj_add_strn(doc, root, "where",
				difference->where.data == NULL ? "" : difference->where.data,
				difference->where.len);
	yyjson_mut_obj_add_str(doc, root, "what", difference->what);
	yyjson_mut_obj_add_str(doc, root, "file", difference->place.file);
	yyjson_mut_obj_add_uint(doc, root, "line", difference->place.line);
	yyjson_mut_obj_add_uint(doc, root, "column", difference->place.column);
	text = yyjson_mut_val_write(root, YYJSON_WRITE_ALLOW_INVALID_UNICODE, NULL);
	if (text != NULL)
		puts(text);
	free(text);
	yyjson_mut_doc_free(doc);
}

static void print_text(const struct difference *difference)
{
	printf("%s:%u:%u: %s: " BYTES_FORMAT "%s" BYTES_FORMAT ": %s\n", difference->place.file,
	       difference->place.line, difference->place.column, kind_name(difference),
	       BYTES_PRINT(difference->operation), difference->where.len > 0 ? ": " : "",
	       (int)difference->where.len, difference->where.data == NULL ? "" : difference->where.data,
	       difference->what);
}

static void print(const struct differences *differences, bool is_json)
{
	for (size_t i = 0; i < differences->count; i++) {
		if (is_json)
			print_json(&differences->list[i]);
		else
			print_text(&differences->list[i]);
	}
	if (!is_json)
		printf("%zu differences, %zu of them break callers%s\n",
		       differences->count + differences->left_out, differences->breaking_count,
		       differences->left_out > 0 ? " (not all are shown)" : "");
}

int spec_diff(const char *old_path, const char *new_path, bool is_json)
{
	struct spec_path old = {0}, new = {0};
	struct differences differences;
	struct problems problems;
	enum status status;

	problems_init(&problems);
	differences_init(&differences);
	status = spec_path_open(&old, old_path);
	if (status == STATUS_OK)
		status = spec_path_open(&new, new_path);
	if (status == STATUS_OK)
		status = differences_find(&(struct spec_name){&old.folder.files, old.name},
					  &(struct spec_name){&new.folder.files, new.name}, &problems,
					  &differences);
	if (status == STATUS_OK)
		print(&differences, is_json);
	else
		log_problems(&problems, false);
	if (status != STATUS_OK && problems.error_count == 0)
		log_line("spec diff: %s", status_text(status));
	status = status == STATUS_OK && differences.breaking_count == 0 ? STATUS_OK : STATUS_INVALID;
	spec_path_close(&old);
	spec_path_close(&new);
	differences_finish(&differences);
	problems_finish(&problems);
	return status != STATUS_OK;
}
