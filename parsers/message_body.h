/*
 * message_body: the last step of every body, whatever framed it: what was kept
 * is decoded into the exchange's arena, or becomes the exchange's as it is.
 */
#pragma once

#include "parsers/base/limits.h"
#include "parsers/session.h"

struct message_body {
	struct buffer *kept;                  /* the caller's; empty when it became the exchange's */
	const struct bytes *transfer_codings; /* in the order they were applied, after Content-Encoding */
	size_t transfer_coding_count;         /* at most LIMIT_CODING_LAYERS + 1 */
	uint64_t bytes_max;                   /* of the decoded content */
	const struct long_reader *reader;     /* of what is larger once it is decoded; NULL: nobody */
	struct session_counts *counts;        /* of that */
	struct unpacker *unpacker;            /* of the worker; or NULL */
};

/* Before `part_len` bytes are kept: room for `due` bytes, these among them, and a NUL, but only for a few
 * times what has come: a length is quickly said. Whether there is memory shows when they are kept. */
void message_body_expect(struct buffer *kept, size_t part_len, uint64_t due);

/* The names of all codings of the body, in the order they were applied: at most MESSAGE_CODINGS_MAX. */
#define MESSAGE_CODINGS_MAX (2 * LIMIT_CODING_LAYERS + 2)
size_t message_codings(const struct message *message, const struct bytes *transfer_codings,
		       size_t transfer_coding_count, struct bytes codings[MESSAGE_CODINGS_MAX]);

/* message->body.state and .wire_len are set already; fills in the rest. */
void message_body_set(struct exchange *exchange, struct message *message, const struct message_body *body);
