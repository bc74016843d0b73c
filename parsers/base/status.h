/*
 * status: the outcomes that a caller must act on or pass up, unchanged.
 *
 * Three kinds of wrong exist here. Our own mistake stops the program (check.h).
 * The world failing (no memory, a ceiling, a broken file) is an enum status,
 * beside a struct problem where a human has to mend something (problem.h).
 * Odd traffic is not an error at all: it is a named, counted outcome.
 */
#pragma once

enum status {
	STATUS_OK = 0,
	STATUS_NO_MEMORY = -1, /* the system refused memory */
	STATUS_LIMIT = -2,     /* a ceiling of limits.h was reached */
	STATUS_INVALID = -3,   /* what was given cannot be used; a problem says why */
	STATUS_IO = -4,        /* a file, a socket or a library failed */
	STATUS_NOT_FOUND = -5, /* what was asked for is not there */
};

#define MUST_CHECK __attribute__((warn_unused_result))

const char *status_text(enum status status);
