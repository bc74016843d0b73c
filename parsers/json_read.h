/*
 * json_read: JSON text (RFC 8259) into a yyjson tree inside an arena.
 *
 * Nearly all texts are read by json_tree.c. What that is not sure of goes to yyjson, whose memory is known
 * beforehand, as depth and number of values are counted before; so what is odd, and where, is said by yyjson.
 * Numbers stay exact: what fits neither 64 bits nor a finite double stays RAW text (yyjson_is_raw). A leading
 * BOM is skipped.
 *
 *	struct json_reading reading;
 *	json_read(text, &exchange->arena, &reading);
 *	if (reading.outcome == JSON_READ)
 *		use(reading.root);
 *
 * Owns     nothing; the tree lives in the arena and must not be freed.
 * Lends    texts, which mostly stay where they were read, or in the names: these must live as long. They do
 *          not end in NUL.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/arena.h"
#include "parsers/json_names.h"

enum json_outcome {
	JSON_READ,
	JSON_MALFORMED,
	JSON_CEILING, /* LIMIT_JSON_DEPTH, LIMIT_BODY_VALUES or the arena's ceiling */
};

struct json_reading {
	enum json_outcome outcome;
	yyjson_val *root;
	size_t error_offset;
	const char *error; /* static; NULL when it was read */
};

void json_read(struct bytes text, struct arena *arena, struct json_reading *out_reading);

/* The same, with the names of objects that came before; NULL: of none. */
void json_read_named(struct bytes text, struct arena *arena, struct json_names *names,
		     struct json_reading *out_reading);

/* A string value as bytes; empty with data NULL when `value` is NULL or no string. */
struct bytes json_text(yyjson_val *value);

/* The member of that name; of several the last one (RFC 7519 section 4 for claims). NULL when absent. */
yyjson_val *json_last(yyjson_val *object, const char *name);
