/*
 * inner_networks: who is inside. What the configuration names; without that the
 * addresses that nobody reaches from outside (RFC 1918, RFC 4193, RFC 3927,
 * RFC 4291, loopback).
 *
 * Lends    the networks of the configuration. Thread: frozen once made.
 */
#pragma once

#include "parsers/base/endpoint.h"

#define INNER_NETWORKS_USUAL 8

struct inner_networks {
	const struct network *named;
	size_t named_count;
	struct network usual[INNER_NETWORKS_USUAL];
};

void inner_networks_init(struct inner_networks *inner, const struct network *named, size_t named_count);
bool inner_networks_have(const struct inner_networks *inner, const struct address *address);
