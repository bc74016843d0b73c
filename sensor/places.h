/*
 * places: where the collector's tables hold what they know of one partner's operation, of either alone, and
 *of one caller of it. The next such record need not look it up again: neither make the keys, nor hash, nor
 *compare them.
 *
 *	places_find(memory, judged);	for what is no contract's it finds none
 *
 *	line = places_again(judged, PLACE_USAGE, &usage->map);
 *	if (line == NULL)
 *		line = places_put(judged, PLACE_USAGE, &usage->map, key, &is_new);
 *
 * A key of which this is asked must follow from the record's source (judged.h), that of a caller's from the
 * source, the actor and the address, and from nothing else.
 *
 * Owns     tables of fixed size; who is new takes the place of another.
 * Lends    places, until those of the next record are asked for.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"

enum place_of {
	PLACE_PARTNER, /* behaviour */
	PLACE_STANDING,
	PLACE_COVERAGE,
	PLACE_VERSION,
	PLACE_USAGE,
	PLACE_INVENTORY, /* its line is of one host: that is compared */
	PLACE_COURSE_API,
	PLACE_COURSE_USE,
	PLACE_RHYTHM,
	PLACE_HABIT,
	PLACE_HARVEST,
	PLACE_RESOURCE,
	PLACE_READER,
	PLACE_COUNT,

	PLACE_OF_CALLER = PLACE_COUNT,
	PLACE_CALLER_SOURCE = PLACE_OF_CALLER,
	PLACE_CALLER_CREDENTIAL,
	PLACE_CALLER_WALK,
	PLACE_CALLER_HARVEST,
	PLACE_CALLER_COURSE,
	PLACE_CALLER_RHYTHM,
	PLACE_OF_CALLER_END
};

struct places_memory;

struct places_memory *places_memory_new(void);         /* NULL without memory */
void places_memory_free(struct places_memory *memory); /* accepts NULL */

/* Sets the record's places. NULL remembers nothing. */
void places_find(struct places_memory *memory, struct judged *judged);

void *places_again(const struct judged *judged, enum place_of place, struct map *map);
void places_keep(const struct judged *judged, enum place_of place, const struct map *map, void *value);
/* As map_put, but asks again first. */
void *places_put(const struct judged *judged, enum place_of place, struct map *map, struct bytes key,
		 bool *out_is_new);
