/*
 * standing: how each partner stands: the risk of what it did and was given in
 * today's and yesterday's traffic (days of UTC, packet time), and from that its
 * maturity, a level from 1 to 5.
 *
 *	1	something critical was found	2	something high
 *	3	something medium		4	something low
 *	5	nothing worse than informational
 *
 * A category of risk.yaml that holds counts as medium, from weight 10 on as high.
 *
 *	standings_take(&standings, judged);
 *	standings_tell(&standings, partner, &story, &told);	false: nothing is known
 *
 * Owns     two days of at most LIMIT_WATCHED_PARTNERS partners; the longest silent leaves.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/behaviour/risk.h"
#include "sensor/names.h"
#include "sensor/recall.h"

struct standings {
	struct map map; /* of struct standing, by partner */
	const struct risk_policy *policy;
};

void standings_init(struct standings *standings, uint64_t seed, const struct risk_policy *policy);
void standings_finish(struct standings *standings);
MUST_CHECK enum status standings_take(struct standings *standings, const struct judged *judged);
void standings_recall(const struct standings *standings, const struct judged *judged, struct recall *recall);

/* `story` holds what `out_told` borrows. */
bool standings_tell(const struct standings *standings, struct bytes partner, struct risk_story *story,
		    struct standing_told *out_told);

/* For the state that outlives the process, a piece each: false at the end. */
bool standings_pack(const struct standings *standings, struct pack_place *place, struct pack *pack);
void standings_unpack(struct standings *standings, struct cursor *cursor);
