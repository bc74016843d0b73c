/*
 * http1: an HTTP/1.0 or 1.1 conversation, both directions of it, into exchanges.
 *
 *	http1 = http1_new(&desk, client, is_joined);
 *	http1_feed(http1, &chunk);			finished exchanges go to the desk
 *	if (http1_mode(http1) != HTTP1_TALKS)
 *		while (http1_rest(http1, &chunk)) ...	what follows the upgrade
 *	http1_free(http1);
 *
 * How it reads: each direction hunts for, collects and reads a head
 * (http1_look, http1_head), then the body (http1_body). http1_pair decides what
 * answers what. A direction waits where only the other one can tell how to go
 * on: a client behind CONNECT or Upgrade, a response seen before its request.
 *
 * Owns     its readers, what waits, and the exchanges that are not finished.
 * Thread   one.
 */
#pragma once

#include "parsers/session_desk.h"

struct http1;

enum http1_mode {
	HTTP1_TALKS,
	HTTP1_UPGRADED, /* after 101: another protocol */
	HTTP1_TUNNEL,   /* after CONNECT 2xx: any protocol, from its start */
	HTTP1_FAILED,   /* no memory */
};

/* `is_joined`: its first bytes may be the middle of a message. NULL without memory. */
struct http1 *http1_new(struct session_desk *desk, enum direction client, bool is_joined);
void http1_free(struct http1 *http1); /* hands what is unfinished to the desk; accepts NULL */

void http1_feed(struct http1 *http1, const struct chunk *chunk);

/* Goes on where the desk was full. False when there was nothing to go on with. */
bool http1_run(struct http1 *http1);

enum http1_mode http1_mode(const struct http1 *http1);

/* Both directions have ended, and all that they sent was read. */
bool http1_is_over(const struct http1 *http1);

/* What waits when HTTP is over, the client's first. Lent until the next call. */
bool http1_rest(struct http1 *http1, struct chunk *out_chunk);
