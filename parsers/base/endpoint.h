/*
 * endpoint: an IP address and a TCP port, as seen in the innermost IP header.
 * IPv4 is kept in its own form, not mapped into IPv6.
 */
#pragma once

#include "parsers/base/bytes.h"

struct address {
	uint8_t bytes[16]; /* network order; IPv4 uses the first four, the rest is zero */
	bool is_ipv6;
};

struct endpoint {
	struct address address;
	uint16_t port;
};

struct network {
	struct address address;
	unsigned prefix_len; /* bits */
};

#define ADDRESS_TEXT_MAX 46 /* INET6_ADDRSTRLEN */

bool address_equal(const struct address *a, const struct address *b);
void address_print(const struct address *address, char text[ADDRESS_TEXT_MAX]);
bool address_read(struct bytes text, struct address *out_address);

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/* "203.0.113.0/24", "2001:db8::/32", or an address alone; host bits must be zero. */
bool network_read(struct bytes text, struct network *out_network);
bool network_contains(const struct network *network, const struct address *address);
