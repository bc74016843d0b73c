#include "sensor/publish/draft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "sensor/publish/text.h"

/* Tried in turn until the record fits. */
static const struct {
	size_t text_len_max, list_len_max;
} CEILINGS[] = {
	{LIMIT_RECORD_BYTES, LIMIT_RECORD_BYTES},
	{4 * KIB, 2000},
	{512, 400},
	{64, 64},
};

/* -- bytes ------------------------------------------------------------------------------------ */

static void fail(struct draft *draft)
{
	draft->is_full = true;
	draft->room_end = 0;
}

/* Room for `len` bytes; NULL: there is none. */
static char *room(struct draft *draft, size_t len)
{
	struct buffer *out = draft->out;

	if (out->data != NULL && out->len + len <= draft->room_end) /* nearly always */
		return out->data + out->len;
	if (draft->is_full || out->len + len > LIMIT_RECORD_BYTES || buffer_reserve(out, len) != STATUS_OK) {
		fail(draft);
		return NULL;
	}
	draft->room_end = out->capacity < LIMIT_RECORD_BYTES ? out->capacity : LIMIT_RECORD_BYTES;
	return out->data + out->len;
}

static void put(struct draft *draft, struct bytes run)
{
	char *at = room(draft, run.len);

	if (at == NULL || run.len == 0)
		return;
	memcpy(at, run.data, run.len);
	draft->out->len += run.len;
}

static void put_byte(struct draft *draft, char byte)
{
	char *at = room(draft, 1);

	if (at == NULL)
		return;
	*at = byte;
	draft->out->len++;
}

/* RFC 8259 section 7: what stands for a byte that cannot stand in a text itself. How many bytes that takes.
 */
static size_t escape(unsigned char byte, char out[6])
{
	static const char letters[0x20] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
	static const char digits[] = "0123456789ABCDEF";
	char letter = byte < 0x20 ? letters[byte] : (char)byte;

	out[0] = '\\';
	out[1] = letter;
	if (letter != '\0')
		return 2;
	memcpy(out + 1, "u00", 3);
	out[4] = digits[byte >> 4];
	out[5] = digits[byte & 15];
	return 6;
}

static bool is_escaped(unsigned char byte)
{
	return byte < 0x20 || byte == '"' || byte == '\\';
}

static void put_escaped(struct draft *draft, struct bytes text)
{
	for (size_t at = 0; at < text.len; at++) {
		size_t from = at;
		char sequence[6];

		while (at < text.len && !is_escaped((unsigned char)text.data[at]))
			at++;
		put(draft, bytes_slice(text, from, at - from));
		if (at < text.len)
			put(draft, (struct bytes){sequence, escape((unsigned char)text.data[at], sequence)});
	}
}

/* Nearly every text is plain: it goes as it is. */
static void put_text(struct draft *draft, struct bytes value)
{
	put_byte(draft, '"');
	if (value.len <= draft->text_len_max && text_is_plain(value))
		put(draft, value);
	else
		put_escaped(draft, text_clean(value, draft->text_len_max, &draft->arena, &draft->is_cut));
	put_byte(draft, '"');
}

static void put_number(struct draft *draft, uint64_t value)
{
	char digits[20];
	size_t from = sizeof(digits);

	do
		digits[--from] = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	put(draft, (struct bytes){digits + from, sizeof(digits) - from});
}

/* The shortest digits that read back as the same number are the library's. */
static void put_real(struct draft *draft, double value)
{
	yyjson_mut_val number = {0};
	size_t len = 0;
	char *text;

	yyjson_mut_set_real(&number, value);
	text = yyjson_mut_val_write(&number, YYJSON_WRITE_NOFLAG, &len);
	if (text == NULL)
		fail(draft);
	else
		put(draft, (struct bytes){text, len});
	free(text);
}

/* -- structure -------------------------------------------------------------------------------- */

static struct draft_at open_one(struct draft *draft, bool is_array)
{
	CHECK(draft->depth + 1 < DRAFT_DEPTH_MAX);
	draft->depth++;
	draft->serial++;
	draft->open[draft->depth].serial = draft->serial;
	draft->open[draft->depth].is_array = is_array;
	draft->open[draft->depth].has_members = false;
	put_byte(draft, is_array ? '[' : '{');
	return (struct draft_at){.depth = draft->depth, .serial = draft->serial};
}

static void close_to(struct draft *draft, uint32_t depth)
{
	for (; draft->depth > depth; draft->depth--)
		put_byte(draft, draft->open[draft->depth].is_array ? ']' : '}');
}

/* What stands deeper is over, and a comma is due behind what stands there already. */
static void add(struct draft *draft, struct draft_at at)
{
	CHECK(at.depth <= draft->depth && draft->open[at.depth].serial == at.serial);
	close_to(draft, at.depth);
	if (draft->open[at.depth].has_members)
		put_byte(draft, ',');
	draft->open[at.depth].has_members = true;
}

