/*
 * operation_lines: where in memory the check of an operation looks. With a hundred thousand operations none
 *of it is in the processor's caches, and one place names the next: waited for one after the other they cost
 *more than the check itself. As a list they are all called at once when the operation is found.
 *
 *	operation_lines_make(&operation, &arena);	once it is compiled
 *	operation_call(operation);			as soon as it is known which one it may be
 *	operation_call_lines(operation);		when it is the one, and something else is to be done
 *before
 *
 * It changes how long a check takes, and nothing else: what is not in the list is waited for.
 */
#pragma once

#include "parsers/base/pages.h"
#include "specs/operation.h"

/* False without memory. */
bool operation_lines_make(struct operation *operation, struct arena *arena);

static inline void operation_call(const struct operation *operation)
{
	for (const char *at = (const char *)operation; at < (const char *)(operation + 1); at += CACHE_LINE)
		__builtin_prefetch(at);
}

static inline void operation_call_lines(const struct operation *operation)
{
	for (size_t i = 0; i < operation->line_count; i++)
		__builtin_prefetch(operation->lines[i]);
}
