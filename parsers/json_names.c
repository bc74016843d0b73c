#include "parsers/json_names.h"

#include <stdlib.h>

/* What stands around a name: two quotes and the colon. */
#define AROUND 3

#define PLACES (2 * JSON_NAMES)

/* So many places are looked at; where names collide, the last ones are not known. */
#define PROBES 8

struct json_names {
	uint32_t count;
	uint64_t numbers_begin;
	uint16_t places[PLACES]; /* by hash: 1 + its place in the list; 0 is free */
	struct json_name list[JSON_NAMES];
};

/* The first name is the empty one. */
static void clear(struct json_names *names)
{
	static const char empty[LANE_RUN] = "\"\":";

	memset(names->places, 0, sizeof(names->places));
	names->count = 0;
	names->numbers_begin += JSON_NAMES;
	(void)json_names_find(names, empty, 0);
}

struct json_names *json_names_new(void)
{
	struct json_names *names = malloc(sizeof(*names));

	if (names == NULL)
		return NULL;
	names->numbers_begin = 0;
	clear(names);
	return names;
}

void json_names_free(struct json_names *names)
{
	free(names);
}

void json_names_forget(struct json_names *names)
{
	if (names != NULL)
		clear(names);
}

void json_names_rest(struct json_names *names)
{
	if (names != NULL && names->count == JSON_NAMES)
		clear(names);
}

struct json_name *json_names_root(struct json_names *names)
{
	return names->list;
}

/* What is read with the name is not looked at for what is no UTF-8. */
static bool is_plain(const struct json_name *name)
{
	for (size_t i = 0; i < LANE_RUN; i++)
		if ((unsigned char)name->text[i] >= 0x80)
			return false;
	return true;
}

static size_t hash_of(const char text[LANE_RUN])
{
	uint64_t words[LANE_RUN / 8], hash = 0;

	memcpy(words, text, LANE_RUN);
	for (size_t i = 0; i < LANE_RUN / 8; i++) {
		hash = (hash ^ words[i]) * 0x9E3779B97F4A7C15ull;
		hash ^= hash >> 32;
	}
	return hash;
}

struct json_name *json_names_find(struct json_names *names, const char *at, size_t len)
{
	struct json_name name = {.bits = (uint32_t)(UINT64_MAX >> (64 - AROUND - len))}, *made;
	size_t place;

	memcpy(name.text, at, len + AROUND);
	place = hash_of(name.text);
	for (int i = 0; i < PROBES; i++, place++) {
		uint16_t *number = &names->places[place % PLACES];

		if (*number != 0 && json_name_is_at(&names->list[*number - 1], name.text))
			return &names->list[*number - 1];
		if (*number != 0)
			continue;
		if (names->count == JSON_NAMES || !is_plain(&name))
			return NULL;
		made = &names->list[names->count];
		name.tag = (uint64_t)len << YYJSON_TAG_BIT | YYJSON_TYPE_STR | JSON_NAME_KNOWN;
		name.number = names->numbers_begin + names->count;
		name.next = name.first = names->list;
		*made = name;
		*number = (uint16_t)++names->count;
		return made;
	}
	return NULL;
}
