#include "parsers/http2_headers.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

/* Room for fields at first; it doubles. */
#define FIELDS_AT_FIRST 32

/* The table of most encoders, and the largest that we follow. */
#define SEED_SMALL (HPACK_TABLE_AT_FIRST / HPACK_UNSEEN_COST)
#define SEED_LARGE (LIMIT_HPACK_TABLE / HPACK_UNSEEN_COST)

struct http2_headers {
	struct hpack_table table;
	struct session_counts *counts;
	bool is_ready; /* false: the table is to be seeded */
	bool is_seeded;
	bool needs_large; /* a small seed was not enough */
	uint32_t seed_count;
	uint64_t seedings;
};

static void table_drop(struct http2_headers *headers)
{
	hpack_table_finish(&headers->table);
	headers->is_ready = false;
}

struct http2_headers *http2_headers_new(bool is_seeded, struct session_counts *counts)
{
	struct http2_headers *headers = calloc(1, sizeof(*headers));

	if (headers == NULL)
		return NULL;
	table_drop(headers);
	headers->counts = counts;
	headers->is_seeded = is_seeded;
	headers->is_ready = !is_seeded;
	return headers;
}

void http2_headers_free(struct http2_headers *headers)
{
	if (headers == NULL)
		return;
	table_drop(headers);
	free(headers);
}

/* -- decoding -------------------------------------------------------------------- */

struct reading {
	struct arena *arena;
	bool is_seeded;
	size_t bytes;
	size_t room; /* in fields.list */
	struct http2_fields fields;
};

static bool have_room(struct reading *reading)
{
	struct http2_fields *fields = &reading->fields;
	size_t room = reading->room == 0 ? FIELDS_AT_FIRST : reading->room * 2;
	struct hpack_field *list;

	if (fields->count < reading->room)
		return true;
	list = arena_take(reading->arena, room * sizeof(*list));
	if (list == NULL)
		return false;
	if (fields->count > 0)
		memcpy(list, fields->list, fields->count * sizeof(*list));
	fields->list = list;
	reading->room = room;
	return true;
}

/* False: it is not kept. */
static bool take_field(struct reading *reading, const struct hpack_field *field)
{
	struct http2_fields *fields = &reading->fields;
	struct bytes name = field->name->text;

	if (reading->is_seeded && bytes_equal(name, HPACK_UNSEEN)) {
		fields->unknown_count++;
		return false;
	}
	reading->bytes += name.len + field->value.len + HPACK_UNSEEN_COST;
	if (fields->count == LIMIT_HEAD_FIELDS || reading->bytes > LIMIT_HEAD_BYTES || !have_room(reading)) {
		fields->is_cut = true;
		return false;
	}
	fields->list[fields->count++] = *field;
	return true;
}

/* Past the ceilings it goes on without keeping: the table must stay in step. A block is bounded
 * (LIMIT_HEAD_BYTES), and so is what a byte of it can cost. */
static bool attempt(struct http2_headers *headers, struct bytes bytes, struct arena *arena,
		    struct http2_fields *out_fields)
{
	struct reading reading = {.arena = arena, .is_seeded = headers->is_seeded};
	struct hpack_block block = hpack_block(bytes, arena);
	struct arena_mark mark = arena_mark(arena);
	struct hpack_field field;

	while (hpack_next(&headers->table, &block, &field)) {
		if (!take_field(&reading, &field))
			arena_rewind(arena, mark);
		mark = arena_mark(arena);
	}
	if (!block.is_wrong)
		*out_fields = reading.fields;
	return !block.is_wrong;
}

void http2_headers_forget(struct http2_headers *headers)
{
	hpack_table_forget(&headers->table);
}

/* -- seeding --------------------------------------------------------------------- */

/* A hostile connection may lose its table with a few bytes again and again: so many seedings are allowed at
 * once, and then one for each LIMIT_SEEDING_BYTES. Until then nothing is decoded. */
static bool seed(struct http2_headers *headers, uint32_t count, uint64_t offset)
{
	if (headers->seedings >= LIMIT_SEEDINGS + offset / LIMIT_SEEDING_BYTES)
		return false;
	headers->seedings++;
	if (headers->is_seeded && headers->seedings == 1)
		headers->counts->http2_seeded++;
	else
		headers->counts->http2_reseeded++;
	table_drop(headers);
	hpack_table_resize(&headers->table, LIMIT_HPACK_TABLE);
	hpack_table_seed(&headers->table, count);
	headers->is_ready = headers->is_seeded = true;
	headers->seed_count = count;
	return true;
}

/* The table of the first block is empty; after loss it has to be seeded. */
static bool make_ready(struct http2_headers *headers, uint64_t offset)
{
	return headers->is_ready || seed(headers, headers->needs_large ? SEED_LARGE : SEED_SMALL, offset);
}

bool http2_headers_decode(struct http2_headers *headers, struct bytes block, uint64_t offset,
			  struct arena *arena, struct http2_fields *out_fields)
{
	bool is_ready = make_ready(headers, offset);

	if (is_ready && attempt(headers, block, arena, out_fields))
		return true;
	if (is_ready && headers->is_seeded && headers->seed_count == SEED_SMALL &&
	    seed(headers, SEED_LARGE, offset) && attempt(headers, block, arena, out_fields)) {
		headers->needs_large = true;
		return true;
	}
	headers->counts->http2_undecoded++;
	table_drop(headers);
	return false;
}

void http2_headers_lost(struct http2_headers *headers)
{
	table_drop(headers);
}
