/*
 * difference: what changes for callers between two versions of a spec: what was
 * added, what was removed, and what breaks those who call as before.
 *
 * A request breaks when the new spec accepts less, a response when it may hold
 * what the old one did not. What cannot be compared (two different patterns)
 * counts as broken: a person has to look.
 *
 *	differences_init(&differences);
 *	status = differences_find(&old, &new, &problems, &differences);
 *	differences_finish(&differences);
 *
 * Owns     the list and its words, until differences_finish.
 */
#pragma once

#include "parsers/base/problem.h"
#include "specs/spec_files.h"

enum difference_kind { DIFFERENCE_ADDED, DIFFERENCE_REMOVED, DIFFERENCE_CHANGED };

struct difference {
	enum difference_kind kind;
	bool is_breaking;
	struct bytes operation; /* "GET /orders/{id}" */
	struct bytes where; /* "request.query limit", "response 200 application/json /items"; may be empty */
	const char *what;   /* "is required now" */
	struct place place; /* in the new file; in the old one of what was removed */
};

struct differences {
	struct arena arena;
	struct difference *list;
	size_t count, capacity, breaking_count;
	size_t left_out; /* beyond LIMIT_DIFFERENCES */
};

struct spec_name {
	const struct spec_files *files;
	const char *name;
};

void differences_init(struct differences *differences);
void differences_finish(struct differences *differences); /* accepts zeroed */

/* STATUS_INVALID when one of the two does not load; its problems say why. */
MUST_CHECK enum status differences_find(const struct spec_name *old, const struct spec_name *new,
					struct problems *problems, struct differences *out_differences);
