/*
 * lint_example: examples of parameters and JSON contents that do not fit the
 * schema beside them: one of the two is not what the author meant.
 */
#pragma once

#include "parsers/base/problem.h"
#include "specs/schema.h"

/* Adds a note for each; compiles into `schemas`, which must not be shared yet. */
void lint_examples(const struct document *document, struct schema_set *schemas, struct problems *problems);
