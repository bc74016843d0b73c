#include "parsers/http2_side.h"

#include <string.h>

#include "parsers/base/cursor.h"
#include "parsers/base/limits.h"

/* A block's memory is kept for the next one up to here. */
#define BLOCK_KEPT (4 * KIB)

static struct session_counts *counts_of(const struct http2 *http2)
{
	return http2->desk->plan->counts;
}

static void wipe(struct buffer *buffer)
{
	if (buffer->data != NULL)
		explicit_bzero(buffer->data, buffer->len);
	buffer_finish(buffer);
}

bool http2_side_init(struct http2_side *side, enum direction direction, bool is_fresh,
		     struct session_counts *counts)
{
	side->direction = direction;
	side->is_hunting = !is_fresh;
	side->headers = http2_headers_new(!is_fresh, counts);
	side->block.bytes = BUFFER_MAX(LIMIT_HEAD_BYTES);
	side->tried = BUFFER_MAX(LIMIT_START_LINE_BYTES);
	return side->headers != NULL;
}

void http2_side_finish(struct http2_side *side)
{
	wipe(&side->block.bytes);
	wipe(&side->tried);
	held_chunks_finish(&side->held);
	http2_headers_free(side->headers);
}

/* -- header blocks ---------------------------------------------------------------- */

static void block_forget(struct http2_side *side)
{
	struct buffer bytes = side->block.bytes;

	if (bytes.data != NULL)
		explicit_bzero(bytes.data, bytes.len);
	if (bytes.capacity > BLOCK_KEPT)
		buffer_finish(&bytes);
	else
		buffer_clear(&bytes);
	bytes.bytes_max = LIMIT_HEAD_BYTES;
	side->block = (struct http2_block){.bytes = bytes};
}

static void block_close(struct http2 *http2, struct http2_side *side)
{
	if (side->block.is_cut)
		counts_of(http2)->http2_blocks_cut++;
	http2_block_done(http2, side);
	block_forget(side);
}

static void block_lose(struct http2_side *side, uint64_t gap_len)
{
	side->block.is_lost = true;
	side->block.gap_len += gap_len;
	http2_headers_lost(side->headers);
}

static void block_add(struct http2_side *side, struct bytes part)
{
	if (side->block.is_lost || part.len == 0)
		return;
	if (buffer_append(&side->block.bytes, part) == STATUS_OK)
		return;
	side->block.is_cut = true;
	block_lose(side, 0);
}

/* Most blocks lie in one segment, whole: they are read where they are. */
static void block_take(struct http2_side *side, struct bytes part)
{
	bool ends = side->walk.left == 0 && side->walk.frame.flags & HTTP2_END_HEADERS;

	if (ends && side->block.bytes.len == 0 && part.len <= LIMIT_HEAD_BYTES)
		side->block.whole = part;
	else
		block_add(side, part);
}

/* -- frames ------------------------------------------------------------------------ */

static bool has_block(unsigned type)
{
	return type == HTTP2_HEADERS || type == HTTP2_PUSH_PROMISE || type == HTTP2_CONTINUATION;
}

static size_t prefix_wanted(const struct http2_frame *frame)
{
	size_t padded = frame->flags & HTTP2_PADDED ? 1 : 0;

	switch (frame->type) {
	case HTTP2_DATA:
		return padded;
	case HTTP2_HEADERS:
		return padded + (frame->flags & HTTP2_WITH_PRIORITY ? 5 : 0);
	case HTTP2_PUSH_PROMISE:
		return padded + 4;
	case HTTP2_GOAWAY:
		return 4;
	default:
		return 0; /* CONTINUATION has neither padding nor priority */
	}
}

/* The prefix is whole: what of the rest is content? */
static void prefix_read(struct http2_side *side)
{
	struct cursor cursor = cursor_of((struct bytes){(const char *)side->prefix, side->prefix_len});
	const struct http2_frame *frame = &side->walk.frame;
	uint32_t rest = frame->len - (uint32_t)side->prefix_wanted, padding = 0;

	if (frame->flags & HTTP2_PADDED && frame->type != HTTP2_CONTINUATION && side->prefix_wanted > 0 &&
	    frame->type != HTTP2_GOAWAY)
		padding = cursor_u8(&cursor);
	side->is_malformed |= padding > rest;
	side->content_left = padding > rest ? 0 : rest - padding;
	if (frame->type == HTTP2_PUSH_PROMISE)
		side->block.promised = cursor_u32(&cursor) & 0x7fffffffu;
}

static void block_begin(struct http2_side *side, const struct http2_frame *frame)
{
	side->block.is_open = true;
	side->block.stream = frame->stream;
	side->block.is_promise = frame->type == HTTP2_PUSH_PROMISE;
	side->block.ends_stream = frame->type == HTTP2_HEADERS && frame->flags & HTTP2_END_STREAM;
	side->block.first_ns = side->time_ns;
}

