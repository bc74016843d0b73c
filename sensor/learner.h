/*
 * learner: which segments of undocumented paths are values. A place (host, what
 * stands before it, how many segments there are) at which more different names
 * were seen than an API has becomes {name}; numbers, UUIDs and the like were
 * told by their form before (specs/template.h). So /users/alice, /users/bob and
 * two hundred more are one endpoint, and five pages are five.
 *
 *	learner_see(&learner, judged);		in the order of merge
 *	learner_apply(&learner, judged);	its template, operation and findings as known by now
 *
 * What was answered with 404, 405 or 410 is learned apart: a scan does not hide the one path that exists.
 *
 * Owns     at most LIMIT_LEARNED places; the longest unseen is forgotten.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/limits.h"
#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"
#include "sensor/parts.h"

struct learner {
	struct map map;
	struct buffer key, text;
	uint64_t opened; /* places that became {name} so far */
};

void learner_init(struct learner *learner, uint64_t seed);
void learner_finish(struct learner *learner);

bool learner_is_refused(unsigned status);
void learner_see(struct learner *learner, const struct judged *judged);

/* Lent until the next call; the template given when nothing is known better. */
struct bytes learner_template(struct learner *learner, struct bytes host, bool is_refused,
			      struct bytes template);

/* True when something changed. */
bool learner_apply(struct learner *learner, struct judged *judged);

/* For the state that outlives the process, one place: false at the end. */
bool learner_pack(const struct learner *learner, struct pack_place *place, struct pack *pack);
void learner_unpack(struct learner *learner, struct cursor *cursor);
