/*
 * http1_head: reads the head of an HTTP/1 message, from the start line to the
 * blank line, into an arena; says how the body is framed and what is odd.
 *
 * A sensor must follow what the server accepted, so nothing in a field line
 * makes it give up: bare LF, bare CR, obs-fold, space before the colon, several
 * Content-Length and bad names are read on, and each is marked as an oddity.
 * A response goes by what clients accept: a bare CR ends a line too, and "chunked"
 * counts wherever it stands among the codings.
 *
 *	len = http1_head_len(run, is_request, &scanned);	0: not yet whole
 *	if (http1_head_read(head, is_request, arena, &out_head)) ...
 *
 * Owns     nothing; everything is in the arena.
 */
#pragma once

#include "parsers/base/limits.h"
#include "parsers/exchange.h"
#include "parsers/http1_look.h"

enum http1_framing {
	HTTP1_NO_BODY,
	HTTP1_LENGTH,
	HTTP1_CHUNKED,
	HTTP1_TO_CLOSE,
	HTTP1_UNKNOWN_LENGTH, /* a Content-Length that is no number */
};

/* What the field lines say about the connection and the body, whatever the message is. */
struct http1_fields {
	struct header *headers;
	size_t header_count;
	unsigned oddities;
	bool has_length, length_is_invalid;
	uint64_t length;
	bool has_transfer;     /* a Transfer-Encoding other than identity */
	bool is_chunked;       /* its last coding is chunked */
	bool has_chunked;      /* a response: one of its codings is */
	bool is_identity_last; /* "identity" was once a coding: some servers let it undo chunked */
	struct bytes transfer_codings[LIMIT_CODING_LAYERS + 1]; /* without chunked, as applied */
	size_t transfer_coding_count;
	bool is_close;      /* Connection: close */
	bool is_keep_alive; /* Connection: keep-alive */
	bool wants_upgrade; /* Connection: upgrade beside an Upgrade field */
};

struct http1_head {
	struct http1_line line;
	struct http1_fields fields;
};

/* Length of the head in `run` with its blank line; 0 when that has not come.
 * *scanned is 0 at first and spares a second look. */
size_t http1_head_len(struct bytes run, bool is_request, size_t *scanned);

/* False without memory. */
bool http1_head_read(struct bytes run, bool is_request, struct arena *arena, struct http1_head *out_head);

/* For a response that http1_head_read has read from `run`. When it says that it is the last of its
 * connection and has odd lines it is read again, as clients do that take the first line that is no
 * field for the body, and a name with a blank before its colon for another name. *out_rest is what
 * stands in `run` behind the head: ordinarily nothing. Not so where the connection goes on: a line of
 * junk must not swallow the exchanges behind it. False without memory. */
bool http1_head_read_last(struct bytes run, struct arena *arena, struct http1_head *head,
			  struct bytes *out_rest);

/* Field lines alone, as of a trailer section; `field_count_max` are kept. False without memory. */
bool http1_fields_read(struct bytes run, size_t field_count_max, struct arena *arena,
		       struct http1_fields *out_fields);

/* RFC 9112 section 6.3. `is_bodiless` is what only the pair knows: an answer to HEAD, 2xx to CONNECT.
 * Adds what is odd about it to *oddities. */
enum http1_framing http1_framing_of(const struct http1_head *head, bool is_request, bool is_bodiless,
				    unsigned *oddities);
