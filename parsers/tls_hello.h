/*
 * tls_hello: what the first bytes of a TLS connection say in clear: that it is
 * TLS, and which server name the client asks for (RFC 8446 section 4.1.2, RFC 6066
 * section 3).
 *
 * Lends    the name, a view into the bytes given.
 */
#pragma once

#include "parsers/base/bytes.h"

struct tls_hello {
	bool is_client;
	uint16_t version;         /* legacy_version of the hello: 0x0303 for TLS 1.2 and 1.3 */
	struct bytes server_name; /* host_name of server_name; empty when there is none, or it is cut off */
};

/* True when `run`, the first bytes of one direction, begin a ClientHello or a ServerHello. */
bool tls_hello_read(struct bytes run, struct tls_hello *out_hello);
