/*
 * message_body: the last step of every body, whatever framed it: what was kept
 * is decoded into the exchange's arena.
 */
#pragma once

#include "parsers/exchange.h"

struct message_body {
	struct bytes kept;                    /* lent by the caller */
	const struct bytes *transfer_codings; /* in the order they were applied, after Content-Encoding */
	size_t transfer_coding_count;         /* at most LIMIT_CODING_LAYERS + 1 */
	uint64_t bytes_max;                   /* of the decoded content */
};

/* message->body.state and .wire_len are set already; fills in the rest. */
void message_body_set(struct exchange *exchange, struct message *message, const struct message_body *body);
