#include "parsers/json_names.h"

#include <stdlib.h>

#include "parsers/base/limits.h"

#define PLACES (2 * LIMIT_JSON_NAMES)
_Static_assert(LIMIT_JSON_NAMES < 65536, "a place has 16 bits for a name");

/* So many places are looked at; where names collide, the last ones are not known. */
#define PROBES 8

struct json_names {
	uint32_t count;
	uint64_t numbers_begin;
	uint32_t places[PLACES]; /* by hash: half of it, and 1 + the place in the list; 0 is free */
	struct json_name list[LIMIT_JSON_NAMES];
};

/* The first name is the empty one. */
static void clear(struct json_names *names)
{
	static const char empty[LANE_RUN] = "\"\":";

	memset(names->places, 0, sizeof(names->places));
	names->count = 0;
	names->numbers_begin += LIMIT_JSON_NAMES;
	(void)json_names_add(names, empty, 3);
}

struct json_names *json_names_new(void)
{
	struct json_names *names = aligned_alloc(_Alignof(struct json_names), sizeof(*names));

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
	if (names != NULL && names->count == LIMIT_JSON_NAMES)
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

static uint32_t hash_of(const char text[LANE_RUN])
{
	uint64_t words[LANE_RUN / 8], hash;

	memcpy(words, text, LANE_RUN);
	hash = (words[0] ^ words[2] << 1) * 0x9E3779B97F4A7C15ull ^
	       (words[1] ^ words[3] << 1) * 0xff51afd7ed558ccdull;
	return (uint32_t)((hash ^ hash >> 32) * 0xc4ceb9fe1a85ec53ull >> 32);
}

/* Its name; else NULL, and the free place where it would be, or PLACES when there is none. */
static struct json_name *look(struct json_names *names, uint32_t hash, const char text[LANE_RUN],
			      size_t *out_free)
{
	for (size_t i = 0; i < PROBES; i++) {
		size_t at = (hash + i) % PLACES;
		uint32_t place = names->places[at];

		*out_free = at;
		if (place == 0)
			return NULL;
		if (place >> 16 == hash >> 16 && json_name_is_at(&names->list[(place & 0xffff) - 1], text))
			return &names->list[(place & 0xffff) - 1];
	}
	*out_free = PLACES;
	return NULL;
}

struct json_name *json_names_find(struct json_names *names, const char *at)
{
	uint32_t quotes = run_marks(at, '"') & 0x7FFFFFFE; /* behind the first one, with room for the colon */
	char text[LANE_RUN];
	size_t unused;

	if (quotes == 0)
		return NULL;
	run_cut(text, at, (size_t)__builtin_ctz(quotes) + 2);
	return look(names, hash_of(text), text, &unused);
}

struct json_name *json_names_add(struct json_names *names, const char *at, size_t len)
{
	struct json_name *name = &names->list[names->count];
	uint32_t hash;
	size_t place;

	if (names->count == LIMIT_JSON_NAMES)
		return NULL;
	*name = (struct json_name){.tag = (uint64_t)(len - 3) << YYJSON_TAG_BIT | YYJSON_TYPE_STR |
					  JSON_NAME_KNOWN,
				   .bits = UINT32_MAX >> (LANE_RUN - len),
				   .len = (uint32_t)len,
				   .follow = {names->list, names->list},
				   .number = names->numbers_begin + names->count};
	memcpy(name->text, at, len);
	hash = hash_of(name->text);
	if (!is_plain(name) || look(names, hash, name->text, &place) != NULL || place == PLACES)
		return NULL;
	names->places[place] = (hash >> 16 << 16) | ++names->count;
	return name;
}
