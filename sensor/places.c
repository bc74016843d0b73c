#include "sensor/places.h"

#include <stdlib.h>

#include "parsers/base/limits.h"

struct places_memory {
	struct places slots[LIMIT_PLACES];
};

struct places_memory *places_memory_new(void)
{
	return calloc(1, sizeof(struct places_memory));
}

void places_memory_free(struct places_memory *memory)
{
	free(memory);
}

struct places *places_for(struct places_memory *memory, const struct judged *judged)
{
	const struct judged_source *source = &judged->source;
	struct places *places;

	if (memory == NULL || source->operation == NULL)
		return NULL;
	places = &memory->slots[judged_source_hash(source) % LIMIT_PLACES];
	if (!judged_source_equal(&places->source, source) || places->template_len != judged->template.len)
		*places = (struct places){.source = *source, .template_len = judged->template.len};
	return places;
}

void *places_again(const struct judged *judged, enum place_of place, struct map *map)
{
	return judged->places == NULL ? NULL : map_again(map, &judged->places->list[place]);
}

void places_keep(const struct judged *judged, enum place_of place, const struct map *map, void *value)
{
	if (judged->places != NULL)
		judged->places->list[place] = (struct map_place){value, map->left};
}

void *places_put(const struct judged *judged, enum place_of place, struct map *map, struct bytes key,
		 bool *out_is_new)
{
	void *value = places_again(judged, place, map);

	if (value != NULL) {
		*out_is_new = false;
		return value;
	}
	value = map_put(map, key, out_is_new);
	places_keep(judged, place, map, value);
	return value;
}
