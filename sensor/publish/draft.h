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

/* Keys are our own words: they are written as they are. */
void draft_text(struct draft *draft, struct draft_at object, const char *key, struct bytes value);
void draft_text_if(struct draft *draft, struct draft_at object, const char *key,
		   struct bytes value); /* not empty */
void draft_text_or_null(struct draft *draft, struct draft_at object, const char *key, struct bytes value);
void draft_number(struct draft *draft, struct draft_at object, const char *key, uint64_t value);
void draft_real_or_null(struct draft *draft, struct draft_at object, const char *key,
			double value); /* below 0: null */
void draft_bool(struct draft *draft, struct draft_at object, const char *key, bool value);
/* Both texts as one. */
void draft_text_joined(struct draft *draft, struct draft_at object, const char *key, struct bytes first,
		       struct bytes second);
/* A number as a text. */
void draft_text_number(struct draft *draft, struct draft_at object, const char *key, uint64_t value);
struct draft_at draft_object(struct draft *draft, struct draft_at object, const char *key);
struct draft_at draft_object_named(struct draft *draft, struct draft_at object, struct bytes key);
struct draft_at draft_array(struct draft *draft, struct draft_at object, const char *key);
struct draft_at draft_array_object(struct draft *draft, struct draft_at array);
void draft_array_text(struct draft *draft, struct draft_at array, struct bytes value);
void draft_texts(struct draft *draft, struct draft_at object, const char *key, const struct bytes *values,
		 size_t count);

/* How many of `count` entries may be written; marks the record when that is fewer. */
size_t draft_count(struct draft *draft, size_t count);
