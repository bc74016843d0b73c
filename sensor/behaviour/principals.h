/*
 * principals: which user a gateway calls with behind it for which user in front
 * of it. The two halves of a call are put together by its trace id. Once two
 * users in front are known to have each its own behind, one who gets the other's is
 * auth.principal_mismatch. A technical user that all share is nobody's own.
 *
 * Silent until PRINCIPALS_LEARN calls of each of the two were seen.
 *
 * Owns     LIMIT_FORWARDED halves and LIMIT_PRINCIPALS users of each side, as hashes; the oldest goes.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"

#define PRINCIPALS_LEARN 20

struct principals {
	struct map halves, before, behind;
};

void principals_init(struct principals *principals, uint64_t seed);
void principals_finish(struct principals *principals);
MUST_CHECK enum status principals_take(struct principals *principals, struct judged *judged);
/* For the state that outlives the process, a piece each: false at the end. */
bool principals_pack(struct principals *principals, struct pack_place *place, struct pack *pack);
void principals_unpack(struct principals *principals, struct cursor *cursor);
