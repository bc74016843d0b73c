/*
 * surroundings: what the user said of the networks around the sensor: which
 * proxies may be believed, through which gateways calls must come, and from
 * where nobody who means well calls. Frozen with the rest of the knowledge.
 */
#pragma once

#include "parsers/forwarded.h"
#include "specs/network_set.h"

struct surroundings {
	struct forwarded_policy forwarded;
	const struct network *gateways;
	size_t gateway_count;
	struct network_set anonymizers; /* Tor exits, VPN and hosting ranges, by lists of the user's */
};
