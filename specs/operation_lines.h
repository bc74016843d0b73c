/*
 * operation_lines: where in memory the check of an operation looks. With a hundred thousand operations
 * none of it is in the processor's caches, and one place names the next: waited for one after the other they
 * cost more than the check itself. The operation has a list of them, and they are all called at once when it
 * is found.
 *
 *	operation_lines_make(&operation);		once it is compiled, and where it will stay
 *	operation_call(operation);			as soon as it is known which one it may be
 *	operation_call_lines(operation);		when it is the one, before something else is done
 *
 * It changes how long a check takes, and nothing else: what is not in the list is waited for.
 */
#pragma once

#include "parsers/base/pages.h"
#include "specs/operation.h"

/* Up to eight lines one after the other: where the first stands, in lines from the operation's own, and how
 * many more there are. */
#define OPERATION_LINES_RUN 8

void operation_lines_make(struct operation *operation);

static inline void operation_call(const struct operation *operation)
{
	for (const char *at = (const char *)operation; at < (const char *)(operation + 1); at += CACHE_LINE)
		__builtin_prefetch(at);
}

static inline void operation_call_lines(const struct operation *operation)
{
	const char *own = (const char *)operation - (uintptr_t)operation % CACHE_LINE;

	for (uint32_t i = 0; i < operation->line_count; i++) {
		const char *at = own + (ptrdiff_t)(operation->lines[i] >> 3) * CACHE_LINE;

		for (int more = operation->lines[i] & (OPERATION_LINES_RUN - 1); more >= 0; more--)
			__builtin_prefetch(at + (ptrdiff_t)more * CACHE_LINE);
	}
}