/* False: the walk is lost. */
static bool frame_begin(struct http2 *http2, struct http2_side *side)
{
	const struct http2_frame *frame = &side->walk.frame;
	struct http2_block *block = &side->block;
	bool goes_on = frame->type == HTTP2_CONTINUATION && frame->stream == block->stream;

	if (!http2_frame_is_legal(frame)) {
		counts_of(http2)->http2_frame_errors++;
		http2_side_lose(http2, side, 0);
		return false;
	}
	side->prefix_len = 0;
	side->prefix_wanted = prefix_wanted(frame);
	side->is_malformed = side->prefix_wanted > frame->len;
	side->is_prefix_lost = false;
	side->content_left = 0;
	if (block->is_open && !goes_on) { /* RFC 9113 section 6.10: nothing may come between */
		counts_of(http2)->http2_frame_errors++;
		block->is_malformed = true;
		block_lose(side, 0);
		block_close(http2, side);
	}
	if (frame->type == HTTP2_HEADERS || frame->type == HTTP2_PUSH_PROMISE) {
		block_begin(side, frame);
	} else if (frame->type == HTTP2_CONTINUATION && !block->is_open) {
		counts_of(http2)->http2_stray_frames++; /* its beginning is lost */
		http2_headers_lost(side->headers);
	} else if (frame->type == HTTP2_CONTINUATION && ++block->continuations > LIMIT_CONTINUATIONS) {
		block->is_cut = true;
		block_lose(side, 0);
	}
	if (!side->is_malformed && side->prefix_wanted == 0)
		prefix_read(side);
	return true;
}

static void frame_part(struct http2 *http2, struct http2_side *side, struct bytes part)
{
	struct bytes content = part;

	if (side->is_malformed)
		return;
	if (side->prefix_len < side->prefix_wanted && !side->is_prefix_lost) {
		struct bytes prefix = bytes_slice(part, 0, side->prefix_wanted - side->prefix_len);

		memcpy(side->prefix + side->prefix_len, prefix.data, prefix.len);
		side->prefix_len += prefix.len;
		content = bytes_from(part, prefix.len);
		if (side->prefix_len < side->prefix_wanted)
			return;
		prefix_read(side);
	}
	content = bytes_slice(content, 0, side->content_left);
	side->content_left -= (uint32_t)content.len;
	if (side->walk.frame.type == HTTP2_DATA && content.len > 0)
		http2_data(http2, side, content);
	else if (has_block(side->walk.frame.type) && side->block.is_open)
		block_take(side, content);
}

static void frame_end(struct http2 *http2, struct http2_side *side)
{
	const struct http2_frame frame = side->walk.frame;
	bool is_malformed = side->is_malformed;

	http2_walk_end(&side->walk); /* before anything below may find the walk lost */
	if (is_malformed)
		counts_of(http2)->http2_frame_errors++;
	if (is_malformed && frame.type == HTTP2_DATA)
		http2_data_malformed(http2, side);
	if (has_block(frame.type) && side->block.is_open) {
		side->block.is_malformed |= is_malformed;
		if (is_malformed)
			block_lose(side, 0);
		if (frame.flags & HTTP2_END_HEADERS)
			block_close(http2, side);
	} else if (frame.type == HTTP2_DATA && frame.flags & HTTP2_END_STREAM) {
		http2_end_stream(http2, side, frame.stream);
	} else if (frame.type == HTTP2_RST_STREAM) {
		http2_reset(http2, side, frame.stream);
	} else if (frame.type == HTTP2_GOAWAY && side->prefix_len == side->prefix_wanted) {
		struct cursor cursor = cursor_of((struct bytes){(const char *)side->prefix, 4});

		http2_goaway(http2, side, cursor_u32(&cursor) & 0x7fffffffu);
	}
}

/* How much it used: all, unless the desk is full. */
static size_t frames_read(struct http2 *http2, struct http2_side *side, struct bytes bytes, bool may_wait)
{
	size_t len = bytes.len;
	struct bytes part = BYTES_NONE;

	while (bytes.len > 0 && !side->is_hunting && !(may_wait && desk_is_full(http2->desk))) {
		switch (http2_walk(&side->walk, &bytes, &part)) {
		case HTTP2_STEP_MORE:
			return len;
		case HTTP2_STEP_HEAD:
			if (!frame_begin(http2, side))
				return len;
			break;
		case HTTP2_STEP_PART:
			frame_part(http2, side, part);
			break;
		}
		if (side->walk.left == 0)
			frame_end(http2, side);
	}
	return side->is_hunting ? len : len - bytes.len;
}

/* -- where the boundary is unknown --------------------------------------------------- */

static uint32_t stream_max(const struct http2 *http2)
{
	return http2->client_max > http2->server_max ? http2->client_max : http2->server_max;
}

static bool is_preface(struct http2 *http2, struct http2_side *side, struct bytes bytes)
{
	if (http2->is_client_sure || !bytes_starts(bytes, HTTP2_PREFACE))
		return false;
	http2->client = http2->streams.client = side->direction;
	http2->is_client_sure = true;
	side->preface_left = HTTP2_PREFACE.len;
	return true;
}

