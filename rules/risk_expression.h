/*
 * risk_expression: when does a category of risk.yaml hold? A small language over
 * what is known of an endpoint or a partner, compiled once to a flat list of
 * steps: no loops, no calls, no memory, so that it always ends, and soon.
 *
 *	count(auth.*, severity >= 4) > 0 and exposure == external
 *	class(us_ssn) or class("pan*")
 *	errors / calls > 0.2 and not documented
 *
 *	or, and, not; == != < <= > >=; + - * /; ( ); numbers, 'texts', true, false
 *	numbers	calls, errors (5xx), partners, classes, severity (the worst), count(ID [, severity >= N])
 *	truths	class(ID), auth(KIND), partner(ID), documented, deprecated, open (called without a credential)
 *	texts	exposure (internal, external, unknown), method, host, path, operation, api; == takes * and ?
 *
 *	risk_compile(&source, &counts, &expression)	at load time
 *	value = risk_evaluate(&expression, &subject)	0: does not hold
 *
 * Lends    texts of the source, in its arena. Thread: frozen once compiled.
 */
#pragma once

#include "parsers/base/arena.h"
#include "parsers/base/limits.h"
#include "parsers/base/problem.h"
#include "parsers/base/status.h"

/* What has to be counted: findings of these ids and severities. */
struct risk_count {
	struct bytes glob;
	unsigned severity_min, severity_max;
};

/* Of all expressions of one risk.yaml: each is counted once. */
struct risk_counts {
	struct risk_count list[LIMIT_RISK_COUNTS];
	size_t count;
};

/* What expressions are asked about. */
struct risk_subject {
	const uint32_t *counts; /* one a risk_count; NULL: nothing was counted */
	uint64_t calls, errors;
	unsigned severity;
	const struct bytes *partners, *classes, *auth;
	size_t partner_count, class_count, auth_count;
	struct bytes exposure, method, host, path, operation, api;
	bool is_documented, is_deprecated;
};

struct risk_step {
	uint8_t code;
	uint8_t field;
	uint16_t index; /* of a count */
	double number;
	struct bytes text;
};

struct risk_expression {
	const struct risk_step *steps;
	size_t count;
};

struct risk_source {
	struct bytes text;
	struct place place; /* of its beginning */
	struct arena *arena;
	struct problems *problems;
};

/* STATUS_INVALID: a problem says what is wrong, and where in the text. */
MUST_CHECK enum status risk_compile(const struct risk_source *source, struct risk_counts *counts,
				    struct risk_expression *out_expression);
/* A truth is 1 or 0; what is no number (a division by nothing) is 0. */
double risk_evaluate(const struct risk_expression *expression, const struct risk_subject *subject);
