#include "sensor/places.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

#define ACTOR_LEN_MAX  64
#define SOURCE_LEN_MAX 46

struct called {
	struct judged_source source;
	size_t template_len; /* of the base path and the operation's: two base paths may begin at one place */
};

struct operation_places {
	struct called of;
	struct map_place list[PLACE_COUNT];
};

struct caller_places {
	struct called of;
	uint8_t actor_len, source_len;
	char actor[ACTOR_LEN_MAX], source[SOURCE_LEN_MAX];
	struct map_place list[PLACE_OF_CALLER_END - PLACE_OF_CALLER];
};

struct places_memory {
	struct operation_places operations[LIMIT_PLACES];
	struct caller_places callers[LIMIT_CALLER_PLACES];
};

struct places_memory *places_memory_new(void)
{
	return calloc(1, sizeof(struct places_memory));
}

void places_memory_free(struct places_memory *memory)
{
	free(memory);
}

static bool is_of(const struct called *called, const struct judged *judged)
{
	return judged_source_equal(&called->source, &judged->source) &&
	       called->template_len == judged->template.len;
}

static struct called called_of(const struct judged *judged)
{
	return (struct called){.source = judged->source, .template_len = judged->template.len};
}

static struct map_place *find_operation(struct places_memory *memory, const struct judged *judged,
					uint64_t hash)
{
	struct operation_places *places = &memory->operations[hash % LIMIT_PLACES];

	if (!is_of(&places->of, judged))
		*places = (struct operation_places){.of = called_of(judged)};
	return places->list;
}

/* Callers differ at the end of what they are called by. */
static uint64_t mix_end(uint64_t hash, struct bytes text)
{
	uint64_t end = 0;

	if (text.len >= sizeof(end))
		memcpy(&end, text.data + text.len - sizeof(end), sizeof(end));
	hash = (hash ^ end) * 0x9E3779B97F4A7C15ull;
	return hash ^ hash >> 32;
}

static struct map_place *find_caller(struct places_memory *memory, const struct judged *judged, uint64_t hash)
{
	const struct bytes actor = judged->past.actor, source = judged->past.source;
	struct caller_places *places;

	if (actor.len == 0 || actor.len > ACTOR_LEN_MAX || source.len == 0 || source.len > SOURCE_LEN_MAX)
		return NULL;
	places = &memory->callers[mix_end(mix_end(hash, actor), source) % LIMIT_CALLER_PLACES];
	if (is_of(&places->of, judged) &&
	    bytes_equal((struct bytes){places->actor, places->actor_len}, actor) &&
	    bytes_equal((struct bytes){places->source, places->source_len}, source))
		return places->list;
	*places = (struct caller_places){
		.of = called_of(judged), .actor_len = (uint8_t)actor.len, .source_len = (uint8_t)source.len};
	memcpy(places->actor, actor.data, actor.len);
	memcpy(places->source, source.data, source.len);
	return places->list;
}

void places_find(struct places_memory *memory, struct judged *judged)
{
	uint64_t hash;

	judged->places = judged->caller_places = NULL;
	if (memory == NULL || judged->source.operation == NULL)
		return;
	hash = judged_source_hash(&judged->source);
	judged->places = find_operation(memory, judged, hash);
	judged->caller_places = find_caller(memory, judged, hash);
}

static struct map_place *place_at(const struct judged *judged, enum place_of place)
{
	struct map_place *list = place < PLACE_OF_CALLER ? judged->places : judged->caller_places;

	return list == NULL ? NULL : &list[place < PLACE_OF_CALLER ? place : place - PLACE_OF_CALLER];
}

void *places_again(const struct judged *judged, enum place_of place, struct map *map)
{
	struct map_place *at = place_at(judged, place);

	return at == NULL ? NULL : map_again(map, at);
}

void places_keep(const struct judged *judged, enum place_of place, const struct map *map, void *value)
{
	struct map_place *at = place_at(judged, place);

	if (at != NULL)
		*at = (struct map_place){value, map->left};
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
