/*
 * log: what the operator should know, on standard error, one line each:
 * "specular: words"; or in a file. Never a sensitive value, a password or a token.
 *
 * Thread   any.
 */
#pragma once

#include <stdbool.h>

#include "parsers/base/problem.h"
#include "parsers/base/status.h"

/* From here on into this file, after what it holds; again at each call, which is how it is rotated.
 * STATUS_IO: it cannot be written, errno says why; what was told so far goes on. */
MUST_CHECK enum status log_to(const char *file);

void log_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Problems of files as "file:line:column: error: words (how to mend it)"; notes only when asked for. */
void log_problems(const struct problems *problems, bool with_notes);

/* A progress line that is overwritten; only on a terminal. */
void log_progress(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_progress_end(void);
