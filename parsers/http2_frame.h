/*
 * http2_frame: the frames of one direction of an HTTP/2 connection (RFC 9113
 * section 4.1), whose payloads are never kept: they come in the parts in which
 * they arrive. And what looks like the start of frames where the boundary is
 * unknown.
 *
 *	while (bytes.len > 0)
 *		switch (http2_walk(&walk, &bytes, &part)) ...
 *
 * Owns     nothing but the nine bytes of a frame head.
 */
#pragma once

#include "parsers/base/bytes.h"

enum http2_type {
	HTTP2_DATA,
	HTTP2_HEADERS,
	HTTP2_PRIORITY,
	HTTP2_RST_STREAM,
	HTTP2_SETTINGS,
	HTTP2_PUSH_PROMISE,
	HTTP2_PING,
	HTTP2_GOAWAY,
	HTTP2_WINDOW_UPDATE,
	HTTP2_CONTINUATION,
};

enum http2_flag {
	HTTP2_END_STREAM = 0x1, /* DATA, HEADERS; of SETTINGS and PING: ACK */
	HTTP2_END_HEADERS = 0x4,
	HTTP2_PADDED = 0x8,
	HTTP2_WITH_PRIORITY = 0x20, /* HEADERS */
};

#define HTTP2_HEAD_LEN 9

struct http2_frame {
	uint32_t len;
	unsigned type, flags;
	uint32_t stream;
	bool is_reserved_set;
};

struct http2_walk {
	char head[HTTP2_HEAD_LEN];
	uint8_t head_len;
	bool is_inside; /* frame is known */
	struct http2_frame frame;
	uint32_t left; /* of its payload */
};

enum http2_step {
	HTTP2_STEP_MORE, /* inside a frame head */
	HTTP2_STEP_HEAD, /* a frame begins: walk->frame */
	HTTP2_STEP_PART, /* *out_part is the next part of its payload */
};

/* Moves *bytes, which is not empty, on. After HEAD and PART the frame is over when walk->left is 0:
 * then the caller says http2_walk_end. */
enum http2_step http2_walk(struct http2_walk *walk, struct bytes *bytes, struct bytes *out_part);
void http2_walk_end(struct http2_walk *walk);

/* False: no endpoint may send this, each ends the connection for it. */
bool http2_frame_is_legal(const struct http2_frame *frame);

enum http2_start { HTTP2_START_NO, HTTP2_START_MORE, HTTP2_START_YES };

/* Do frames begin here? `run` begins where a TCP segment does. Two frame heads that follow on one
 * another are enough, or frames that end exactly where the segment does: a frame head is nine
 * bytes of which few values make sense. `stream_max` is the highest stream seen, or 0. */
enum http2_start http2_frames_look(struct bytes run, uint32_t stream_max);
