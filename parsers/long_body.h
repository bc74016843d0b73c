/*
 * long_body: a body larger than what is kept of one, on its way to the session's
 * long_reader: its codings are taken off as it comes, and it has its ceilings
 * (LIMIT_LONG_BYTES, LIMIT_LONG_RATIO, LIMIT_LONG_MEMORY).
 *
 *	body = long_body_new(&plan);			when the ceiling is met
 *	long_body_take(body, kept);			then what comes, in order
 *	long_body_free(body, is_whole);
 *
 * NULL is one that nobody reads: the other two accept it.
 *
 * Owns     the decoders. What the reader made is the exchange's.
 * Thread   one.
 */
#pragma once

#include "parsers/session.h"

struct long_body;

struct long_body_plan {
	const struct long_reader *reader; /* NULL: nobody reads it */
	struct session_counts *counts;
	struct exchange *exchange;
	struct message *message;
	const struct bytes *transfer_codings; /* as in struct message_body */
	size_t transfer_coding_count;
};

struct long_body *long_body_new(const struct long_body_plan *plan);
void long_body_take(struct long_body *body, struct bytes part);

/* is_whole: what was taken is all of it. */
void long_body_free(struct long_body *body, bool is_whole);
