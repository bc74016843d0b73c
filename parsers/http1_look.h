/*
 * http1_look: is this the start of an HTTP/1 message? Asked where a message
 * should begin, and at segment starts where a boundary was lost.
 *
 * Thread   any; it keeps nothing.
 */
#pragma once

#include "parsers/exchange.h"

enum http1_start {
	HTTP1_START_NOT,
	HTTP1_START_MORE, /* it could be: more bytes are needed */
	HTTP1_START_REQUEST,
	HTTP1_START_RESPONSE,
};

struct http1_line {
	struct bytes method, target; /* of a request */
	unsigned status;             /* of a response */
	bool is_odd;                 /* a status line that http1_look would not take */
	bool is_status_odd;          /* its status is not of three digits: what it means is unknown */
	enum http_version version;
};

/* `run` begins at the candidate, without blank lines. *scanned is 0 at first and
 * spares a second look at the same bytes when the run has grown. */
enum http1_start http1_look(struct bytes run, size_t *scanned);

/* The same for a response alone: a request is HTTP1_START_NOT. */
enum http1_start http1_look_response(struct bytes run);

/* Does it begin with a method of IANA's registry (RFC 9110 section 16.1.1) or of UPnP, and a blank? Where a
 * boundary was lost "ET /orders" is the rest of a request, and no method of somebody's own. */
bool http1_look_known_method(struct bytes run);

/* The same where a response is due: anything that could be meant as a status line is one, "HTTP/" and,
 * behind a blank, a digit. */
enum http1_start http1_look_due(struct bytes run);

/* Reads a start line that one of the two accepted, without its line end. */
void http1_line_read(struct bytes line, bool is_request, struct http1_line *out_line);

/* CR and LF at the front: RFC 9112 section 2.2 lets them stand before a request. */
size_t http1_blank_len(struct bytes run);

bool http1_is_token(struct bytes text); /* RFC 9110 section 5.6.2; not empty */
