/*
 * content_coding_stream: content codings taken off bytes as they come, for bodies
 * that are too large to keep. What comes out goes to a function, in runs of
 * LIMIT_LONG_PART bytes at most.
 *
 *	stream = coding_stream_new(codings, count, put, context);
 *	is_going_on = coding_stream_take(stream, part);
 *	is_whole = coding_stream_free(stream);
 *
 * It stops for good where the content is broken, or gives little for much: more
 * than LIMIT_DECODE_WASTE bytes beyond what came out of them.
 *
 * Owns     the decoders.
 * Thread   any, one at a time.
 */
#pragma once

#include "parsers/base/bytes.h"

struct coding_stream;

/* False: enough. */
typedef bool coding_put(void *context, struct bytes part);

/* NULL: a coding that is not read, too many of them, or no memory. */
struct coding_stream *coding_stream_new(const struct bytes *codings, size_t count, coding_put *put,
					void *context);
size_t coding_stream_memory(const struct coding_stream *stream); /* at most */

/* False: nothing comes any more. */
bool coding_stream_take(struct coding_stream *stream, struct bytes part);

/* Every coding was read to its end? Accepts NULL. */
bool coding_stream_free(struct coding_stream *stream);
