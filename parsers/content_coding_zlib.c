/* gzip (RFC 1952), zlib (RFC 1950) and bare deflate (RFC 1951). */
#include <stdlib.h>
#include <zlib.h>

#include "parsers/base/limits.h"
#include "parsers/content_coding_layer.h"

/* windowBits of inflateInit2 (zlib.h): the sign and the +16 choose the wrapper. */
#define WINDOW_RAW  (-MAX_WBITS)
#define WINDOW_ZLIB MAX_WBITS
#define WINDOW_GZIP (MAX_WBITS + 16)

/* zconf.h: the window and some 7 KiB of state; with malloc's own. */
#define MEMORY_MAX (48 * KIB)

static void *open_window(int window)
{
	z_stream *stream = calloc(1, sizeof(*stream));

	if (stream == NULL || inflateInit2(stream, window) == Z_OK)
		return stream;
	free(stream);
	return NULL;
}

static void *open_gzip(void)
{
	return open_window(WINDOW_GZIP);
}

static void *open_zlib(void)
{
	return open_window(WINDOW_ZLIB);
}

static void *open_raw(void)
{
	return open_window(WINDOW_RAW);
}

static enum decoder_step step(void *state, struct bytes *content, char *room, size_t *len)
{
	z_stream *stream = state;
	int result;

	stream->next_in = (z_const Bytef *)(uintptr_t)content->data;
	stream->avail_in = (unsigned)content->len;
	stream->next_out = (unsigned char *)room;
	stream->avail_out = (unsigned)*len;
	result = inflate(stream, Z_NO_FLUSH);
	*content = bytes_from(*content, content->len - stream->avail_in);
	*len -= stream->avail_out;
	if (result == Z_STREAM_END)
		return DECODER_END;
	return result == Z_OK || result == Z_BUF_ERROR ? DECODER_MORE : DECODER_BROKEN;
}

/* RFC 1952 section 2.2: members simply follow one another. */
static bool another_member(void *state, struct bytes rest)
{
	return bytes_starts(rest, BYTES("\x1f\x8b")) && inflateReset(state) == Z_OK;
}

static bool never_again(void *state, struct bytes rest)
{
	(void)state;
	(void)rest;
	return false;
}

static void close_stream(void *state)
{
	inflateEnd(state);
	free(state);
}

const struct decoder gzip_decoder = {open_gzip, step, another_member, close_stream, MEMORY_MAX};
const struct decoder zlib_decoder = {open_zlib, step, never_again, close_stream, MEMORY_MAX};
const struct decoder raw_deflate_decoder = {open_raw, step, never_again, close_stream, MEMORY_MAX};