static void add_key(struct draft *draft, struct draft_at object, const char *key)
{
	size_t len = strlen(key);
	char *at;

	add(draft, object);
	at = room(draft, len + 3);
	if (at == NULL)
		return;
	at[0] = '"';
	memcpy(at + 1, key, len);
	at[len + 1] = '"';
	at[len + 2] = ':';
	draft->out->len += len + 3;
}

static enum status write_once(struct draft *draft, draft_fill *fill, const void *record)
{
	struct draft_at root;

	buffer_clear(draft->out);
	arena_reset(&draft->arena);
	draft->is_cut = draft->is_full = false;
	draft->room_end = 0;
	draft->depth = 0;
	root = open_one(draft, false);
	fill(draft, root, record);
	close_to(draft, 0);
	return draft->is_full || draft->arena.is_full ? STATUS_LIMIT : STATUS_OK;
}

enum status draft_write(draft_fill *fill, const void *record, struct buffer *out)
{
	struct draft draft = {.out = out};
	enum status status = STATUS_LIMIT;

	arena_init(&draft.arena, LIMIT_DRAFT_BYTES);
	for (size_t i = 0; i < sizeof(CEILINGS) / sizeof(CEILINGS[0]) && status == STATUS_LIMIT; i++) {
		draft.text_len_max = CEILINGS[i].text_len_max;
		draft.list_len_max = CEILINGS[i].list_len_max;
		status = write_once(&draft, fill, record);
	}
	arena_finish(&draft.arena);
	if (status != STATUS_OK)
		buffer_clear(out); /* no half a record */
	return status;
}

/* -- members ---------------------------------------------------------------------------------- */

void draft_text(struct draft *draft, struct draft_at object, const char *key, struct bytes value)
{
	add_key(draft, object, key);
	put_text(draft, value);
}

void draft_text_if(struct draft *draft, struct draft_at object, const char *key, struct bytes value)
{
	if (value.len > 0)
		draft_text(draft, object, key, value);
}

void draft_text_or_null(struct draft *draft, struct draft_at object, const char *key, struct bytes value)
{
	add_key(draft, object, key);
	if (value.len > 0)
		put_text(draft, value);
	else
		put(draft, BYTES("null"));
}

void draft_text_joined(struct draft *draft, struct draft_at object, const char *key, struct bytes first,
		       struct bytes second)
{
	if (first.len + second.len > draft->text_len_max || !text_is_plain(first) || !text_is_plain(second)) {
		draft_text(draft, object, key, ARENA_JOIN(&draft->arena, first, second));
		return;
	}
	add_key(draft, object, key);
	put_byte(draft, '"');
	put(draft, first);
	put(draft, second);
	put_byte(draft, '"');
}

void draft_text_number(struct draft *draft, struct draft_at object, const char *key, uint64_t value)
{
	add_key(draft, object, key);
	put_byte(draft, '"');
	put_number(draft, value);
	put_byte(draft, '"');
}

void draft_number(struct draft *draft, struct draft_at object, const char *key, uint64_t value)
{
	add_key(draft, object, key);
	/* OCSF long_t is signed; no honest count comes near. */
	put_number(draft, value > INT64_MAX ? INT64_MAX : value);
}

void draft_real_or_null(struct draft *draft, struct draft_at object, const char *key, double value)
{
	add_key(draft, object, key);
	if (isfinite(value) && value >= 0)
		put_real(draft, value);
	else
		put(draft, BYTES("null"));
}

void draft_bool(struct draft *draft, struct draft_at object, const char *key, bool value)
{
	add_key(draft, object, key);
	put(draft, value ? BYTES("true") : BYTES("false"));
}

struct draft_at draft_object(struct draft *draft, struct draft_at object, const char *key)
{
	add_key(draft, object, key);
	return open_one(draft, false);
}

struct draft_at draft_object_named(struct draft *draft, struct draft_at object, struct bytes key)
{
	add(draft, object);
	put_text(draft, key);
	put_byte(draft, ':');
	return open_one(draft, false);
}

struct draft_at draft_array(struct draft *draft, struct draft_at object, const char *key)
{
	add_key(draft, object, key);
	return open_one(draft, true);
}

struct draft_at draft_array_object(struct draft *draft, struct draft_at array)
{
	add(draft, array);
	return open_one(draft, false);
}

void draft_array_text(struct draft *draft, struct draft_at array, struct bytes value)
{
	add(draft, array);
	put_text(draft, value);
}

void draft_texts(struct draft *draft, struct draft_at object, const char *key, const struct bytes *values,
		 size_t count)
{
	struct draft_at array = draft_array(draft, object, key);
	size_t kept = draft_count(draft, count);

	for (size_t i = 0; i < kept; i++)
		draft_array_text(draft, array, values[i]);
}

size_t draft_count(struct draft *draft, size_t count)
{
	if (count <= draft->list_len_max)
		return count;
	draft->is_cut = true;
	return draft->list_len_max;
}
