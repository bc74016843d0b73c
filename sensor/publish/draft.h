/*
 * draft: one record while it is written, member after member, straight into the buffer that it leaves in.
 * Everything that goes into it is made fit for JSON on the way in (text.h), and a record that would be too
 * large is written again with shorter texts and lists, and says so.
 *
 *	status = draft_write(fill, &record, out);
 *
 *	url = draft_object(draft, request, "url");
 *	draft_text(draft, url, "path", path);
 *	draft_number(draft, request, "length", 5);	ends "url": nothing can be added to it any more
 *
 * An object or array is open until something is added to one that it stands in. Adding to one that is over
 * would break the record, and is our own mistake: CHECK.
 *
 * Thread: one. After room or memory ran out the members add nothing, and draft_write reports it once.
 */
#pragma once

#include "parsers/base/arena.h"
#include "parsers/base/buffer.h"

#define DRAFT_DEPTH_MAX 12 /* objects and arrays in each other; the deepest record of ours has 7 */

/* An object or array that is open: where it stands, and which one it is of all that stood there. */
struct draft_at {
	uint32_t depth, serial;
};

struct draft {
	struct arena arena; /* texts that had to be mended */
	struct buffer *out;
	size_t room_end; /* up to there `out` can be filled without asking; 0: ask */
	struct {
		uint32_t serial;
		bool is_array, has_members;
	} open[DRAFT_DEPTH_MAX];
	uint32_t depth, serial;
	size_t text_len_max; /* of each text */
	size_t list_len_max; /* entries of each list */
	bool is_cut;         /* something was left out to fit */
	bool is_full;        /* more than a record may have, or no memory */
};

/* Puts a record's members into `root`. Called again with tighter ceilings when the result is too large. */
typedef void draft_fill(struct draft *draft, struct draft_at root, const void *record);

/* One JSON object in one line of at most LIMIT_RECORD_BYTES; replaces what the buffer holds, by nothing where
 * it fails. */
MUST_CHECK enum status draft_write(draft_fill *fill, const void *record, struct buffer *out);

/* What the members below are made of. A key is one of our own words, as is what draft_add_word writes: both
 * are written as they are. No key: an entry of an array. */
void draft_add_text(struct draft *draft, struct draft_at at, struct bytes key, struct bytes value);
void draft_add_word(struct draft *draft, struct draft_at at, struct bytes key, struct bytes word);
void draft_add_joined(struct draft *draft, struct draft_at at, struct bytes key, struct bytes first,
		      struct bytes second);
void draft_add_number(struct draft *draft, struct draft_at at, struct bytes key, uint64_t value);
void draft_add_text_number(struct draft *draft, struct draft_at at, struct bytes key, uint64_t value);
void draft_add_literal(struct draft *draft, struct draft_at at, struct bytes key, struct bytes literal);
struct draft_at draft_add_object(struct draft *draft, struct draft_at at, struct bytes key);
struct draft_at draft_add_array(struct draft *draft, struct draft_at at, struct bytes key);

/* They stand here so that the length of a key is known when the program is built. */

static inline void draft_text(struct draft *draft, struct draft_at object, const char *key,
			      struct bytes value)
{
	draft_add_text(draft, object, bytes_of(key), value);
}

/* Not empty. */
static inline void draft_text_if(struct draft *draft, struct draft_at object, const char *key,
				 struct bytes value)
{
	if (value.len > 0)
		draft_text(draft, object, key, value);
}

static inline void draft_text_or_null(struct draft *draft, struct draft_at object, const char *key,
				      struct bytes value)
{
	if (value.len > 0)
		draft_text(draft, object, key, value);
	else
		draft_add_literal(draft, object, bytes_of(key), BYTES("null"));
}

/* One of our own words, plain ASCII. */
static inline void draft_word(struct draft *draft, struct draft_at object, const char *key, const char *word)
{
	draft_add_word(draft, object, bytes_of(key), bytes_of(word));
}

static inline void draft_number(struct draft *draft, struct draft_at object, const char *key, uint64_t value)
{
	draft_add_number(draft, object, bytes_of(key), value);
}

/* Below 0: null. */
void draft_real_or_null(struct draft *draft, struct draft_at object, const char *key, double value);

static inline void draft_bool(struct draft *draft, struct draft_at object, const char *key, bool value)
{
	draft_add_literal(draft, object, bytes_of(key), value ? BYTES("true") : BYTES("false"));
}

/* Both texts as one. */
static inline void draft_text_joined(struct draft *draft, struct draft_at object, const char *key,
				     struct bytes first, struct bytes second)
{
	draft_add_joined(draft, object, bytes_of(key), first, second);
}

/* A number as a text. */
static inline void draft_text_number(struct draft *draft, struct draft_at object, const char *key,
				     uint64_t value)
{
	draft_add_text_number(draft, object, bytes_of(key), value);
}

static inline struct draft_at draft_object(struct draft *draft, struct draft_at object, const char *key)
{
	return draft_add_object(draft, object, bytes_of(key));
}

struct draft_at draft_object_named(struct draft *draft, struct draft_at object, struct bytes key);

static inline struct draft_at draft_array(struct draft *draft, struct draft_at object, const char *key)
{
	return draft_add_array(draft, object, bytes_of(key));
}

static inline struct draft_at draft_array_object(struct draft *draft, struct draft_at array)
{
	return draft_add_object(draft, array, BYTES_NONE);
}

static inline void draft_array_text(struct draft *draft, struct draft_at array, struct bytes value)
{
	draft_add_text(draft, array, BYTES_NONE, value);
}

/* Members that are the same in every such record, as they are written: "\"a\":1,\"b\":2". */
void draft_members(struct draft *draft, struct draft_at object, struct bytes members);

/* For who keeps members as they were written: where the next one of the object will begin, and what was
 * written to it since, all that stands deeper ended; lent until something is added. Empty when there was no
 * room. */
size_t draft_next(const struct draft *draft, struct draft_at object);
struct bytes draft_since(struct draft *draft, struct draft_at object, size_t from);

/* No text and no list is cut. */
bool draft_is_roomy(const struct draft *draft);

void draft_texts(struct draft *draft, struct draft_at object, const char *key, const struct bytes *values,
		 size_t count);

/* How many of `count` entries may be written; marks the record when that is fewer. */
size_t draft_count(struct draft *draft, size_t count);
