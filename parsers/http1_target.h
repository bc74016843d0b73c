/*
 * http1_target: the request target in its four forms (RFC 9112 section 3.2)
 * and the Host field, into scheme, host, port, path and query.
 */
#pragma once

#include "parsers/exchange.h"

/* Reads exchange->target, ->method and the Host field of exchange->request; nothing is
 * copied but the host, which is made lower case in the arena. */
void http1_target_read(struct exchange *exchange);

/* The same where the target comes in parts (HTTP/2): exchange->target is the path with its query,
 * `authority` stands alone. */
void http1_target_read_parts(struct exchange *exchange, struct bytes authority);
