/*
 * rhythm: how regular the calls of one caller at one operation are. Where callers
 * come at odd times, as people do, one that comes by the clock is a program
 * (abuse.automation_timing). Where programs are usual, nothing is told.
 *
 * A sample is RHYTHM_CALLS calls of one caller; it is regular when their distances vary by less than
 * a tenth. Silent about an operation until RHYTHM_SAMPLES samples were seen over a day, at most
 * one in twenty regular.
 *
 * Owns     LIMIT_RHYTHMS callers, LIMIT_RESOURCES operations; the longest silent goes.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"
#include "sensor/recall.h"

#define RHYTHM_CALLS   20
#define RHYTHM_SAMPLES 20

struct rhythm {
	struct map callers, operations;
};

void rhythm_init(struct rhythm *rhythm, uint64_t seed);
void rhythm_finish(struct rhythm *rhythm);
MUST_CHECK enum status rhythm_take(struct rhythm *rhythm, struct judged *judged);
void rhythm_recall(const struct rhythm *rhythm, const struct judged *judged, struct recall *recall);
/* For the state that outlives the process, a piece each: false at the end. */
bool rhythm_pack(struct rhythm *rhythm, struct pack_place *place, struct pack *pack);
void rhythm_unpack(struct rhythm *rhythm, struct cursor *cursor);
