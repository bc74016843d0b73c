#include "parsers/content_coding.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/content_coding_layer.h"
#include "parsers/content_coding_whole.h"

const struct decoder *decoder_of(struct bytes name)
{
	static const struct {
		struct bytes name;
		const struct decoder *decoder;
	} codings[] = {
		{BYTES_INIT("gzip"), &gzip_decoder}, {BYTES_INIT("x-gzip"), &gzip_decoder},
		{BYTES_INIT("br"), &brotli_decoder}, {BYTES_INIT("deflate"), &zlib_decoder},
		{BYTES_INIT("zstd"), &zstd_decoder},
	};

	for (size_t i = 0; i < sizeof(codings) / sizeof(codings[0]); i++)
		if (bytes_equal_nocase(name, codings[i].name))
			return codings[i].decoder;
	return NULL;
}

/* RFC 1950 section 2.2: CM is 8 and the two bytes are a multiple of 31. */
bool deflate_is_wrapped(struct bytes content)
{
	const unsigned char *at = (const unsigned char *)content.data;

	return content.len >= 2 && (at[0] & 0x0f) == 8 && (at[0] << 8 | at[1]) % 31 == 0;
}

/* Of deflate both kinds are sent, with the zlib wrapper and without. */
static enum coding_outcome take_off(struct layer *layer)
{
	enum coding_outcome outcome;

	if (layer->decoder != &zlib_decoder)
		return layer_decode(layer);
	if (deflate_is_wrapped(layer->content)) {
		outcome = layer_decode(layer);
		if (outcome != CODING_BROKEN)
			return outcome;
		buffer_clear(layer->output);
	}
	layer->decoder = &raw_deflate_decoder;
	return layer_decode(layer);
}

/* The worse of two: a ceiling, then what is missing. */
static enum coding_outcome worse(enum coding_outcome a, enum coding_outcome b)
{
	static const enum coding_outcome worst_first[] = {CODING_BOMB, CODING_COSTLY, CODING_PARTIAL};

	for (size_t i = 0; i < sizeof(worst_first) / sizeof(worst_first[0]); i++)
		if (a == worst_first[i] || b == worst_first[i])
			return worst_first[i];
	return b;
}

static enum coding_outcome decode_layers(const struct decoder *const *decoders, size_t count,
					 struct coding_plan *plan, struct bytes content,
					 struct bytes *out_content)
{
	enum coding_outcome outcome = plan->is_partial ? CODING_PARTIAL : CODING_DECODED;
	struct buffer outputs[LIMIT_CODING_LAYERS] = {0};
	struct bytes decoded = content;

	for (size_t i = count; i > 0 && outcome != CODING_BROKEN; i--) {
		struct layer layer = {.decoder = decoders[i - 1],
				      .content = decoded,
				      .output = &outputs[i - 1],
				      .steps = &plan->steps};
		enum coding_outcome taken;

		outputs[i - 1] = BUFFER_MAX(plan->bytes_max);
		taken = take_off(&layer);
		outcome = taken == CODING_BROKEN && !(plan->is_partial && outputs[i - 1].len > 0)
				  ? CODING_BROKEN
				  : worse(outcome, taken == CODING_BROKEN ? CODING_PARTIAL : taken);
		decoded = buffer_bytes(&outputs[i - 1]);
	}
	*out_content = content;
	/* A ceiling that was met before the first byte came out leaves what was sent. */
	if (outcome != CODING_BROKEN && (outcome != CODING_COSTLY || decoded.len > 0)) {
		*out_content = arena_copy(plan->arena, decoded);
		if (out_content->data == NULL)
			outcome = CODING_BOMB; /* the exchange's own ceiling */
	}
	for (size_t i = 0; i < count; i++)
		buffer_wipe(&outputs[i]);
	return outcome;
}

static bool decode_whole(struct coding_plan *plan, struct bytes content, struct bytes *out_content)
{
	struct unpacker own = {.decompressor = NULL};
	bool is_decoded =
		content_whole_decode(content, plan->bytes_max, plan->unpacker != NULL ? plan->unpacker : &own,
				     plan->arena, &plan->steps, out_content);

	unpacker_finish(&own);
	return is_decoded;
}

enum coding_outcome content_decode(const struct bytes *codings, size_t count, struct coding_plan *plan,
				   struct bytes content, struct bytes *out_content)
{
	const struct decoder *decoders[LIMIT_CODING_LAYERS];
	size_t layer_count = 0;

	*out_content = content;
	for (size_t i = 0; i < count; i++) {
		if (codings[i].len == 0 || bytes_equal_nocase(codings[i], BYTES("identity")))
			continue;
		if (layer_count == LIMIT_CODING_LAYERS)
			return CODING_UNSUPPORTED;
		decoders[layer_count] = decoder_of(codings[i]);
		if (decoders[layer_count++] == NULL)
			return CODING_UNSUPPORTED;
	}
	if (layer_count == 0 || content.len == 0)
		return CODING_NONE;
	if (layer_count == 1 && decoders[0] == &gzip_decoder && !plan->is_partial && !plan->is_stepwise &&
	    decode_whole(plan, content, out_content))
		return CODING_DECODED;
	return decode_layers(decoders, layer_count, plan, content, out_content);
}

bool coding_has_failed(enum coding_outcome outcome)
{
	return outcome == CODING_BROKEN || outcome == CODING_BOMB || outcome == CODING_COSTLY ||
	       outcome == CODING_UNSUPPORTED;
}
