/*
 * proxy_protocol: what a load balancer says before the first byte of HTTP about
 * who called (HAProxy's "The PROXY protocol", versions 1 and 2).
 *
 * It reads; whether the sender may be believed is for others to say.
 */
#pragma once

#include "parsers/base/endpoint.h"

enum proxy_look {
	PROXY_NO,   /* this begins with something else */
	PROXY_MORE, /* it may still become a header */
	PROXY_YES,
};

/* The longest header that is read: version 2 may carry certificates' names and more behind the addresses. */
#define PROXY_HEADER_MAX 4096

/* *out_len: bytes of the header. *out_client: port and address 0 when it names none (LOCAL, UNKNOWN, UNIX),
 * and *out_has_client false. */
enum proxy_look proxy_protocol_read(struct bytes run, size_t *out_len, bool *out_has_client,
				    struct endpoint *out_client);
