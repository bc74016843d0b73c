/*
 * class_habits: which classes of sensitive data an operation was ever seen with,
 * so that one that appears later is told (pii.new_class). What the contract
 * declares is never new. Silent until an operation is known for a day and was
 * called CLASS_HABITS_CALLS times.
 *
 * Owns     LIMIT_CLASS_HABITS operations and classes; the longest unseen goes.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"
#include "sensor/recall.h"

#define CLASS_HABITS_CALLS 50

struct class_habits {
	struct map operations, classes;
};

void class_habits_init(struct class_habits *habits, uint64_t seed);
void class_habits_finish(struct class_habits *habits);
MUST_CHECK enum status class_habits_take(struct class_habits *habits, struct judged *judged);
void class_habits_recall(const struct class_habits *habits, const struct judged *judged,
			 struct recall *recall);
/* For the state that outlives the process, a piece each: false at the end. */
bool class_habits_pack(struct class_habits *habits, struct pack_place *place, struct pack *pack);
void class_habits_unpack(struct class_habits *habits, struct cursor *cursor);
