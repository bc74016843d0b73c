/*
 * path: a request path cut into segments that compare byte for byte: dot
 * segments are removed, percent-encoded unreserved characters decoded, other
 * encodings in upper case (RFC 3986 section 6.2.2). %2F stays inside its segment.
 *
 *	if (path_split(exchange->path, &exchange->arena, &segments)) ...
 *
 * Lends    views into the path, or the arena where a segment had to be changed.
 */
#pragma once

#include "parsers/base/arena.h"
#include "parsers/base/limits.h"

struct path_segments {
	struct bytes list[LIMIT_PATH_SEGMENTS];
	size_t count; /* "/" has one, the empty one; "/a/" has two */
};

/* False when there are too many segments, or no memory. */
bool path_split(struct bytes path, struct arena *arena, struct path_segments *out_segments);

/* One segment, or a literal part of a template; {NULL, 0} without memory. */
struct bytes path_normalise(struct bytes segment, struct arena *arena);
