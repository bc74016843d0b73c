/*
 * json_path: the part of JSONPath (RFC 9535) that Overlay documents use to name
 * nodes: names, indexes, wildcards, ".." and filters that compare members with
 * a literal ("$.paths['/a'].*.parameters[?@.name=='q' && @.in=='query']").
 * Anything else is refused, with the words to say so.
 *
 *	if (!json_path_read(BYTES("$.paths.*.get"), arena, &path, &why)) ...
 *	json_path_takes(&path.steps[0], parent, index)
 *
 * Owns     nothing; steps live in the arena, names lend from the text.
 */
#pragma once

#include "specs/document.h"

#define JSON_PATH_STEPS_MAX 64

struct json_path_test {
	struct bytes members[8]; /* @.a.b */
	size_t member_count;
	bool has_value, is_unequal; /* == or != `value`; else the member is there */
	bool is_absent;             /* !@.a */
	struct bytes value;         /* of a string without quotes */
};

struct json_path_step {
	bool is_deep; /* behind "..": here, and anywhere below */
	enum { STEP_NAMES, STEP_ALL, STEP_INDEX, STEP_FILTER } kind;
	struct bytes names[16];
	size_t name_count;
	uint64_t index;
	struct json_path_test tests[8]; /* all of them */
	size_t test_count;
};

struct json_path {
	struct json_path_step *steps;
	size_t count;
};

/* False when it is outside of that part, or broken: `out_why` says which. */
bool json_path_read(struct bytes text, struct arena *arena, struct json_path *out_path, const char **out_why);

/* Does the step take this child? `key` of a table, else the index counts. */
bool json_path_takes(const struct json_path_step *step, struct bytes key, size_t index,
		     const struct node *child);
