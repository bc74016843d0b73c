/*
 * http2: an HTTP/2 conversation, both directions of it, into exchanges.
 *
 *	http2 = http2_new(&desk, client, HTTP2_FROM_PREFACE);
 *	http2_feed(http2, &chunk);			finished exchanges go to the desk
 *	http2_free(http2);
 *
 * How it reads: http2_side walks the frames of one direction and glues header
 * blocks together, http2_headers decodes them, http2_head says what they mean,
 * http2_stream puts messages together. A stream names itself in every frame, so
 * loss never pairs a response with a wrong request. What loss takes: the frames
 * in it, the place of the next frame (looked for where TCP segments start), and
 * the header table (http2_headers begins anew).
 *
 * SETTINGS, PING, WINDOW_UPDATE, PRIORITY and unknown frames say nothing about
 * exchanges and are walked over.
 *
 * Owns     its readers, and the exchanges that are not finished.
 * Thread   one.
 */
#pragma once

#include "parsers/session_desk.h"

struct http2;

enum http2_begin {
	HTTP2_FROM_PREFACE, /* the client's first bytes are the preface */
	HTTP2_FROM_UPGRADE, /* after 101: both sides begin, the client with the preface */
	HTTP2_JOINED,       /* midway: who the client is will be told by the fields */
};

/* NULL without memory. */
struct http2 *http2_new(struct session_desk *desk, enum direction client, enum http2_begin begin);
void http2_free(struct http2 *http2); /* hands what is unfinished to the desk; accepts NULL */

/* After an upgrade: the request of `exchange` is stream 1, and its response is to come (RFC 7540
 * section 3.2). Takes the exchange. */
void http2_adopt(struct http2 *http2, struct exchange *exchange);

void http2_feed(struct http2 *http2, const struct chunk *chunk);

/* Goes on where the desk was full. */
void http2_run(struct http2 *http2);
