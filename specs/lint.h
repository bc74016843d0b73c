/*
 * lint: `specular spec check`: reads specs and contract files one by one and
 * says what is wrong, unchecked or weak, with file, line, column and mending.
 */
#pragma once

#include "parsers/base/problem.h"
#include "specs/spec_files.h"

struct lint_report {
	bool is_contract; /* a partner file or tiers.yaml, not a spec */
	size_t operation_count, schema_count, unresolved_count, disabled_pattern_count;
};

/* Problems of the file `name`; STATUS_INVALID when it would be refused. */
MUST_CHECK enum status lint_file(const struct spec_files *files, const char *name,
				 struct lint_report *out_report, struct problems *problems);
