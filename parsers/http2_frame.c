#include "parsers/http2_frame.h"

#include <string.h>

#include "parsers/base/cursor.h"
#include "parsers/base/limits.h"

#define STREAM_NUMBER 0x7fffffffu

/* How far beyond the highest stream seen a new one may be: more are not opened behind a gap. */
#define STREAMS_AHEAD 100000u

static struct http2_frame frame_read(const char head[HTTP2_HEAD_LEN])
{
	struct cursor cursor = cursor_of((struct bytes){.data = head, .len = HTTP2_HEAD_LEN});
	struct http2_frame frame = {.len = cursor_u24(&cursor)};
	uint32_t stream;

	frame.type = cursor_u8(&cursor);
	frame.flags = cursor_u8(&cursor);
	stream = cursor_u32(&cursor);
	frame.stream = stream & STREAM_NUMBER;
	frame.is_reserved_set = stream != frame.stream;
	return frame;
}

enum http2_step http2_walk(struct http2_walk *walk, struct bytes *bytes, struct bytes *out_part)
{
	struct bytes part;

	if (walk->is_inside) {
		part = bytes_slice(*bytes, 0, walk->left);
		walk->left -= (uint32_t)part.len;
		*bytes = bytes_from(*bytes, part.len);
		*out_part = part;
		return HTTP2_STEP_PART;
	}
	part = bytes_slice(*bytes, 0, HTTP2_HEAD_LEN - walk->head_len);
	memcpy(walk->head + walk->head_len, part.data, part.len);
	walk->head_len += part.len;
	*bytes = bytes_from(*bytes, part.len);
	if (walk->head_len < HTTP2_HEAD_LEN)
		return HTTP2_STEP_MORE;
	walk->frame = frame_read(walk->head);
	walk->left = walk->frame.len;
	walk->is_inside = true;
	return HTTP2_STEP_HEAD;
}

void http2_walk_end(struct http2_walk *walk)
{
	walk->head_len = 0;
	walk->is_inside = false;
	walk->left = 0;
}

/* RFC 9113 section 6, what it says of each type. Types that we do not know are skipped (section 5.5). */
bool http2_frame_is_legal(const struct http2_frame *frame)
{
	switch (frame->type) {
	case HTTP2_DATA:
	case HTTP2_HEADERS:
	case HTTP2_CONTINUATION:
	case HTTP2_PUSH_PROMISE:
		return frame->stream != 0;
	case HTTP2_PRIORITY:
		return frame->stream != 0 && frame->len == 5;
	case HTTP2_RST_STREAM:
		return frame->stream != 0 && frame->len == 4;
	case HTTP2_SETTINGS:
		return frame->stream == 0 && frame->len % 6 == 0 &&
		       ((frame->flags & HTTP2_END_STREAM) == 0 || frame->len == 0);
	case HTTP2_PING:
		return frame->stream == 0 && frame->len == 8;
	case HTTP2_GOAWAY:
		return frame->stream == 0 && frame->len >= 8;
	case HTTP2_WINDOW_UPDATE:
		return frame->len == 4;
	default:
		return true;
	}
}

static bool is_plausible(const struct http2_frame *frame, uint32_t stream_max)
{
	static const unsigned flags_of[] = {
		[HTTP2_DATA] = HTTP2_END_STREAM | HTTP2_PADDED,
		[HTTP2_HEADERS] = HTTP2_END_STREAM | HTTP2_END_HEADERS | HTTP2_PADDED | HTTP2_WITH_PRIORITY,
		[HTTP2_SETTINGS] = HTTP2_END_STREAM,
		[HTTP2_PUSH_PROMISE] = HTTP2_END_HEADERS | HTTP2_PADDED,
		[HTTP2_PING] = HTTP2_END_STREAM,
		[HTTP2_CONTINUATION] = HTTP2_END_HEADERS,
	};

	return frame->type <= HTTP2_CONTINUATION && (frame->flags & ~flags_of[frame->type]) == 0 &&
	       !frame->is_reserved_set && frame->len <= LIMIT_FRAME_LIKELY && http2_frame_is_legal(frame) &&
	       (stream_max == 0 || frame->stream <= stream_max ||
		frame->stream - stream_max <= STREAMS_AHEAD);
}

/* A part of a frame head: its length and type. */
static bool may_become_plausible(struct bytes part)
{
	const unsigned char *at = (const unsigned char *)part.data;

	return part.len == 0 ||
	       (at[0] <= LIMIT_FRAME_LIKELY >> 16 && (part.len < 4 || at[3] <= HTTP2_CONTINUATION));
}

enum http2_start http2_frames_look(struct bytes run, uint32_t stream_max)
{
	for (int count = 0; run.len > 0 || count == 0; count++) {
		struct http2_frame frame;

		if (run.len < HTTP2_HEAD_LEN)
			return may_become_plausible(run) ? HTTP2_START_MORE : HTTP2_START_NO;
		frame = frame_read(run.data);
		if (!is_plausible(&frame, stream_max))
			return HTTP2_START_NO;
		if (count > 0)
			return HTTP2_START_YES;
		if (run.len - HTTP2_HEAD_LEN < frame.len)
			return HTTP2_START_MORE;
		run = bytes_from(run, HTTP2_HEAD_LEN + frame.len);
	}
	return HTTP2_START_YES;
}
