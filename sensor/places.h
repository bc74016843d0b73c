/*
 * places: where the collector's tables hold what they know of one partner's operation, or of either alone.
 *The next record of the same source need not look it up again: neither make the keys, nor hash, nor compare
 *them.
 *
 *	judged->places = places_for(memory, judged);	NULL: what it says is no contract's
 *
 *	line = places_again(judged, PLACE_USAGE, &usage->map);
 *	if (line == NULL)
 *		line = places_put(judged, PLACE_USAGE, &usage->map, key, &is_new);
 *
 * A key of which this is asked must follow from the record's source (judged.h), and nothing else.
 *
 * Owns     a table of fixed size; a source that is new takes the place of another.
 * Lends    places, until the next are asked for.
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
	PLACE_COUNT
};

struct places {
	struct judged_source source;
	size_t template_len; /* of the base path and the operation's: two base paths may begin at one place */
	struct map_place list[PLACE_COUNT];
};

struct places_memory;

struct places_memory *places_memory_new(void);         /* NULL without memory */
void places_memory_free(struct places_memory *memory); /* accepts NULL */

/* NULL remembers nothing. */
struct places *places_for(struct places_memory *memory, const struct judged *judged);

void *places_again(const struct judged *judged, enum place_of place, struct map *map);
void places_keep(const struct judged *judged, enum place_of place, const struct map *map, void *value);
/* As map_put, but asks again first. */
void *places_put(const struct judged *judged, enum place_of place, struct map *map, struct bytes key,
		 bool *out_is_new);
