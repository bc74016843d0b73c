/*
 * route: what a path of the admin API names. Partner ids and spec names are
 * short and plain, so that none of them can lead out of the contracts folder.
 *
 *	route_read(BYTES("/v1/partners/acme/specs/orders.yaml"), &route);
 *
 * Lends    parts of the path.
 */
#pragma once

#include "parsers/base/bytes.h"

enum route_kind {
	ROUTE_PARTNERS,
	ROUTE_PARTNER, /* partner */
	ROUTE_SPEC,    /* partner, spec */
	ROUTE_INVENTORY,
	ROUTE_FINDINGS,
	ROUTE_USAGE,
	ROUTE_COVERAGE,
	ROUTE_METRICS,
	ROUTE_HEALTH,
};

struct route {
	enum route_kind kind;
	struct bytes partner, spec;
	bool is_versions; /* …/versions: the list of them */
};

bool route_read(struct bytes path, struct route *out_route);

/* Letters, digits, dot, dash and underscore; begins with a letter or digit; no two dots in a row. */
#define ROUTE_ID_LEN_MAX   64
#define ROUTE_SPEC_LEN_MAX 128
bool route_is_id(struct bytes text);
bool route_is_spec(struct bytes text); /* as an id, ends in .yaml, .yml, .json or .xml; not tiers, not risk */
