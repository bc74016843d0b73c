/*
 * acquaintance: what is known of partners, credentials and operations from
 * before: from which networks they came, and whether an operation insists on a
 * credential. What does not fit is raised as a finding of the exchange at hand.
 *
 *	acquaintance_take(&acquaintance, judged);	before its findings are told
 *
 * A day is learned before anything is new; a partner's first calls raise nothing.
 *
 * Owns     at most LIMIT_ACQUAINTANCES of each; the longest unseen is forgotten.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "parsers/base/status.h"
#include "sensor/judged.h"
#include "sensor/pack.h"
#include "sensor/recall.h"

struct acquaintance {
	struct map partners, credentials, operations;
};

void acquaintance_init(struct acquaintance *acquaintance, uint64_t seed);
void acquaintance_finish(struct acquaintance *acquaintance);
MUST_CHECK enum status acquaintance_take(struct acquaintance *acquaintance, struct judged *judged);
void acquaintance_recall(const struct acquaintance *acquaintance, const struct judged *judged,
			 struct recall *recall);

/* For the state that outlives the process, one of the three maps: false at the end. */
bool known_pack(const struct map *known, struct pack_place *place, struct pack *pack);
void known_unpack(struct map *known, struct cursor *cursor);
bool habit_pack(const struct map *operations, struct pack_place *place, struct pack *pack);
void habit_unpack(struct map *operations, struct cursor *cursor);
