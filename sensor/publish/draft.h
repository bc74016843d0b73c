/*
 * draft: one record while it is written. Everything that goes into it is made
 * fit for JSON on the way in (text.h), and a record that would be too large is
 * written again with shorter texts and lists, and says so.
 *
 *	status = draft_write(fill, &record, out);
 *
 * Thread: one. The members add to `object`; after memory ran out they add
 * nothing, and draft_write reports it once.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/arena.h"
#include "parsers/base/buffer.h"

struct draft {
	struct arena arena;
	yyjson_mut_doc *doc;
	size_t text_len_max; /* of each text */
	size_t list_len_max; /* entries of each list */
	bool is_cut;         /* something was left out to fit */
};

/* Puts a record's members into `root`. Called again with tighter ceilings when the result is too large. */
typedef void draft_fill(struct draft *draft, yyjson_mut_val *root, const void *record);

/* One JSON object in one line of at most LIMIT_RECORD_BYTES; replaces what the buffer holds. */
MUST_CHECK enum status draft_write(draft_fill *fill, const void *record, struct buffer *out);

void draft_text(struct draft *draft, yyjson_mut_val *object, const char *key, struct bytes value);
void draft_text_if(struct draft *draft, yyjson_mut_val *object, const char *key,
		   struct bytes value); /* not empty */
void draft_text_or_null(struct draft *draft, yyjson_mut_val *object, const char *key, struct bytes value);
void draft_number(struct draft *draft, yyjson_mut_val *object, const char *key, uint64_t value);
void draft_real_or_null(struct draft *draft, yyjson_mut_val *object, const char *key,
			double value); /* below 0: null */
void draft_bool(struct draft *draft, yyjson_mut_val *object, const char *key, bool value);
yyjson_mut_val *draft_object(struct draft *draft, yyjson_mut_val *object, const char *key);
yyjson_mut_val *draft_object_named(struct draft *draft, yyjson_mut_val *object, struct bytes key);
yyjson_mut_val *draft_array(struct draft *draft, yyjson_mut_val *object, const char *key);
yyjson_mut_val *draft_array_object(struct draft *draft, yyjson_mut_val *array);
void draft_array_text(struct draft *draft, yyjson_mut_val *array, struct bytes value);
void draft_texts(struct draft *draft, yyjson_mut_val *object, const char *key, const struct bytes *values,
		 size_t count);

/* How many of `count` entries may be written; marks the record when that is fewer. */
size_t draft_count(struct draft *draft, size_t count);
