/*
 * schema_pattern: the regular expressions of `pattern` and `patternProperties`:
 * ECMA-262 as far as real contracts use it, an unanchored search, on PCRE2 with
 * a ceiling on its work.
 *
 * Owns     its compiled code. Thread: a pattern is frozen and shared, a search is private.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

struct pattern;
struct plain_pattern;
struct pattern_search; /* the working memory of one check */

enum pattern_outcome { PATTERN_MATCH, PATTERN_NO_MATCH, PATTERN_OVERLIMIT };

/* NULL when it does not compile: why stands in `reason`. */
struct pattern *pattern_new(struct bytes expression, char *reason, size_t reason_len);
/* Is a text that traffic brought an expression at all? One too long or too large to tell counts as one. */
bool pattern_is_valid(struct bytes expression);
void pattern_free(struct pattern *pattern); /* accepts NULL */

/* When it needs no engine; else NULL. */
const struct plain_pattern *pattern_plain(const struct pattern *pattern);

/* *search is NULL at first; pattern_search_free at the end. */
enum pattern_outcome schema_pattern_find(const struct pattern *pattern, struct bytes text,
					 struct pattern_search **search);
void pattern_search_free(struct pattern_search *search); /* accepts NULL */
