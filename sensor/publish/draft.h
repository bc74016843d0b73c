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

#include <string.h>

#include "parsers/base/arena.h"
#include "parsers/base/buffer.h"
#include "parsers/base/check.h"
#include "sensor/publish/text.h"

#define DRAFT_DEPTH_MAX 12 /* objects and arrays in each other; the deepest record of ours has 7 */
#define DRAFT_ROOM      64 /* bytes that a key leaves for what is put behind it: a number and more */

/* An object or array that is open: where it stands, and which one it is of all that stood there. */
struct draft_at {
	uint32_t depth, serial;
};

struct draft {
	struct arena arena; /* texts that had to be mended */
	struct buffer *out;
	char *to, *end; /* of `out`: where the next byte goes; up to there without asking */
	struct {
		uint32_t serial;
		char closer; /* ']' or '}' */
		bool has_members;
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

/* What the members below are made of. First draft_begin: what stands deeper is over, and a comma is due
 * behind what stands there already. Where the member goes, with room for `len` bytes; NULL: there is no room.
 * Then one draft_put_ must follow, with that place. */
char *draft_begin_anew(struct draft *draft, struct draft_at at, size_t len); /* asks for room */

static inline char *draft_begin(struct draft *draft, struct draft_at at, size_t len)
{
	char *to = draft->to;

	if (at.depth > draft->depth || draft->open[at.depth].serial != at.serial ||
	    (size_t)(draft->end - to) < DRAFT_DEPTH_MAX + 1 + len)
		return draft_begin_anew(draft, at, len);
	for (; draft->depth > at.depth; draft->depth--)
		*to++ = draft->open[draft->depth].closer;
	*to = ',';
	to += draft->open[at.depth].has_members;
	draft->open[at.depth].has_members = true;
	return to;
}

/* All have DRAFT_ROOM behind a key; texts have room for as much of them as may be written. A word is one of
 * ours, plain ASCII: it is written as it is. */
void draft_put_mended(struct draft *draft, char *to, struct bytes value);
void draft_put_digits(struct draft *draft, char *to, uint64_t value);
void draft_put_text_number(struct draft *draft, char *to, uint64_t value);

static inline size_t draft_text_room(const struct draft *draft, struct bytes value)
{
	return 2 + (value.len < draft->text_len_max ? value.len : draft->text_len_max);
}

/* Nearly every text is plain: it goes as it is. */
static inline void draft_put_text(struct draft *draft, char *to, struct bytes value)
{
	if (to == NULL)
		return;
	if (value.len > draft->text_len_max || !text_copy_plain(to + 1, value)) {
		draft_put_mended(draft, to, value);
		return;
	}
	to[0] = to[value.len + 1] = '"';
	draft->to = to + value.len + 2;
}

static inline void draft_put_number(struct draft *draft, char *to, uint64_t value)
{
	if (to == NULL || value >= 10) {
		draft_put_digits(draft, to, value);
		return;
	}
	*to = (char)('0' + value);
	draft->to = to + 1;
}

static inline void draft_put_literal(struct draft *draft, char *to, struct bytes literal)
{
	if (to != NULL)
		draft->to = mempcpy(to, literal.data, literal.len);
}

static inline struct draft_at draft_put_open(struct draft *draft, char *to, bool is_array)
{
	uint32_t depth = draft->depth + 1, serial = ++draft->serial;

	CHECK(depth < DRAFT_DEPTH_MAX);
	if (to != NULL) {
		*to = is_array ? '[' : '{';
		draft->to = to + 1;
	}
	draft->depth = depth;
	draft->open[depth].serial = serial;
	draft->open[depth].closer = is_array ? ']' : '}';
	draft->open[depth].has_members = false;
	return (struct draft_at){.depth = depth, .serial = serial};
}

/* The rest stands here so that keys are known, and their lengths, when the program is built: a few moves
 * each. A key is one of our own words; none: an entry of an array. */

static inline char *draft_key(struct draft *draft, struct draft_at at, struct bytes key, size_t room)
{
	char *to = draft_begin(draft, at, key.len + 3 + room);

	if (to == NULL || key.data == NULL)
		return to;
	*to++ = '"';
	memcpy(to, key.data, key.len);
	to += key.len;
	*to++ = '"';
	*to++ = ':';
	return to;
}

static inline void draft_text(struct draft *draft, struct draft_at object, const char *key,
			      struct bytes value)
{
	draft_put_text(draft, draft_key(draft, object, bytes_of(key), draft_text_room(draft, value)), value);
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
		draft_put_literal(draft, draft_key(draft, object, bytes_of(key), DRAFT_ROOM), BYTES("null"));
}

static inline void draft_word(struct draft *draft, struct draft_at object, const char *key, const char *word)
{
	size_t len = strlen(word);
	char *to = draft_key(draft, object, bytes_of(key), 2 + len);

	if (to == NULL)
		return;
	*to = '"';
	to = mempcpy(to + 1, word, len);
	*to = '"';
	draft->to = to + 1;
}

static inline void draft_number(struct draft *draft, struct draft_at object, const char *key, uint64_t value)
{
	draft_put_number(draft, draft_key(draft, object, bytes_of(key), DRAFT_ROOM), value);
}

/* Below 0: null. */
void draft_real_or_null(struct draft *draft, struct draft_at object, const char *key, double value);

static inline void draft_bool(struct draft *draft, struct draft_at object, const char *key, bool value)
{
	draft_put_literal(draft, draft_key(draft, object, bytes_of(key), DRAFT_ROOM),
			  value ? BYTES("true") : BYTES("false"));
}

/* Both texts as one. */
void draft_text_joined(struct draft *draft, struct draft_at object, const char *key, struct bytes first,
		       struct bytes second);

/* A number as a text. */
static inline void draft_text_number(struct draft *draft, struct draft_at object, const char *key,
				     uint64_t value)
{
	draft_put_text_number(draft, draft_key(draft, object, bytes_of(key), DRAFT_ROOM), value);
}

static inline struct draft_at draft_object(struct draft *draft, struct draft_at object, const char *key)
{
	return draft_put_open(draft, draft_key(draft, object, bytes_of(key), DRAFT_ROOM), false);
}

struct draft_at draft_object_named(struct draft *draft, struct draft_at object, struct bytes key);

static inline struct draft_at draft_array(struct draft *draft, struct draft_at object, const char *key)
{
	return draft_put_open(draft, draft_key(draft, object, bytes_of(key), DRAFT_ROOM), true);
}

static inline struct draft_at draft_array_object(struct draft *draft, struct draft_at array)
{
	return draft_put_open(draft, draft_key(draft, array, BYTES_NONE, DRAFT_ROOM), false);
}

static inline void draft_array_text(struct draft *draft, struct draft_at array, struct bytes value)
{
	draft_put_text(draft, draft_key(draft, array, BYTES_NONE, draft_text_room(draft, value)), value);
}

/* Members as they are written, of texts of ours side by side: "\"a\":1,\"b\":\"", word, "\"". */
void draft_pieces(struct draft *draft, struct draft_at object, const struct bytes *pieces, size_t count);
#define DRAFT_PIECES(draft, object, ...)                                                                     \
	draft_pieces(draft, object, (const struct bytes[]){__VA_ARGS__},                                     \
		     sizeof((const struct bytes[]){__VA_ARGS__}) / sizeof(struct bytes))

static inline void draft_members(struct draft *draft, struct draft_at object, struct bytes members)
{
	draft_put_literal(draft, draft_begin(draft, object, members.len), members);
}

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
