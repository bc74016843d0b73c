/*
 * scan_edges: where a match of a data class may begin and end (see scan_match.h).
 */
#pragma once

#include "parsers/base/bytes.h"

static inline bool edges_begin(struct bytes value, size_t from)
{
	const char *at = value.data + from;

	if (from == 0 || !ascii_is_alnum(at[0]))
		return true;
	if (ascii_is_alnum(at[-1]))
		return false;
	return !(ascii_is_digit(at[0]) && from >= 2 && (at[-1] == '.' || at[-1] == '-') &&
		 ascii_is_digit(at[-2]));
}

static inline bool edges_end(struct bytes value, size_t to)
{
	const char *at = value.data + to;

	if (to == value.len || !ascii_is_alnum(at[-1]))
		return true;
	if (ascii_is_alnum(at[0]))
		return false;
	return !(ascii_is_digit(at[-1]) && to + 1 < value.len && (at[0] == '.' || at[0] == '-') &&
		 ascii_is_digit(at[1]));
}
