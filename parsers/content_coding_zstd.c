/*
 * Zstandard (RFC 8878). RFC 9659: a content coding may ask for a window of 8 MiB
 * at most; a frame that asks for more is CODING_COSTLY.
 */
#include <zstd.h>
#include <zstd_errors.h>

#include "parsers/content_coding_layer.h"

#define WINDOW_LOG_MAX 23

static void *make(void)
{
	ZSTD_DCtx *context = ZSTD_createDCtx();

	if (context != NULL &&
	    ZSTD_isError(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX))) {
		ZSTD_freeDCtx(context);
		return NULL;
	}
	return context;
}

static enum decoder_step step(void *state, struct bytes *content, char *room, size_t *len)
{
	ZSTD_inBuffer in = {.src = content->data, .size = content->len};
	ZSTD_outBuffer out = {.dst = room, .size = *len};
	size_t result = ZSTD_decompressStream(state, &out, &in);

	*content = bytes_from(*content, in.pos);
	*len = out.pos;
	if (result == 0)
		return DECODER_END;
	if (!ZSTD_isError(result))
		return DECODER_MORE;
	return ZSTD_getErrorCode(result) == ZSTD_error_frameParameter_windowTooLarge ? DECODER_COSTLY
										     : DECODER_BROKEN;
}

/* RFC 8878 section 3.1: frames and skippable frames (0x184D2A50 to 5F) simply follow one another. */
static bool again(void *state, struct bytes rest)
{
	(void)state;
	return bytes_starts(rest, BYTES("\x28\xb5\x2f\xfd")) ||
	       (rest.len >= 4 && ((unsigned char)rest.data[0] & 0xf0) == 0x50 &&
		bytes_starts(bytes_from(rest, 1), BYTES("\x2a\x4d\x18")));
}

static void discard(void *state)
{
	ZSTD_freeDCtx(state);
}

const struct decoder zstd_decoder = {make, step, again, discard};
