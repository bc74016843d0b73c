/*
 * geo: where an address is, by the user's own MaxMind DB files (country, ASN,
 * ISP; whoever made them). The only file that knows libmaxminddb. Nothing is
 * shipped and nothing fetched: without files nothing is known.
 *
 *	geo_open(&geo, &files, &problems);
 *	geo_find(&geo, &address, &origin);
 *
 * Owns     the open databases. Lends their texts, until geo_close.
 * Thread   reading is shared; a lookup takes no memory and no lock.
 */
#pragma once

#include "parsers/base/endpoint.h"
#include "parsers/base/problem.h"
#include "parsers/base/status.h"
#include "specs/origin.h"

enum geo_kind { GEO_COUNTRY, GEO_ASN, GEO_ISP, GEO_COUNT };

struct geo;

/* By enum geo_kind; NULL: none. A file that cannot be read is a problem, and left out. */
struct geo_files {
	const char *names[GEO_COUNT];
};

MUST_CHECK enum status geo_open(const struct geo_files *files, struct problems *problems,
				struct geo **out_geo);
void geo_close(struct geo *geo); /* accepts NULL */

/* Zeroed where nothing is known; `geo` may be NULL. */
void geo_find(const struct geo *geo, const struct address *address, struct origin *out_origin);
