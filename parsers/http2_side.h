/*
 * http2_side: one direction of an HTTP/2 connection: walks its frames, takes
 * padding and priorities off, glues header blocks together, and knows what a
 * gap can have hidden. Used by http2 only.
 */
#pragma once

#include "parsers/held_chunks.h"
#include "parsers/http2.h"
#include "parsers/http2_frame.h"
#include "parsers/http2_stream.h"

/* A header block between its first frame and END_HEADERS. */
struct http2_block {
	bool is_open;
	bool is_lost; /* bytes of it are missing, or too many: it will not be decoded */
	bool is_cut;  /* too many */
	bool is_malformed;
	bool is_promise, ends_stream;
	uint32_t stream, promised;
	unsigned continuations;
	uint64_t first_ns, gap_len;
	struct buffer bytes; /* what came of it in pieces */
	struct bytes whole;  /* or all of it, in the chunk at hand */
};

struct http2_side {
	uint64_t lost_bytes;           /* at places where anything can have been */
	uint64_t done;                 /* offset up to which it was read */
	uint64_t time_ns, peer_offset; /* of the chunk at hand */
	struct held_chunks held;
	struct buffer tried; /* hunting: what may be frames, and is too short to say */
	struct http2_walk walk;

	/* of the frame that is being read */
	struct http2_block block;
	struct http2_headers *headers;
	uint32_t content_left;   /* payload between prefix and padding */
	unsigned char prefix[6]; /* pad length, priority, promised stream, error code */
	uint8_t prefix_len, prefix_wanted;
	bool is_prefix_lost, is_malformed;

	uint8_t preface_left; /* the client's, still to come */
	bool is_hunting;      /* the frame boundary is unknown */
	bool is_resync;       /* hunting because it was lost */
	bool is_peer_offset_known;
	bool is_over;
	enum direction direction : 8;
};

/* RFC 9113 section 3.4. */
#define HTTP2_PREFACE BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")

struct http2 {
	struct session_desk *desk;
	enum direction client;
	bool is_client_sure;
	struct http2_side sides[2]; /* by enum direction */
	struct http2_streams streams;
	uint32_t client_max, server_max; /* highest streams that each has opened */
	bool may_have_hidden;            /* streams opened where we did not look */
	unsigned goaways;
	unsigned resets; /* by the client, unanswered, since resets_ns */
	uint64_t resets_ns;
};

bool http2_side_init(struct http2_side *side, enum direction direction, bool is_fresh,
		     struct session_counts *counts); /* false without memory */
void http2_side_finish(struct http2_side *side);

/* Reads from the front of chunk->bytes, which is not empty; how much it used. */
size_t http2_side_read(struct http2 *http2, struct http2_side *side, const struct chunk *chunk);
void http2_side_gap(struct http2 *http2, struct http2_side *side, uint64_t gap_len);

/* Anything can have been here: gap_len 0 where the bytes are there but make no sense. */
void http2_side_lose(struct http2 *http2, struct http2_side *side, uint64_t gap_len);

/* What a whole frame or block says; in http2.c. */
void http2_block_done(struct http2 *http2, struct http2_side *side);
void http2_data(struct http2 *http2, struct http2_side *side, struct bytes part);
void http2_data_hole(struct http2 *http2, struct http2_side *side, uint64_t content_len, uint64_t gap_len);
void http2_data_malformed(struct http2 *http2, struct http2_side *side);
void http2_end_stream(struct http2 *http2, struct http2_side *side, uint32_t id);
void http2_reset(struct http2 *http2, struct http2_side *side, uint32_t id);
void http2_goaway(struct http2 *http2, struct http2_side *side, uint32_t last_id);
