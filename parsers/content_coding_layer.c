#include "parsers/content_coding_layer.h"

#include "parsers/base/limits.h"

/* What one step may read and write: so much work at most lies between two looks at the ceilings. */
#define STEP_INPUT  (4 * KIB)
#define STEP_OUTPUT (16 * KIB)

static bool is_bomb(const struct buffer *output, size_t read)
{
	return output->len >= output->bytes_max ||
	       (output->len > LIMIT_RATIO_FROM && output->len / LIMIT_DECODED_RATIO > read);
}

/* Empty blocks, members and tables that serve one byte cost time and give nothing. */
static bool is_costly(const struct layer *layer, size_t read)
{
	return *layer->steps >= LIMIT_DECODE_STEPS ||
	       (read > layer->output->len && read - layer->output->len > LIMIT_DECODE_WASTE);
}

/* One step over the front of *rest. */
static enum decoder_step take_step(const struct layer *layer, void *state, struct bytes *rest)
{
	struct buffer *output = layer->output;
	size_t len = output->bytes_max - output->len;
	struct bytes front = bytes_slice(*rest, 0, STEP_INPUT);
	enum decoder_step step;

	len = len < STEP_OUTPUT ? len : STEP_OUTPUT;
	if (buffer_reserve(output, len) != STATUS_OK)
		return DECODER_COSTLY;
	step = layer->decoder->step(state, &front, output->data + output->len, &len);
	output->len += len;
	*rest = bytes_from(*rest, (size_t)(front.data - rest->data));
	++*layer->steps;
	return step;
}

static enum coding_outcome run(const struct layer *layer, void *state)
{
	struct buffer *output = layer->output;
	struct bytes rest = layer->content;
	enum decoder_step step = DECODER_MORE;

	while (step == DECODER_MORE) {
		size_t read = layer->content.len - rest.len, written = output->len;

		if (is_bomb(output, read))
			return CODING_BOMB;
		if (is_costly(layer, read))
			return CODING_COSTLY;
		step = take_step(layer, state, &rest);
		if (step == DECODER_MORE && rest.len == layer->content.len - read && output->len == written)
			return output->len > 0 ? CODING_PARTIAL : CODING_BROKEN;
		if (step == DECODER_END && layer->decoder->again(state, rest))
			step = DECODER_MORE;
	}
	if (step == DECODER_END)
		return CODING_DECODED;
	return step == DECODER_COSTLY ? CODING_COSTLY : CODING_BROKEN;
}

enum coding_outcome layer_decode(const struct layer *layer)
{
	void *state = layer->decoder->open();
	enum coding_outcome outcome;

	if (state == NULL)
		return CODING_BROKEN;
	outcome = run(layer, state);
	layer->decoder->close(state);
	return outcome;
}
