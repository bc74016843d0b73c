#include "parsers/content_coding.h"

#include <string.h>
#include <zlib.h>

#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"

#define OUTPUT_STEP 16384

/* windowBits of inflateInit2 (zlib.h): the sign and the +16 choose the wrapper. */
#define WINDOW_RAW  (-MAX_WBITS)
#define WINDOW_ZLIB MAX_WBITS
#define WINDOW_GZIP (MAX_WBITS + 16)

enum coding { CODING_IDENTITY, CODING_GZIP, CODING_DEFLATE, CODING_OTHER };

static enum coding coding_of(struct bytes name)
{
	if (name.len == 0 || bytes_equal_nocase(name, BYTES("identity")))
		return CODING_IDENTITY;
	if (bytes_equal_nocase(name, BYTES("gzip")) || bytes_equal_nocase(name, BYTES("x-gzip")))
		return CODING_GZIP;
	if (bytes_equal_nocase(name, BYTES("deflate")))
		return CODING_DEFLATE;
	return CODING_OTHER;
}

/* RFC 1950 section 2.2: CM is 8 and the two bytes are a multiple of 31. */
static bool looks_like_zlib(struct bytes content)
{
	const unsigned char *at = (const unsigned char *)content.data;

	return content.len >= 2 && (at[0] & 0x0f) == 8 && (at[0] << 8 | at[1]) % 31 == 0;
}

static bool another_member(const z_stream *stream)
{
	return stream->avail_in >= 2 && stream->next_in[0] == 0x1f && stream->next_in[1] == 0x8b;
}

static bool is_over(const struct buffer *output, const z_stream *stream, struct bytes content)
{
	uint64_t read = content.len - stream->avail_in;

	return output->len >= output->bytes_max ||
	       (output->len > LIMIT_RATIO_FROM && output->len / LIMIT_DECODED_RATIO > read);
}

/* One layer. CODING_PARTIAL: the input ended before its own end mark. */
static enum coding_outcome inflate_all(z_stream *stream, struct bytes content, struct buffer *output)
{
	int result = Z_OK;

	while (result == Z_OK) {
		size_t room = output->bytes_max - output->len;

		if (is_over(output, stream, content))
			return CODING_BOMB;
		room = room < OUTPUT_STEP ? room : OUTPUT_STEP;
		if (buffer_reserve(output, room) != STATUS_OK)
			return CODING_BOMB;
		stream->next_out = (unsigned char *)output->data + output->len;
		stream->avail_out = (unsigned)room;
		result = inflate(stream, Z_NO_FLUSH);
		output->len += room - stream->avail_out;
		if (result == Z_STREAM_END && another_member(stream))
			result = inflateReset(stream);
	}
	if (result == Z_STREAM_END)
		return CODING_DECODED;
	return result == Z_BUF_ERROR && output->len > 0 ? CODING_PARTIAL : CODING_BROKEN;
}

static enum coding_outcome inflate_layer(int window, struct bytes content, struct buffer *output)
{
	z_stream stream = {0};
	enum coding_outcome outcome;

	if (content.len > UINT32_MAX || inflateInit2(&stream, window) != Z_OK)
		return CODING_BROKEN;
	stream.next_in = (z_const Bytef *)(uintptr_t)content.data;
	stream.avail_in = (unsigned)content.len;
	outcome = inflate_all(&stream, content, output);
	inflateEnd(&stream);
	return outcome;
}

static enum coding_outcome take_off(enum coding coding, struct bytes content, struct buffer *output)
{
	enum coding_outcome outcome;

	if (coding == CODING_GZIP)
		return inflate_layer(WINDOW_GZIP, content, output);
	if (!looks_like_zlib(content))
		return inflate_layer(WINDOW_RAW, content, output);
	outcome = inflate_layer(WINDOW_ZLIB, content, output);
	if (outcome != CODING_BROKEN)
		return outcome;
	buffer_clear(output);
	return inflate_layer(WINDOW_RAW, content, output);
}

static void wipe(struct buffer *buffer)
{
	if (buffer->data != NULL)
		explicit_bzero(buffer->data, buffer->len);
	buffer_finish(buffer);
}

/* The worse of two: a bomb, then what is missing. */
static enum coding_outcome worse(enum coding_outcome a, enum coding_outcome b)
{
	if (a == CODING_BOMB || b == CODING_BOMB)
		return CODING_BOMB;
	return a == CODING_PARTIAL || b == CODING_PARTIAL ? CODING_PARTIAL : b;
}

static enum coding_outcome decode_layers(const enum coding *layers, size_t count,
					 const struct coding_plan *plan, struct bytes content,
					 struct bytes *out_content)
{
	enum coding_outcome outcome = plan->is_partial ? CODING_PARTIAL : CODING_DECODED;
	struct buffer outputs[LIMIT_CODING_LAYERS] = {0};
	struct bytes decoded = content;

	for (size_t i = count; i > 0 && outcome != CODING_BROKEN; i--) {
		enum coding_outcome layer;

		outputs[i - 1] = BUFFER_MAX(plan->bytes_max);
		layer = take_off(layers[i - 1], decoded, &outputs[i - 1]);
		outcome = layer == CODING_BROKEN && !(plan->is_partial && outputs[i - 1].len > 0)
				  ? CODING_BROKEN
				  : worse(outcome, layer == CODING_BROKEN ? CODING_PARTIAL : layer);
		decoded = buffer_bytes(&outputs[i - 1]);
	}
	*out_content = content;
	if (outcome != CODING_BROKEN) {
		*out_content = arena_copy(plan->arena, decoded);
		if (out_content->data == NULL)
			outcome = CODING_BOMB; /* the exchange's own ceiling */
	}
	for (size_t i = 0; i < count; i++)
		wipe(&outputs[i]);
	return outcome;
}

enum coding_outcome content_decode(const struct bytes *codings, size_t count, const struct coding_plan *plan,
				   struct bytes content, struct bytes *out_content)
{
	enum coding layers[LIMIT_CODING_LAYERS];
	size_t layer_count = 0;

	*out_content = content;
	for (size_t i = 0; i < count; i++) {
		enum coding coding = coding_of(codings[i]);

		if (coding == CODING_IDENTITY)
			continue;
		if (coding == CODING_OTHER || layer_count == LIMIT_CODING_LAYERS)
			return CODING_UNSUPPORTED;
		layers[layer_count++] = coding;
	}
	if (layer_count == 0 || content.len == 0)
		return CODING_NONE;
	return decode_layers(layers, layer_count, plan, content, out_content);
}
