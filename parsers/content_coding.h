/*
 * content_coding: takes Content-Encoding and the transfer codings other than
 * chunked off a body. gzip (several members, rubbish behind it tolerated),
 * deflate (zlib or raw: both are sent), identity.
 *
 *	outcome = content_decode(codings, count, &plan, content, &out_content);
 *
 * A decoder's output stops at plan.bytes_max, and above LIMIT_RATIO_FROM at
 * LIMIT_DECODED_RATIO bytes for each byte read: then it is CODING_BOMB.
 *
 * Owns     nothing. The decoded content is in plan.arena.
 * Thread   any.
 */
#pragma once

#include "parsers/exchange.h"

struct coding_plan {
	struct arena *arena;
	uint64_t bytes_max; /* of the output of each layer */
	bool is_partial;    /* the end of the content is missing */
};

/* `codings` in the order they were applied; the last is taken off first. *out_content is
 * always set: to the decoded content, or to `content` itself where the outcome says so. */
enum coding_outcome content_decode(const struct bytes *codings, size_t count, const struct coding_plan *plan,
				   struct bytes content, struct bytes *out_content);
