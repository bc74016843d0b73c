#include "parsers/content_coding_stream.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/content_coding_layer.h"

/* What is read of a decoder at a time: as in content_coding_layer.c. */
#define STEP_INPUT (4 * KIB)

/* The longest mark that another member begins with. */
#define MARK_LEN 4

struct stage {
	const struct decoder *decoder;
	void *state; /* NULL: nothing came yet */
	uint64_t read, written;
	bool is_ended;       /* the end mark was read; behind it another member may begin */
	bool is_done;        /* none did: what else comes is rubbish, and tolerated */
	char mark[MARK_LEN]; /* its first bytes */
	size_t mark_len;
};

struct coding_stream {
	struct stage stages[LIMIT_CODING_LAYERS]; /* the first is taken off first */
	size_t count;
	coding_put *put;
	void *context;
	bool is_over; /* broken, costly, or enough */
};

struct coding_stream *coding_stream_new(const struct bytes *codings, size_t count, coding_put *put,
					void *context)
{
	struct coding_stream *stream;

	if (count > LIMIT_CODING_LAYERS)
		return NULL;
	stream = calloc(1, sizeof(*stream));
	if (stream == NULL)
		return NULL;
	stream->put = put;
	stream->context = context;
	for (size_t i = count; i > 0; i--) {
		stream->stages[stream->count].decoder = decoder_of(codings[i - 1]);
		if (stream->stages[stream->count++].decoder == NULL) {
			free(stream);
			return NULL;
		}
	}
	return stream;
}

size_t coding_stream_memory(const struct coding_stream *stream)
{
	size_t memory = sizeof(*stream);

	for (size_t i = 0; i < stream->count; i++)
		memory += stream->stages[i].decoder->memory_max;
	return memory;
}

bool coding_stream_free(struct coding_stream *stream)
{
	bool is_whole;

	if (stream == NULL)
		return false;
	is_whole = !stream->is_over;
	for (size_t i = 0; i < stream->count; i++) {
		struct stage *stage = &stream->stages[i];

		is_whole = is_whole && stage->is_ended;
		if (stage->state != NULL)
			stage->decoder->close(stage->state);
	}
	explicit_bzero(stream, sizeof(*stream));
	free(stream);
	return is_whole;
}

static bool stage_begin(struct stage *stage, struct bytes part)
{
	if (stage->decoder == &zlib_decoder && !deflate_is_wrapped(part))
		stage->decoder = &raw_deflate_decoder;
	stage->state = stage->decoder->open();
	return stage->state != NULL;
}

static bool stage_take(struct coding_stream *stream, size_t index, struct bytes part);

static bool put(struct coding_stream *stream, size_t index, struct bytes part)
{
	if (part.len == 0)
		return true;
	return index < stream->count ? stage_take(stream, index, part) : stream->put(stream->context, part);
}

/* All that comes out of the front of *part, up to an end mark. False: broken, costly or enough. */
static bool decode(struct coding_stream *stream, size_t index, struct bytes *part)
{
	struct stage *stage = &stream->stages[index];
	char room[LIMIT_LONG_PART];
	size_t len = 0;

	do {
		struct bytes front = bytes_slice(*part, 0, STEP_INPUT);
		const char *start = front.data;
		enum decoder_step step;

		len = sizeof(room);
		step = stage->decoder->step(stage->state, &front, room, &len);
		stage->read += (uint64_t)(front.data - start);
		stage->written += len;
		*part = bytes_from(*part, (size_t)(front.data - start));
		if (!put(stream, index + 1, (struct bytes){room, len}) || step == DECODER_BROKEN ||
		    step == DECODER_COSTLY ||
		    (stage->read > stage->written && stage->read - stage->written > LIMIT_DECODE_WASTE))
			return false;
		stage->is_ended = step == DECODER_END;
		if (len == 0 && front.data == start && part->len > 0 && !stage->is_ended)
			return false; /* it does not move */
	} while (!stage->is_ended && (part->len > 0 || len == sizeof(room)));
	return true;
}

/* Behind an end: another member begins when its mark is there. */
static void stage_again(struct stage *stage, struct bytes *part)
{
	while (stage->mark_len < MARK_LEN && part->len > 0) {
		stage->mark[stage->mark_len++] = part->data[0];
		*part = bytes_from(*part, 1);
	}
	if (stage->mark_len < MARK_LEN)
		return;
	stage->is_ended = !stage->decoder->again(stage->state, (struct bytes){stage->mark, MARK_LEN});
	stage->is_done = stage->is_ended;
}

static bool stage_take(struct coding_stream *stream, size_t index, struct bytes part)
{
	struct stage *stage = &stream->stages[index];

	if (stage->state == NULL && !stage_begin(stage, part))
		return false;
	while (part.len > 0 && !stage->is_done) {
		struct bytes mark = {stage->mark, MARK_LEN};
		bool is_again = stage->is_ended;

		if (is_again)
			stage_again(stage, &part);
		if (stage->is_ended)
			continue; /* the mark may go on */
		if (is_again)
			stage->mark_len = 0;
		if (!decode(stream, index, is_again ? &mark : &part))
			return false;
	}
	return true;
}

bool coding_stream_take(struct coding_stream *stream, struct bytes part)
{
	if (!stream->is_over)
		stream->is_over = !put(stream, 0, part);
	return !stream->is_over;
}
