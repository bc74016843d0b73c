/*
 * schema_evaluate: one check under way; shared by schema_check*.c, schema_report.c
 * and schema_applied.c, and by nobody else.
 *
 * A branch (of anyOf, oneOf, not, if) is tried quietly: nothing is reported, and
 * it is left at its first departure.
 */
#pragma once

#include "parsers/base/limits.h"
#include "specs/schema_check.h"
#include "specs/schema_program.h"

/* Where in the value we are: a chain on the stack, made text only for a departure. */
struct path {
	const struct path *up;
	struct bytes name;
	size_t index;
	bool is_index;
};

/* The schema resources entered on the way to this schema (JSON Schema 2020-12 section 7.1). */
struct scope {
	const struct scope *up;
	const struct schema_resource *resource;
};

struct evaluation {
	struct schema_checker *checker;
	struct departures *out;
	unsigned quiet; /* branches being tried */
	unsigned depth;
	bool is_over;               /* a ceiling was reached: no more verdicts */
	bool is_probing;            /* looking for the closest branch */
	bool is_chosen;             /* this value's discriminator was followed already */
	bool is_pattern_over;       /* a pattern was given up */
	bool is_pattern_told;       /* and that was reported, once */
	bool is_broken;             /* something was reported that is not a failed keyword */
	const struct schema *whole; /* the schema with which this value was entered */
	struct pattern_search *search;
	const struct scope *scope;
};

/* Does the value fit? Departures are reported unless quiet. */
bool evaluate(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
	      const struct path *path);
bool evaluate_quietly(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		      const struct path *path);
/* A value inside the one at hand: its own `whole`, its own discriminator. */
bool evaluate_inner(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		    const struct path *path);

bool evaluate_scalar(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		     const struct path *path);
bool evaluate_object(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		     const struct path *path);
bool evaluate_array(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		    const struct path *path);
bool array_is_unique(struct evaluation *evaluation, yyjson_val *value);
bool evaluate_logic(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		    const struct path *path);

/* True when the text fits the pattern; given up counts as fitting, and is reported. */
bool pattern_fits(struct evaluation *evaluation, const struct schema *schema, const struct pattern *pattern,
		  struct bytes text, const struct path *path);

/* Enters the resource of the schema: `scope` is the caller's, until scope_leave. */
void scope_enter(struct evaluation *evaluation, const struct schema *schema, struct scope *scope);
void scope_leave(struct evaluation *evaluation, const struct scope *scope);
/* Where $dynamicRef leads here and now. */
const struct schema *scope_target(const struct evaluation *evaluation, const struct schema *schema);

/* Counts work; false when the ceiling is reached: then it is reported, once. */
bool evaluation_step(struct evaluation *evaluation, const struct schema *schema, uint64_t steps,
		     const struct path *path);

/* The schemas that look at this same value, through $ref, allOf, the branches that fit, if. */
#define APPLIED_MAX 128
struct applied {
	const struct schema *list[APPLIED_MAX];
	size_t count;
	bool is_cut; /* there were more: say nothing about what they do not name */
};
void applied_collect(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
		     const struct path *path, struct applied *applied);

/* unevaluatedProperties and unevaluatedItems, after everything else of the schema has been checked. */
bool evaluate_unevaluated(struct evaluation *evaluation, const struct schema *schema, yyjson_val *value,
			  const struct path *path);
/* After the check: names that no schema declares; readOnly in requests, writeOnly in responses. */
void evaluate_undeclared(struct evaluation *evaluation, const struct schema *const *schemas, size_t count,
			 yyjson_val *value, const struct path *path);

/* Reports a departure unless quiet; always false. The words say what the contract
 * wants; `value` is shown by kind and length, its shape when `is_shape`. */
bool report(struct evaluation *evaluation, const struct schema *schema, enum keyword keyword,
	    yyjson_val *value, bool is_shape, const struct path *path, const char *format, ...)
	__attribute__((format(printf, 7, 8)));
unsigned value_type(yyjson_val *value); /* one bit of enum schema_type; integer for 1.0 */
