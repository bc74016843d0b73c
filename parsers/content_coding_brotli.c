/*
 * Brotli (RFC 7932). Its window is 16 MiB at most; the "large window" extension,
 * with up to 1 GiB, is off unless asked for, and broken content here.
 */
#include <brotli/decode.h>

#include "parsers/base/limits.h"
#include "parsers/content_coding_layer.h"

/* The window and the code tables. */
#define MEMORY_MAX (17 * MIB)

static void *make(void)
{
	return BrotliDecoderCreateInstance(NULL, NULL, NULL);
}

static enum decoder_step step(void *state, struct bytes *content, char *room, size_t *len)
{
	const uint8_t *in = (const uint8_t *)content->data;
	uint8_t *out = (uint8_t *)room;
	size_t in_left = content->len, out_left = *len;
	BrotliDecoderResult result =
		BrotliDecoderDecompressStream(state, &in_left, &in, &out_left, &out, NULL);

	*content = bytes_from(*content, content->len - in_left);
	*len -= out_left;
	if (result == BROTLI_DECODER_RESULT_SUCCESS)
		return DECODER_END;
	return result == BROTLI_DECODER_RESULT_ERROR ? DECODER_BROKEN : DECODER_MORE;
}

static bool again(void *state, struct bytes rest)
{
	(void)state;
	(void)rest;
	return false;
}

static void discard(void *state)
{
	BrotliDecoderDestroyInstance(state);
}

const struct decoder brotli_decoder = {make, step, again, discard, MEMORY_MAX};
