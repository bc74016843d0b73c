/*
 * http2_head: the fields of one HTTP/2 header block as a request head, a
 * response head or trailers (RFC 9113 section 8).
 */
#pragma once

#include "parsers/http2_headers.h"

struct http2_head {
	struct http2_fields fields;                   /* without pseudo-fields */
	struct bytes method, scheme, authority, path; /* data NULL: not there */
	struct bytes status;
	bool is_known;   /* false: nothing of the block could be decoded */
	bool is_request; /* has a pseudo-field of requests */
	unsigned oddities;
};

/* Takes the pseudo-fields out of `fields`, whose list it changes. */
void http2_head_read(struct http2_fields *fields, struct http2_head *out_head);

/* Is this no answer yet? RFC 9110 section 15.2. */
bool http2_head_is_interim(const struct http2_head *head);

/* Copy the head into the exchange. False: its method or path, or its status, is unknown or missing;
 * then only what is odd is taken. */
bool http2_request_take(struct exchange *exchange, const struct http2_head *head);
bool http2_response_take(struct exchange *exchange, const struct http2_head *head);
void http2_trailers_take(struct exchange *exchange, struct message *message, const struct http2_head *head);
