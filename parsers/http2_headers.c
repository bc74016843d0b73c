#include "parsers/http2_headers.h"

#include <nghttp2/nghttp2.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"

/* No field may have this name (RFC 9113 section 8.2.1), so no server acts on one that has. An entry
 * costs its name, its value and 32 bytes (RFC 7541 section 4.1): this is the smallest possible. */
static const char placeholder[] = {'\0'};
#define PLACEHOLDER_COST 33
#define SEED_FIELD_LEN   4

/* Room for fields at first; it doubles. */
#define FIELDS_AT_FIRST 32

/* The table of most encoders (RFC 9113 section 6.5.2), and the largest that we follow. */
#define SEED_SMALL (4096 / PLACEHOLDER_COST)
#define SEED_LARGE (LIMIT_HPACK_TABLE / PLACEHOLDER_COST)

struct http2_headers {
	nghttp2_hd_inflater *inflater; /* NULL: to be seeded */
	struct session_counts *counts;
	bool is_fresh; /* no block came yet: the table is empty, and made when it is needed */
	bool is_seeded;
	size_t seed_count;
	bool needs_large; /* a small seed was not enough */
	uint64_t seedings;
};

static void inflater_drop(struct http2_headers *headers)
{
	if (headers->inflater != NULL)
		nghttp2_hd_inflate_del(headers->inflater);
	headers->inflater = NULL;
}

static bool inflater_make(struct http2_headers *headers)
{
	inflater_drop(headers);
	if (nghttp2_hd_inflate_new(&headers->inflater) != 0) {
		headers->inflater = NULL;
		return false;
	}
	if (nghttp2_hd_inflate_change_table_size(headers->inflater, LIMIT_HPACK_TABLE) == 0)
		return true;
	inflater_drop(headers);
	return false;
}

struct http2_headers *http2_headers_new(bool is_seeded, struct session_counts *counts)
{
	struct http2_headers *headers = calloc(1, sizeof(*headers));

	if (headers == NULL)
		return NULL;
	headers->counts = counts;
	headers->is_seeded = is_seeded;
	headers->is_fresh = !is_seeded;
	return headers;
}

void http2_headers_free(struct http2_headers *headers)
{
	if (headers == NULL)
		return;
	inflater_drop(headers);
	free(headers);
}

/* -- decoding -------------------------------------------------------------------- */

static struct bytes run_of(const uint8_t *data, size_t len)
{
	return (struct bytes){.data = (const char *)data, .len = len};
}

struct reading {
	struct arena *arena; /* NULL: the fields are not wanted */
	bool is_seeded;
	size_t bytes;
	size_t room; /* in fields.list */
	struct http2_fields fields;
};

static bool have_room(struct reading *reading)
{
	struct http2_fields *fields = &reading->fields;
	size_t room = reading->room == 0 ? FIELDS_AT_FIRST : reading->room * 2;
	struct header *list;

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

static void take_field(struct reading *reading, const nghttp2_nv *field)
{
	struct http2_fields *fields = &reading->fields;
	struct bytes name = run_of(field->name, field->namelen);
	struct bytes value = run_of(field->value, field->valuelen);
	struct header header = {0};

	if (reading->arena == NULL)
		return;
	if (reading->is_seeded &&
	    bytes_equal(name, (struct bytes){.data = placeholder, .len = sizeof(placeholder)})) {
		fields->unknown_count++;
		return;
	}
	reading->bytes += name.len + value.len + PLACEHOLDER_COST;
	if (fields->count == LIMIT_HEAD_FIELDS || reading->bytes > LIMIT_HEAD_BYTES) {
		fields->is_cut = true;
		return;
	}
	header.name = arena_copy(reading->arena, name);
	header.value = arena_copy(reading->arena, value);
	if (header.name.data == NULL || header.value.data == NULL || !have_room(reading))
		fields->is_cut = true;
	else
		fields->list[fields->count++] = header;
}

/* Past the ceilings it goes on without keeping: the table must stay in step. A block is bounded
 * (LIMIT_HEAD_BYTES), and what a field of it costs without a copy is constant. */
static bool feed(nghttp2_hd_inflater *inflater, struct bytes block, struct reading *reading)
{
	const uint8_t none = 0; /* an empty block may have no address */
	const uint8_t *at = block.len == 0 ? &none : (const uint8_t *)block.data;
	size_t left = block.len;

	for (;;) {
		nghttp2_nv field;
		int flags = 0;
		ssize_t used = nghttp2_hd_inflate_hd2(inflater, &field, &flags, at, left, 1);

		if (used < 0 || (used == 0 && flags == 0))
			return false;
		at += used;
		left -= (size_t)used;
		if (flags & NGHTTP2_HD_INFLATE_EMIT)
			take_field(reading, &field);
		if (flags & NGHTTP2_HD_INFLATE_FINAL)
			return nghttp2_hd_inflate_end_headers(inflater) == 0;
	}
}

/* -- seeding --------------------------------------------------------------------- */

/* RFC 7541 section 6.3, then section 6.2.1 for each placeholder: a new name of one byte, no value. */
static struct bytes seed_block(char *block, size_t count)
{
	static const char resize[] = {0x3f, (char)0xe1, (char)0xff, 0x03}; /* to 65536 */
	static const char field[SEED_FIELD_LEN] = {0x40, 1, '\0', 0};

	_Static_assert(LIMIT_HPACK_TABLE == 65536, "resize says 65536");
	memcpy(block, resize, sizeof(resize));
	for (size_t i = 0; i < count; i++)
		memcpy(block + sizeof(resize) + i * SEED_FIELD_LEN, field, SEED_FIELD_LEN);
	return (struct bytes){.data = block, .len = sizeof(resize) + count * SEED_FIELD_LEN};
}

/* Seeding costs more than the few bytes that can make it necessary: so many are allowed at once, and
 * then one for each LIMIT_SEEDING_BYTES. Until then nothing is decoded. */
static bool seed(struct http2_headers *headers, size_t count, uint64_t offset)
{
	char block[4 + SEED_LARGE * SEED_FIELD_LEN];
	struct reading nothing = {0};

	if (headers->seedings >= LIMIT_SEEDINGS + offset / LIMIT_SEEDING_BYTES)
		return false;
	headers->seedings++;
	if (headers->is_seeded && headers->seedings == 1)
		headers->counts->http2_seeded++;
	else
		headers->counts->http2_reseeded++;
	if (!inflater_make(headers))
		return false;
	headers->is_seeded = true;
	headers->seed_count = count;
	if (feed(headers->inflater, seed_block(block, count), &nothing))
		return true;
	inflater_drop(headers);
	return false;
}

static bool attempt(struct http2_headers *headers, struct bytes block, struct arena *arena,
		    struct http2_fields *out_fields)
{
	struct reading reading = {.arena = arena, .is_seeded = headers->is_seeded};

	if (!feed(headers->inflater, block, &reading))
		return false;
	*out_fields = reading.fields;
	return true;
}

/* The table of the first block is empty; after loss it has to be seeded. */
static bool make_ready(struct http2_headers *headers, uint64_t offset)
{
	bool is_fresh = headers->is_fresh;

	headers->is_fresh = false;
	if (headers->inflater != NULL)
		return true;
	if (is_fresh)
		return inflater_make(headers);
	return seed(headers, headers->needs_large ? SEED_LARGE : SEED_SMALL, offset);
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
	inflater_drop(headers);
	return false;
}

void http2_headers_lost(struct http2_headers *headers)
{
	headers->is_fresh = false;
	inflater_drop(headers);
}
