/*
 * schema_check: does a value fit a compiled schema? One pass, no allocation for
 * values that fit, ceilings on steps, depth and departures.
 *
 * Thread   a checker is private to its worker; schemas are shared and frozen.
 */
#pragma once

#include "parsers/base/arena.h"
#include "specs/departure.h"
#include "specs/schema.h"

struct schema_checker {
	struct arena *arena; /* texts of departures */
	struct departures *out;
	enum side side; /* readOnly and writeOnly depend on it */
	enum part part;
	struct bytes name;   /* of the parameter; empty for a body */
	bool is_text;        /* the value came as text (parameter, form): "5" fits integer */
	uint64_t steps;      /* work done; the caller sets it to 0 */
	bool are_names_once; /* set by schema_check: no object of the value has a name twice, surely */
};

/* Adds departures to checker->out; true when there was none, undeclared names aside. */
bool schema_check(const struct schema *schema, yyjson_val *value, struct schema_checker *checker);

/* A value that came as text: coerced by the schema's types, then checked. */
bool schema_check_text(const struct schema *schema, struct bytes text, struct schema_checker *checker);

/* What that text is: the value which schema_check_text would check; borrows the text. Text where nothing
 * fits, and where schema is NULL. */
void schema_text_value(const struct schema *schema, struct bytes text, yyjson_val *out_value);

/* Tells, once, of an object in JSON text that has a name twice, unless schema_check saw that none has.
 * `schema` is what the value was held against. */
void schema_check_names(const struct schema *schema, yyjson_val *value, struct schema_checker *checker);
