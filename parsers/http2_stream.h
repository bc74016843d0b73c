/*
 * http2_stream: the open streams of one connection, each an exchange that is
 * not finished. Used by http2 and http2_side only.
 *
 * Owns     the streams and their exchanges, until they are closed.
 */
#pragma once

#include "parsers/base/buffer.h"
#include "parsers/base/map.h"
#include "parsers/http2_head.h"
#include "parsers/long_body.h"
#include "parsers/session_desk.h"

/* One message of a stream. */
struct http2_half {
	bool has_begun;
	bool has_head; /* known or not */
	bool is_over;  /* END_STREAM was seen */
	bool is_unknown, is_malformed;
	bool is_adopted; /* came whole from HTTP/1 */
	bool is_cut, is_holed;
	uint64_t lost_at; /* what its direction had lost when it began */
	uint64_t wire_len;
	uint64_t due; /* bytes in all, as it was said; 0: it was not */
	struct buffer kept;
	struct long_body *larger; /* NULL: not yet, or nobody reads it */
};

struct http2_stream {
	uint32_t id;
	struct exchange *exchange;
	struct http2_half request, response;
	bool is_reset;       /* by the client: an answer may be on its way */
	bool is_after_loss;  /* the client's direction had lost bytes before the stream was seen */
	uint64_t wait_until; /* client's offset up to which the request may still come */
	uint64_t charged;    /* bytes of it in streams->bytes */
	uint64_t last_ns;
};

#define HTTP2_CLOSED_KEPT 64
#define HTTP2_RESET_KEPT  16

/* Streams that few connections ever have. */
struct http2_gone {
	uint32_t closed[HTTP2_CLOSED_KEPT]; /* closed before their end: late frames are no news */
	uint32_t reset[HTTP2_RESET_KEPT];   /* by the client, not answered: a ring */
	unsigned closed_next, reset_next;
};

struct http2_streams {
	struct session_desk *desk;
	enum direction client;
	struct map map;          /* of struct http2_stream, by id; the longest untouched first */
	uint64_t bytes;          /* kept of bodies and heads of open streams */
	const uint64_t *lost[2]; /* by enum direction: bytes lost at unknown places so far */
	uint64_t time_ns;
	struct http2_gone *gone; /* NULL: none yet */
};

void http2_streams_init(struct http2_streams *streams, struct session_desk *desk, enum direction client);
void http2_streams_finish(struct http2_streams *streams); /* closes all */

struct http2_stream *http2_streams_find(struct http2_streams *streams, uint32_t id);

/* A new one; NULL without memory. At LIMIT_STREAMS the longest untouched is given up. `exchange` is
 * NULL, or what becomes the stream's. */
struct http2_stream *http2_streams_open(struct http2_streams *streams, uint32_t id,
					struct exchange *exchange);

/* Hands the exchange to the desk; EXCHANGE_COMPLETE: the messages say how it went. */
void http2_streams_close(struct http2_streams *streams, struct http2_stream *stream,
			 enum exchange_outcome reason);
/* The client takes its request back. The server may have answered before it knows: the last few wait. */
void http2_streams_reset(struct http2_streams *streams, struct http2_stream *stream);
void http2_streams_close_all(struct http2_streams *streams);
bool http2_streams_was_closed(const struct http2_streams *streams, uint32_t id);

/* The first byte of a message, or of what is left of it, was seen. */
void http2_stream_begin(struct http2_streams *streams, struct http2_stream *stream, bool is_request,
			uint64_t first_ns);

/* A head of the message: sets what is known of it. */
void http2_stream_head(struct http2_streams *streams, struct http2_stream *stream, bool is_request,
		       const struct http2_head *head);

void http2_stream_data(struct http2_streams *streams, struct http2_stream *stream, bool is_request,
		       struct bytes part);
void http2_stream_hole(struct http2_stream *stream, bool is_request, uint64_t content_len, uint64_t gap_len);

/* END_STREAM. */
void http2_stream_end(struct http2_streams *streams, struct http2_stream *stream, bool is_request);
