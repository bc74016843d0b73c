/*
 * content_coding_layer: one content coding taken off, with every ceiling. Each
 * library is a small `struct decoder` that is asked for one bounded step at a
 * time. Used by content_coding*.c only.
 *
 *	layer.decoder = &gzip_decoder;
 *	outcome = layer_decode(&layer);
 *
 * Owns     nothing; the output is the caller's buffer, whose ceiling is its own.
 */
#pragma once

#include "parsers/base/buffer.h"
#include "parsers/exchange.h"

enum decoder_step {
	DECODER_MORE,   /* goes on; no progress at all means that it wants what is not there */
	DECODER_END,    /* the end mark was read */
	DECODER_BROKEN, /* this is no such content, or no memory */
	DECODER_COSTLY, /* asks for more memory than is given */
};

struct decoder {
	void *(*open)(void); /* NULL without memory */
	/* Reads from the front of *content, which it moves on, and writes at most *len bytes; *len is what it
	 * wrote. */
	enum decoder_step (*step)(void *state, struct bytes *content, char *room, size_t *len);
	bool (*again)(void *state, struct bytes rest); /* another member behind the end? Then it begins. */
	void (*close)(void *state);
	size_t memory_max; /* of its state and window */
};

extern const struct decoder gzip_decoder, zlib_decoder, raw_deflate_decoder, brotli_decoder, zstd_decoder;

struct layer {
	const struct decoder *decoder;
	struct bytes content;
	struct buffer *output;
	uint64_t *steps; /* taken so far, of LIMIT_DECODE_STEPS */
};

enum coding_outcome layer_decode(const struct layer *layer);

/* By the name of the coding; NULL: nobody here reads it. Of deflate the one with the zlib wrapper. */
const struct decoder *decoder_of(struct bytes name);

/* Does deflated content have that wrapper? */
bool deflate_is_wrapped(struct bytes content);
