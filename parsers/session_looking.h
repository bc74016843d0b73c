/*
 * session_looking: what a session keeps until it knows the protocol. It is given back then: most of a
 * connection's life goes without. Used by session only.
 *
 * Owns     the bytes kept.
 * Thread   one.
 */
#pragma once

#include "parsers/base/buffer.h"
#include "parsers/base/chunk.h"

/* What looks, in one direction, like the start of a protocol we know. */
struct candidate {
	struct buffer bytes;
	struct chunk first; /* where and when it began */
	size_t scanned;
	bool is_open;
};

struct looking {
	struct candidate candidates[2]; /* by enum direction */
	uint64_t lost[2];               /* bytes of gaps */
	uint64_t looked_bytes;          /* of both directions */
	struct buffer announcement;     /* what may become a header of the PROXY protocol */
	struct chunk announcement_first;
};

struct looking *looking_new(void);          /* NULL without memory */
void looking_free(struct looking *looking); /* accepts NULL */
void candidate_forget(struct candidate *candidate);
