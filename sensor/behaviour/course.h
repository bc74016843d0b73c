/*
 * course: in which order the operations of an API are called. A caller that takes
 * three steps within ten minutes that nobody took before does not use the API as
 * its programs do (abuse.sequence_anomaly).
 *
 * What leads to or from an operation that is new to the API itself is a new feature, not misuse.
 *
 * Silent about an API until COURSE_STEPS steps were seen over a day, and at most one in
 * COURSE_RARE of them only once: then hardly any step is new by chance (Good 1953).
 *
 * Owns     LIMIT_COURSES callers, LIMIT_STEPS steps, LIMIT_RESOURCES APIs; the longest unseen goes.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"
#include "sensor/recall.h"

#define COURSE_STEPS 500
#define COURSE_RARE  200
#define COURSE_NEW   3

struct course {
	struct map callers, steps, apis;
};

void course_init(struct course *course, uint64_t seed);
void course_finish(struct course *course);
MUST_CHECK enum status course_take(struct course *course, struct judged *judged);
void course_recall(const struct course *course, const struct judged *judged, struct recall *recall);
/* For the state that outlives the process, a piece each: false at the end. */
bool course_pack(struct course *course, struct pack_place *place, struct pack *pack);
void course_unpack(struct course *course, struct cursor *cursor);
