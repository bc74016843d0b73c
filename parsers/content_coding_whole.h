/*
 * content_coding_whole: a gzip body that is all there, unpacked in one go by libdeflate, which takes a third
 * of zlib's time. It takes only what can come near no ceiling (content_coding.h) and has one member with a
 * plain header; whatever else, and what is wrong in any way, is left to the steps of
 * content_coding_layer.
 *
 *	if (!content_whole_decode(content, bytes_max, &unpacker, arena, &steps, &decoded))
 *		... step by step
 *
 * What both take they unpack to the same bytes. A few code tables that no packer writes and zlib refuses (a
 * repeat of lengths that goes on behind the last code: RFC 1951 section 3.2.7) are read here; the checksum
 * vouches for what comes out.
 *
 * Owns     the unpacker's working memory, which holds the code tables of the last body and nothing of its
 *          text. The decoded content is in the arena.
 * Thread   one unpacker, one thread.
 */
#pragma once

#include "parsers/base/arena.h"

/* Zeroed at first; libdeflate's memory is taken with the first body, and used for one after the other. */
struct unpacker {
	struct libdeflate_decompressor *decompressor;
};

void unpacker_finish(struct unpacker *unpacker); /* leaves it zeroed */

/* `steps` is added to as the steps would have done. */
bool content_whole_decode(struct bytes content, uint64_t bytes_max, struct unpacker *unpacker,
			  struct arena *arena, uint64_t *steps, struct bytes *out_decoded);
