/*
 * Zstandard (RFC 8878). RFC 9659: a content coding may ask for a window of 8 MiB
 * at most; a frame that asks for more is CODING_COSTLY.
 */
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "parsers/base/limits.h"
#include "parsers/content_coding_layer.h"

#define WINDOW_LOG_MAX 23

/* The window, a block on either side of it, and the tables. */
#define MEMORY_MAX ((1 << WINDOW_LOG_MAX) + MIB)

struct frames {
	ZSTD_DCtx *context;
	bool is_begun;
};

static void discard(void *state)
{
	struct frames *frames = state;

	ZSTD_freeDCtx(frames->context);
	free(frames);
}

static void *make(void)
{
	struct frames *frames = calloc(1, sizeof(*frames));

	if (frames == NULL)
		return NULL;
	frames->context = ZSTD_createDCtx();
	if (frames->context != NULL &&
	    !ZSTD_isError(ZSTD_DCtx_setParameter(frames->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX)))
		return frames;
	discard(frames);
	return NULL;
}

/* RFC 8878 section 3.1: frames and skippable frames (0x184D2A50 to 5F) simply follow one another. */
static bool is_frame(struct bytes rest)
{
	return bytes_starts(rest, BYTES("\x28\xb5\x2f\xfd")) ||
	       (rest.len >= 4 && ((unsigned char)rest.data[0] & 0xf0) == 0x50 &&
		bytes_starts(bytes_from(rest, 1), BYTES("\x2a\x4d\x18")));
}

static bool again(void *state, struct bytes rest)
{
	(void)state;
	return is_frame(rest);
}

static enum decoder_step step(void *state, struct bytes *content, char *room, size_t *len)
{
	struct frames *frames = state;
	ZSTD_inBuffer in = {.src = content->data, .size = content->len};
	ZSTD_outBuffer out = {.dst = room, .size = *len};
	size_t result;

	/* The library also reads formats older than the standard, and not always in the same way twice. */
	if (!frames->is_begun && content->len >= 4 && !is_frame(*content)) {
		*len = 0;
		return DECODER_BROKEN;
	}
	frames->is_begun = true;
	result = ZSTD_decompressStream(frames->context, &out, &in);
	*content = bytes_from(*content, in.pos);
	*len = out.pos;
	if (result == 0)
		return DECODER_END;
	if (!ZSTD_isError(result))
		return DECODER_MORE;
	return ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge ? DECODER_COSTLY
										     : DECODER_BROKEN;
}

const struct decoder zstd_decoder = {make, step, again, discard, MEMORY_MAX};