static void tried_forget(struct http2_side *side)
{
	wipe(&side->tried);
	side->tried = BUFFER_MAX(LIMIT_START_LINE_BYTES);
}

static void hunt_over(struct http2 *http2, struct http2_side *side)
{
	struct bytes tried = buffer_bytes(&side->tried);

	counts_of(http2)->http2_resyncs += side->is_resync;
	side->is_hunting = false;
	side->is_resync = false;
	http2_walk_end(&side->walk);
	frames_read(http2, side, tried, false); /* one frame and a part of a head at most */
	tried_forget(side);
}

/* How much of the chunk it used: none when the boundary was found. */
static size_t hunt(struct http2 *http2, struct http2_side *side, const struct chunk *chunk)
{
	enum http2_start start = HTTP2_START_NO;
	size_t had = side->tried.len;

	if (had > 0) {
		if (buffer_append_some(&side->tried, chunk->bytes) == chunk->bytes.len)
			start = http2_frames_look(buffer_bytes(&side->tried), stream_max(http2));
		if (start == HTTP2_START_MORE)
			return chunk->bytes.len;
		if (start == HTTP2_START_YES) {
			side->tried.len = had;
			hunt_over(http2, side);
			return 0;
		}
		tried_forget(side);
	}
	if (!chunk->is_segment_start)
		return chunk->bytes.len;
	if (is_preface(http2, side, chunk->bytes)) {
		hunt_over(http2, side);
		return 0;
	}
	start = http2_frames_look(chunk->bytes, stream_max(http2));
	if (start == HTTP2_START_YES) {
		hunt_over(http2, side);
		return 0;
	}
	if (start == HTTP2_START_MORE && buffer_append(&side->tried, chunk->bytes) != STATUS_OK)
		tried_forget(side);
	return chunk->bytes.len;
}

void http2_side_lose(struct http2 *http2, struct http2_side *side, uint64_t gap_len)
{
	gap_len = gap_len > 0 ? gap_len : 1;
	side->lost_bytes += gap_len;
	http2_headers_lost(side->headers);
	if (side->direction == http2->client)
		http2->may_have_hidden = true;
	if (side->block.is_open) {
		block_lose(side, gap_len);
		block_close(http2, side);
	}
	http2_walk_end(&side->walk);
	tried_forget(side);
	side->preface_left = 0;
	if (side->is_hunting)
		return;
	side->is_hunting = true;
	side->is_resync = true;
	counts_of(http2)->http2_hunts++;
}

static size_t preface_read(struct http2 *http2, struct http2_side *side, struct bytes bytes)
{
	struct bytes wanted = bytes_from(HTTP2_PREFACE, HTTP2_PREFACE.len - side->preface_left);
	size_t len = bytes.len < wanted.len ? bytes.len : wanted.len;

	if (!bytes_equal(bytes_slice(bytes, 0, len), bytes_slice(wanted, 0, len))) {
		counts_of(http2)->http2_frame_errors++;
		http2_side_lose(http2, side, 0);
		return 0;
	}
	side->preface_left -= len;
	return len;
}

/* -- in -------------------------------------------------------------------------------- */

size_t http2_side_read(struct http2 *http2, struct http2_side *side, const struct chunk *chunk)
{
	if (side->is_hunting)
		return hunt(http2, side, chunk);
	if (side->preface_left > 0)
		return preface_read(http2, side, chunk->bytes);
	return frames_read(http2, side, chunk->bytes, true);
}

/* Inside a payload: its length is known, the next frame is found. */
static void payload_gap(struct http2 *http2, struct http2_side *side, uint32_t gap_len)
{
	const struct http2_frame *frame = &side->walk.frame;
	uint64_t content;

	if (side->prefix_len < side->prefix_wanted && !side->is_prefix_lost && !side->is_malformed) {
		side->is_prefix_lost = true; /* the padding is unknown: all counts as content */
		side->content_left = side->walk.left;
	}
	content = gap_len < side->content_left ? gap_len : side->content_left;
	side->content_left -= (uint32_t)content;
	side->walk.left -= gap_len;
	if (frame->type == HTTP2_DATA && content > 0)
		http2_data_hole(http2, side, content, gap_len);
	else if (has_block(frame->type) && side->block.is_open)
		block_lose(side, gap_len);
	else if (has_block(frame->type))
		http2_headers_lost(side->headers);
	if (side->walk.left == 0)
		frame_end(http2, side);
}

void http2_side_gap(struct http2 *http2, struct http2_side *side, uint64_t gap_len)
{
	if (!side->is_hunting && side->preface_left == 0 && side->walk.is_inside &&
	    gap_len <= side->walk.left)
		payload_gap(http2, side, (uint32_t)gap_len);
	else
		http2_side_lose(http2, side, gap_len);
}
