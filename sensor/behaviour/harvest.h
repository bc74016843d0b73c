/*
 * harvest: how many objects of one kind, and how many bytes of them, a caller
 * takes within an hour, against the most that any caller ever took
 * (abuse.scraping, abuse.bulk_export). Scraping also takes most of what is there.
 * Silent until a kind of object is known for a day.
 *
 * Owns     a sketch a caller and kind (LIMIT_HARVESTS) and one a kind (LIMIT_RESOURCES); the longest silent
 * goes. Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"
#include "sensor/recall.h"

#define HARVEST_OBJECTS 200                   /* fewer are no scraping, whatever was usual */
#define HARVEST_BYTES   (10ull * 1024 * 1024) /* the same of an export */
#define HARVEST_SHARE   0.5                   /* of the objects that are known, taken by one caller */

struct harvest {
	struct map callers, resources;
};

void harvest_init(struct harvest *harvest, uint64_t seed);
void harvest_finish(struct harvest *harvest);
MUST_CHECK enum status harvest_take(struct harvest *harvest, struct judged *judged);
void harvest_recall(const struct harvest *harvest, const struct judged *judged, struct recall *recall);
/* For the state that outlives the process, a piece each: false at the end. */
bool harvest_pack(struct harvest *harvest, struct pack_place *place, struct pack *pack);
void harvest_unpack(struct harvest *harvest, struct cursor *cursor);
