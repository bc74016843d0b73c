/*
 * http2_headers: the header compression (HPACK, RFC 7541) of one direction, read
 * by parsers/hpack.h.
 *
 * The dynamic table is a memory of everything sent so far. Where we did not see
 * everything, it is *seeded*: filled with placeholders, older than all that comes. HPACK counts from the
 *newest entry, so a reference to what we saw is exact, and one to what we did not see gives a placeholder: a
 *field that is unknown, never one that is wrong. After the loss of a single byte of a block it is seeded
 *again.
 *
 * SETTINGS_HEADER_TABLE_SIZE needs no watching: an encoder that changes the size
 * of its table has to say so in its next block (RFC 7541 section 4.2). We do what
 * the blocks say, up to LIMIT_HPACK_TABLE. So SETTINGS, their ACKs, and
 * HTTP2-Settings may be lost without harm, and can never be applied too early.
 *
 *	headers = http2_headers_new(is_seeded, counts);
 *	if (http2_headers_decode(headers, block, offset, &arena, &fields)) ...
 *	http2_headers_forget(headers);		the fields are no longer needed
 *	http2_headers_lost(headers);		bytes of a block were not seen
 *
 * Owns     the dynamic table.
 * Lends    the fields, until http2_headers_forget and as long as block and arena are there.
 * Thread   one.
 */
#pragma once

#include "parsers/hpack.h"
#include "parsers/session.h"

struct http2_headers;

struct http2_fields {
	struct hpack_field *list;
	size_t count;
	size_t unknown_count; /* fields that are in the block but not in the list */
	bool is_cut;          /* fields beyond LIMIT_HEAD_FIELDS or LIMIT_HEAD_BYTES were dropped */
};

/* NULL without memory. */
struct http2_headers *http2_headers_new(bool is_seeded, struct session_counts *counts);
void http2_headers_free(struct http2_headers *headers); /* accepts NULL */

/* A whole block, glued together; `offset` is how much of the direction was read so far. What of the
 * fields lies nowhere yet is put into the arena. False: what is in it is unknown. */
bool http2_headers_decode(struct http2_headers *headers, struct bytes block, uint64_t offset,
			  struct arena *arena, struct http2_fields *out_fields);
void http2_headers_forget(struct http2_headers *headers);

/* A block, or a part of one, was not seen, or will not be decoded. */
void http2_headers_lost(struct http2_headers *headers);
