/*
 * problem_json: a problem as a JSON object: file, line, column, level, id, what,
 * mend. What spec check --json prints and the admin API answers.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/problem.h"

/* Borrows the texts of the problem; NULL without memory. */
yyjson_mut_val *problem_json(yyjson_mut_doc *doc, const struct problem *problem);
