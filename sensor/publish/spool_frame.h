/*
 * spool_frame: one record as it lies in a segment of the spool, so that whatever
 * a crash or a bad disk leaves behind is told apart from what was written.
 *
 *	magic 4 | length 4 | number 8 | payload | check 8	(network byte order)
 *
 * The check is XXH3 over all that stands before it, seeded with the segment's own
 * random number: a record cannot hold bytes that pass for a frame.
 *
 *	while (frame_next(&walk, run, true, &frame, &used) == FRAME_WHOLE)
 *		...frame.payload...; run = bytes_from(run, used);
 *
 * Lends    payload, a part of the run it was read from.
 * Thread   any; pure functions.
 */
#pragma once

#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"

#define FRAME_OVERHEAD    24
#define FRAME_PAYLOAD_MAX (LIMIT_RECORD_BYTES + 8 * LIMIT_SPOOL_HEADER_TEXT)
#define FRAME_BYTES_MAX   (FRAME_PAYLOAD_MAX + FRAME_OVERHEAD)

struct frame {
	uint64_t number;
	struct bytes payload;
};

struct frame_walk {
	uint64_t seed;
	uint64_t number_min;   /* what lies before it is passed over: raised as frames are read */
	uint64_t broken_bytes; /* belong to no whole frame */
};

enum frame_outcome {
	FRAME_WHOLE,
	FRAME_SHORT, /* what is there may become a frame with more bytes */
	FRAME_END,   /* nothing more in these bytes */
};

/* Appends; STATUS_LIMIT when the payload is larger than FRAME_PAYLOAD_MAX. */
MUST_CHECK enum status frame_write(uint64_t seed, uint64_t number, struct bytes payload, struct buffer *out);

/* The next whole frame, past what is broken. `is_all`: nothing comes behind these bytes, so what is short is
 * broken. *out_used: bytes not to be looked at again, whatever the outcome. */
enum frame_outcome frame_next(struct frame_walk *walk, struct bytes run, bool is_all, struct frame *out_frame,
			      size_t *out_used);

/* Numbers in network byte order. */
void frame_put_u32(char out[4], uint32_t value);
void frame_put_u64(char out[8], uint64_t value);
uint64_t frame_check(uint64_t seed, struct bytes run);
