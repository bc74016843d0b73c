/*
 * problem: what a human has to mend in a file they gave us, with the place.
 *
 * Loaders of specs, contracts, packs and configuration never stop at the first
 * problem: they add it here and go on, at most LIMIT_PROBLEMS of them.
 *
 *	problems_add(problems, PROBLEM_ERROR, "spec.invalid", place,
 *		     "write a number", "minimum is a string");
 *
 * Owns the words. Thread: one.
 */
#pragma once

#include "parsers/base/arena.h"

enum problem_level {
	PROBLEM_NOTE,    /* worth knowing: what is not checked, what was lifted */
	PROBLEM_WARNING, /* loads, but probably not what the author meant */
	PROBLEM_ERROR,   /* the file, or the part named, is not used */
};

struct place {
	const char *file; /* as the user named it; NULL when there is none */
	uint32_t line;    /* from 1; 0 unknown */
	uint32_t column;  /* from 1; 0 unknown */
};

struct problem {
	enum problem_level level;
	const char *id; /* of the catalogue: "spec.invalid", "spec.unenforceable" ... */
	struct place place;
	const char *what; /* one sentence */
	const char *mend; /* what to do about it, or "" */
};

struct problems {
	struct arena arena;
	struct problem *list;
	size_t count;
	size_t capacity;
	size_t left_out; /* beyond the ceiling */
	size_t error_count;
};

void problems_init(struct problems *problems);
void problems_finish(struct problems *problems);

/* `id` must be a static string; `mend` and the formatted words are copied, as is the file name. */
void problems_add(struct problems *problems, enum problem_level level, const char *id, struct place place,
		  const char *mend, const char *format, ...) __attribute__((format(printf, 6, 7)));
