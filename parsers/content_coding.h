/*
 * content_coding: takes Content-Encoding and the transfer codings other than
 * chunked off a body. gzip (several members), deflate (zlib or raw: both are
 * sent), br, zstd (several frames), identity; at most LIMIT_CODING_LAYERS on top
 * of one another. Rubbish behind the end is tolerated.
 *
 *	outcome = content_decode(codings, count, &plan, content, &out_content);
 *
 * Ceilings, told from bytes and steps alone, never from a clock: a decoder's
 * output stops at plan.bytes_max, and above LIMIT_RATIO_FROM at
 * LIMIT_DECODED_RATIO bytes for each byte read (CODING_BOMB); its work at
 * LIMIT_DECODE_STEPS and LIMIT_DECODE_WASTE, its memory at the window that the
 * coding's own standard allows (CODING_COSTLY).
 *
 * Owns     nothing. The decoded content is in plan.arena.
 * Thread   any.
 */
#pragma once

#include "parsers/content_coding_whole.h"
#include "parsers/exchange.h"

struct coding_plan {
	struct arena *arena;
	uint64_t bytes_max;        /* of the output of each layer */
	bool is_partial;           /* the end of the content is missing */
	struct unpacker *unpacker; /* of who decodes one body after the other; NULL: nobody keeps one */
	bool is_stepwise;          /* never all at once (content_coding_whole.h): for tests, which compare */
	uint64_t steps;            /* taken so far: what is decoded with one plan shares LIMIT_DECODE_STEPS */
};

/* `codings` in the order they were applied; the last is taken off first. *out_content is
 * always set: to the decoded content, or to `content` itself where the outcome says so. */
enum coding_outcome content_decode(const struct bytes *codings, size_t count, struct coding_plan *plan,
				   struct bytes content, struct bytes *out_content);

/* It was not decoded, or not to its end, and not for want of bytes. */
bool coding_has_failed(enum coding_outcome outcome);
