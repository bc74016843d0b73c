/*
 * actors: what one client or account does within ten minutes that no program
 * of a partner does: failing at many accounts, asking for what is not there,
 * walking through ids.
 *
 * Owns     a count a source, credential and account, LIMIT_ACTORS of each; the longest silent goes.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/recall.h"

#define ACTORS_WINDOW_NS (600ull * 1000000000ull)
#define ACTORS_FAILURES  20  /* failed logins of one source, or at one account */
#define ACTORS_ACCOUNTS  20  /* accounts that one source fails at */
#define ACTORS_MISSES    30  /* paths that are not there */
#define ACTORS_REFUSALS  10  /* operations that refuse one credential */
#define ACTORS_OBJECTS   50  /* objects of one operation that the partner was never given */
#define ACTORS_TOKENS    100 /* tokens made for one client */
#define ACTORS_CODES     20  /* one-time codes asked for by one client */
#define ACTORS_ADDRESSES 20  /* addresses that one credential is used from */

struct actors {
	struct map sources, credentials, accounts, walks;
};

void actors_init(struct actors *actors, uint64_t seed);
void actors_finish(struct actors *actors);

/* `is_known`: the object was given to this partner before. */
MUST_CHECK enum status actors_take(struct actors *actors, struct judged *judged, bool is_known);
void actors_recall(const struct actors *actors, const struct judged *judged, struct recall *recall);
