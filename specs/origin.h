/*
 * origin: where in the world and in whose network an address is, as the user's
 * databases know it. Empty and 0: not known.
 *
 * Lends    texts of the database, as long as that is open.
 */
#pragma once

#include "parsers/base/bytes.h"

struct origin {
	char country[3]; /* ISO 3166-1 alpha-2 */
	uint32_t asn;
	struct bytes organisation; /* of the autonomous system */
	struct bytes isp;
};
