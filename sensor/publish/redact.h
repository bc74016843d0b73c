/*
 * redact: what must not leave in a path, a query or a name is taken out here,
 * before a record is made of it.
 *
 *	path = redact_path(exchange->path, spans, count, &judged->arena);
 *	query = redact_query(exchange->query, &judged->arena);
 *
 * Lends    copies in the arena. Where it has no room they are {NULL, 0}: rather
 *          nothing than something raw.
 */
#pragma once

#include "parsers/base/arena.h"

struct span {
	size_t from, len; /* of the path as sent; what lies past its end is ignored */
};

#define REDACT_MASK "{masked}"

/* Each run of bytes that a span covers becomes {masked}. Spans may touch, overlap and come in any order. */
struct bytes redact_path(struct bytes path, const struct span *spans, size_t count, struct arena *arena);

/* Names only: "a=1&b=2" -> "a=&b="; each name goes through redact_name. */
struct bytes redact_query(struct bytes query, struct arena *arena);

/* The name, or its shape ("user@host" -> "aaaa@aaaa", digits 9) where it looks like a value: six
 * digits, an '@' or more than 64 bytes once percent-decoded. */
struct bytes redact_name(struct bytes name, struct arena *arena);
