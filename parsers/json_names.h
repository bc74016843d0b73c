/*
 * json_names: the names of JSON objects that came before, each with which one came after it. Names are few
 * and repeat: one that is known is read in one look, and its key in the tree points into this table and says
 * so, so that whoever comes after the reader knows it again without a look at its bytes.
 *
 *	const struct json_name *name = json_name_of(key);	-> NULL: not of a table, look at its text
 *	if (name != NULL)
 *		facts[name->number % LIMIT_JSON_NAMES]	is of this name if it was kept for its number
 *
 * A tree that is copied is read without names (json_read): a copied key has its text elsewhere.
 *
 * Owns     a table of fixed size. When it is full, new names are left out until json_names_rest.
 * Lends    the names, until then.
 * Thread   one reader's.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/bytes.h"
#include "parsers/json_lanes.h"

/* Of those who note something at a name. */
#define JSON_NAME_NOTES 7

/* In the tag of a key, in the bits that yyjson has no use for. */
#define JSON_NAME_KNOWN (UINT64_C(1) << (YYJSON_TYPE_BIT + YYJSON_SUBTYPE_BIT))

/* What the reader looks at is one line of the processor's cache. */
struct json_name {
	_Alignas(64) char text[LANE_RUN];   /* as it is written, with its quotes and the colon; then zeros */
	uint64_t tag;                       /* of its key */
	uint32_t bits;                      /* one for each byte of `text` */
	uint32_t len;                       /* of those */
	struct json_name *follow[2];        /* who came last time, by enum json_follow */
	uint64_t number;                    /* no other name ever has it */
	const void *notes[JSON_NAME_NOTES]; /* json_name_note */
};

enum json_follow {
	JSON_FOLLOW_NEXT,  /* in the same object */
	JSON_FOLLOW_FIRST, /* in the object that it names, or in those of the array that it names */
};

struct json_names;

struct json_names *json_names_new(void); /* NULL without memory: then none are known */
void json_names_free(struct json_names *names);

/* No tree that was read with them is left: a full table begins anew. */
void json_names_rest(struct json_names *names);

/* Likewise; and what the notes say is no longer true. */
void json_names_forget(struct json_names *names);

/* The empty name, which is the first of the table. */
struct json_name *json_names_root(struct json_names *names);

/* The name that is written here, its opening quote first; NULL when it is not known. LANE_RUN bytes can be
 * read.
 */
struct json_name *json_names_find(struct json_names *names, const char *at);

/* The same of one that is to be known from now on: read, and so many bytes long with its quotes and the
 * colon, without escapes. NULL when there is no room. */
struct json_name *json_names_add(struct json_names *names, const char *at, size_t len);

/* Is it this one? LANE_RUN bytes can be read. */
static inline bool json_name_is_at(const struct json_name *name, const char *at)
{
	return (run_same(name->text, at) & name->bits) == name->bits;
}

static inline struct bytes json_name_text(const struct json_name *name)
{
	return (struct bytes){.data = name->text + 1, .len = name->tag >> YYJSON_TAG_BIT};
}

static inline struct json_name *json_name_of(const yyjson_val *key)
{
	if ((key->tag & JSON_NAME_KNOWN) == 0)
		return NULL;
	return (struct json_name *)((uintptr_t)key->uni.str - 1 - offsetof(struct json_name, text));
}

/* Room for what somebody (below JSON_NAME_NOTES) knows of names, until json_names_forget; NULL at first.
 * Others may overwrite it: the note itself must tell whose it is. */
static inline const void **json_name_note(struct json_name *name, size_t whose)
{
	return &name->notes[whose];
}
