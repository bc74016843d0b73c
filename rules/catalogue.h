/*
 * catalogue: every finding this build can raise, in one table. Ids are never
 * reused and never renamed.
 */
#pragma once

#include "parsers/base/bytes.h"

enum analytic {
	ANALYTIC_RULE = 1,
	ANALYTIC_STATISTICAL = 3,
	ANALYTIC_REGULAR_EXPRESSION = 8
}; /* OCSF analytic.type_id */

struct catalogue_entry {
	const char *id;    /* "auth.scheme_mismatch" */
	const char *title; /* one line, for people */
	unsigned severity; /* OCSF severity_id 1..5, before modifiers */
	const char *owasp; /* "API2:2023", several with a comma, or "" */
	enum analytic analytic;
	unsigned option; /* of enum catalogue_option; 0: always on */
};

/* Findings that are off until somebody enables them; a bit set. */
enum catalogue_option {
	OPTION_HEADER = 1 << 0,
	OPTION_COOKIE = 1 << 1,
	OPTION_RESPONSE_HEADER = 1 << 2,
	OPTION_UNDECLARED_CREDENTIAL = 1 << 3,
	OPTION_SERVER_BANNER = 1 << 4,
	OPTION_REUSED_CREDENTIAL = 1 << 5,
	OPTION_NEW_ENDPOINT = 1 << 7,
	OPTION_HSTS = 1 << 6,
};

const struct catalogue_entry *catalogue_find(struct bytes id); /* NULL when unknown */
size_t catalogue_count(void);
const struct catalogue_entry *catalogue_at(size_t index); /* in order of id */
