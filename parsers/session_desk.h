/*
 * session_desk: what all protocols of one session share: the plan, the numbers
 * of exchanges, and the finished ones that wait to be handed out.
 *
 * Owns     the finished exchanges.
 */
#pragma once

#include "parsers/session.h"

struct session_desk {
	const struct session_plan *plan;
	uint64_t next_number;
	struct endpoint *announced;    /* by the PROXY protocol, before the first exchange; NULL: nobody */
	struct exchange *first, *last; /* finished */
	size_t ready_count;
	uint64_t seen[2]; /* by enum direction: the offset up to which a new parser need not wait for bytes */
};

/* A new exchange with the next number; NULL without memory. */
struct exchange *desk_open(struct session_desk *desk, enum direction client);

/* It is finished: counted, and handed out in this order. */
void desk_close(struct session_desk *desk, struct exchange *exchange, enum exchange_outcome outcome,
		uint64_t time_ns);

/* LIMIT_SESSION_READY exchanges wait: a parser stops until they were handed out. */
bool desk_is_full(const struct session_desk *desk);

/* Takes the newest finished exchange back when it says 101 and the new protocol is `name` (lower
 * case); NULL when it does not. */
struct exchange *desk_take_upgraded(struct session_desk *desk, struct bytes name);

struct exchange *desk_next(struct session_desk *desk);
void desk_finish(struct session_desk *desk); /* accepts zeroed memory */
