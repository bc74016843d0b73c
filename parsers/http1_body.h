/*
 * http1_body: where the body of an HTTP/1 message ends, and what was in it.
 * A told length is counted down here; chunks are left to llhttp. This is
 * the one file that knows it: it is given a head of our own making ("chunked",
 * nothing else): so what is odd in a real head can never stop it, and it never
 * guesses at upgrades, CONNECT or keep-alive. The same goes for what stands
 * between the data of chunks.
 *
 *	body = http1_body_new(&plan);
 *	switch (http1_body_feed(body, bytes, &used)) ...
 *	http1_body_close(body, end, codings, exchange, message);
 *	http1_body_free(body);
 *
 * Owns     the bytes kept, until http1_body_close gives them to the exchange.
 * Thread   one.
 */
#pragma once

#include "parsers/http1_head.h"
#include "parsers/long_body.h"

struct http1_body;

struct http1_body_plan {
	enum http1_framing framing; /* HTTP1_LENGTH, HTTP1_CHUNKED or HTTP1_TO_CLOSE */
	uint64_t length;            /* HTTP1_LENGTH: above 0 */
	bool is_request;
	uint64_t bytes_max;           /* kept */
	uint64_t *all_now;            /* kept by all bodies of the worker; NULL: nobody counts */
	struct unpacker *unpacker;    /* of the worker; or NULL */
	struct long_body_plan larger; /* what is done where it is larger; .reader NULL: nothing */
};

enum http1_body_step {
	HTTP1_BODY_MORE,
	HTTP1_BODY_DONE,   /* its last byte was read */
	HTTP1_BODY_BROKEN, /* chunk framing that cannot be followed even leniently */
};

/* Is it in llhttp's own table of HTTP methods? */
bool http1_method_is_known(struct bytes method);

/* A response, or a request with such a method: where the boundary is unknown it is a better
 * start than an older one that is still undecided. */
bool http1_is_sure_start(struct bytes run);

/* How the message that the body belongs to was over. */
enum http1_end {
	HTTP1_END_WHOLE,
	HTTP1_END_GAP,       /* its boundary was lost */
	HTTP1_END_CUT,       /* the connection ended first */
	HTTP1_END_MALFORMED, /* the parser gave up */
};

struct http1_body *http1_body_new(const struct http1_body_plan *plan); /* NULL without memory */
void http1_body_free(struct http1_body *body);                         /* wipes; accepts NULL */

/* *out_used bytes belonged to the body and its framing. */
enum http1_body_step http1_body_feed(struct http1_body *body, struct bytes bytes, size_t *out_used);

/* `gap_len` bytes are lost. HTTP1_BODY_BROKEN: they are not all inside the body's data, its end is lost. */
enum http1_body_step http1_body_skip(struct http1_body *body, uint64_t gap_len);

/* The direction ended with FIN here: true when that is how this body ends. */
bool http1_body_ends_at_close(const struct http1_body *body);

/* Decodes, and fills message->body, adds trailers and oddities to the message. */
void http1_body_close(struct http1_body *body, enum http1_end end, const struct http1_fields *fields,
		      struct exchange *exchange, struct message *message);
