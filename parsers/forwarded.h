/*
 * forwarded: who called, when a proxy stands between: X-Forwarded-For, or else
 * Forwarded (RFC 7239). Anybody can write these fields, so they count only when
 * the connection comes from a proxy that the configuration trusts, and only as
 * far as trusted proxies wrote them.
 *
 *	if (forwarded_client(&exchange->request, &policy, &peer, &address)) ...
 *
 * Where both fields stand X-Forwarded-For wins: proxies that write only that one
 * let a Forwarded field of the client's through.
 */
#pragma once

#include "parsers/exchange.h"

enum forwarded_which {
	FORWARDED_RIGHTMOST, /* the last address that no trusted proxy has: nobody else can have written it */
	FORWARDED_LEFTMOST,  /* the first: where the outermost proxy removes what the client sent */
	FORWARDED_HOPS,      /* the one so many from the right; 1 is the last */
};

struct forwarded_policy {
	const struct network *proxies; /* trusted; none: the fields are not looked at */
	size_t proxy_count;
	enum forwarded_which which;
	unsigned hops;
};

bool forwarded_is_proxy(const struct forwarded_policy *policy, const struct address *address);

/* False: no such field, a peer that is not trusted, or no address at that place ("unknown", "_hidden"). */
bool forwarded_client(const struct message *request, const struct forwarded_policy *policy,
		      const struct address *peer, struct address *out_client);
