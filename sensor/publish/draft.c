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

/* Keys are short: two words that overlap, without a call. */
static inline char *put_key(char *to, struct bytes key)
{
	uint64_t head, tail;

	*to++ = '"';
	if (key.len >= sizeof(head) && key.len <= 2 * sizeof(head)) {
		memcpy(&head, key.data, sizeof(head));
		memcpy(&tail, key.data + key.len - sizeof(tail), sizeof(tail));
		memcpy(to, &head, sizeof(head));
		memcpy(to + key.len - sizeof(tail), &tail, sizeof(tail));
		to += key.len;
	} else if (key.len < sizeof(head)) {
		for (size_t i = 0; i < key.len; i++)
			*to++ = key.data[i];
	} else {
		to = mempcpy(to, key.data, key.len);
	}
	*to++ = '"';
	*to++ = ':';
	return to;
}

/* A member begins: what stands deeper is over, a comma is due behind what stands there already, and the key
 * follows (none in an array). Where its value goes, with room for `len` bytes; member_end must follow. NULL:
 * there is no room. */
static inline char *member_begin(struct draft *draft, struct draft_at at, struct bytes key, size_t len)
{
	size_t closers = draft->depth - at.depth;
	bool has_members;
	char *to;

	CHECK(at.depth <= draft->depth && draft->open[at.depth].serial == at.serial);
	has_members = draft->open[at.depth].has_members;
	draft->open[at.depth].has_members = true;
	to = room(draft, closers + has_members + (key.data == NULL ? 0 : key.len + 3) + len);
	if (to == NULL) {
		draft->depth = at.depth;
		return NULL;
	}
	for (; draft->depth > at.depth; draft->depth--)
		*to++ = draft->open[draft->depth].is_array ? ']' : '}';
	if (has_members)
		*to++ = ',';
	return key.data == NULL ? to : put_key(to, key);
}

static void member_end(struct draft *draft, const char *to)
{
	draft->out->len = (size_t)(to - draft->out->data);
}

static void member(struct draft *draft, struct draft_at at, struct bytes key, struct bytes value)
{
	char *to = member_begin(draft, at, key, value.len);

	if (to != NULL)
		member_end(draft, mempcpy(to, value.data, value.len));
}

/* Two texts as one. */
static void member_text(struct draft *draft, struct draft_at at, struct bytes key, struct bytes first,
			struct bytes second)
{
	char *to = member_begin(draft, at, key, first.len + second.len + 2);

	if (to == NULL)
		return;
	*to++ = '"';
	if (first.len > 0)
		to = mempcpy(to, first.data, first.len);
	if (second.len > 0)
		to = mempcpy(to, second.data, second.len);
	*to++ = '"';
	member_end(draft, to);
}

/* Nearly every text is plain: it goes as it is. */
void draft_add_text(struct draft *draft, struct draft_at at, struct bytes key, struct bytes value)
{
	bool is_long = value.len > draft->text_len_max;
	char *to = member_begin(draft, at, key, is_long ? 1 : value.len + 2);

	if (to == NULL)
		return;
	*to++ = '"';
	if (!is_long && text_copy_plain(to, value)) {
		to[value.len] = '"';
		member_end(draft, to + value.len + 1);
		return;
	}
	member_end(draft, to);
	put_escaped(draft, text_clean(value, draft->text_len_max, &draft->arena, &draft->is_cut));
	put_byte(draft, '"');
}

#define DIGITS_MAX 20 /* of 2^64 - 1 */

/* The digits of 0 to 99, two each. */
static const char two_digits[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

/* As many digits as it has, at the end of `text`. */
static struct bytes digits_of(uint64_t value, char text[DIGITS_MAX])
{
	size_t at = DIGITS_MAX;

	for (; value >= 100; value /= 100)
		memcpy(text + (at -= 2), two_digits + 2 * (value % 100), 2);
	if (value >= 10)
		memcpy(text + (at -= 2), two_digits + 2 * value, 2);
	else
		text[--at] = (char)('0' + value);
	return (struct bytes){text + at, DIGITS_MAX - at};
}

static struct draft_at open_one(struct draft *draft, bool is_array)
{
	CHECK(draft->depth + 1 < DRAFT_DEPTH_MAX);
	draft->depth++;
	draft->serial++;
	draft->open[draft->depth].serial = draft->serial;
	draft->open[draft->depth].is_array = is_array;
	draft->open[draft->depth].has_members = false;
	return (struct draft_at){.depth = draft->depth, .serial = draft->serial};
}

static struct draft_at add_one(struct draft *draft, struct draft_at at, struct bytes key, bool is_array)
{
	char *to = member_begin(draft, at, key, 1);

	if (to != NULL) {
		*to++ = is_array ? '[' : '{';
		member_end(draft, to);
	}
	return open_one(draft, is_array);
}

static enum status write_once(struct draft *draft, draft_fill *fill, const void *record)
{
	struct draft_at root;

	buffer_clear(draft->out);
	arena_reset(&draft->arena);
	draft->is_cut = draft->is_full = false;
	draft->room_end = 0;
	draft->depth = 0;
	put_byte(draft, '{');
	root = open_one(draft, false);
	fill(draft, root, record);
	for (; draft->depth > 0; draft->depth--)
		put_byte(draft, draft->open[draft->depth].is_array ? ']' : '}');
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

void draft_add_word(struct draft *draft, struct draft_at at, struct bytes key, struct bytes word)
{
	member_text(draft, at, key, word, BYTES_NONE);
}

void draft_add_joined(struct draft *draft, struct draft_at at, struct bytes key, struct bytes first,
		      struct bytes second)
{
	if (first.len + second.len > draft->text_len_max || !text_is_plain(first) || !text_is_plain(second))
		draft_add_text(draft, at, key, ARENA_JOIN(&draft->arena, first, second));
	else
		member_text(draft, at, key, first, second);
}

void draft_add_text_number(struct draft *draft, struct draft_at at, struct bytes key, uint64_t value)
{
	char text[DIGITS_MAX];

	member_text(draft, at, key, digits_of(value, text), BYTES_NONE);
}

void draft_add_number(struct draft *draft, struct draft_at at, struct bytes key, uint64_t value)
{
	char text[DIGITS_MAX];

	/* OCSF long_t is signed; no honest count comes near. */
	member(draft, at, key, digits_of(value > INT64_MAX ? INT64_MAX : value, text));
}

void draft_add_literal(struct draft *draft, struct draft_at at, struct bytes key, struct bytes literal)
{
	member(draft, at, key, literal);
}

void draft_real_or_null(struct draft *draft, struct draft_at object, const char *key, double value)
{
	if (!isfinite(value) || value < 0) {
		member(draft, object, bytes_of(key), BYTES("null"));
		return;
	}
	member(draft, object, bytes_of(key), BYTES(""));
	put_real(draft, value);
}

void draft_members(struct draft *draft, struct draft_at object, struct bytes members)
{
	member(draft, object, BYTES_NONE, members);
}

size_t draft_next(const struct draft *draft, struct draft_at object)
{
	return draft->out->len + (draft->depth - object.depth) + draft->open[object.depth].has_members;
}

struct bytes draft_since(struct draft *draft, struct draft_at object, size_t from)
{
	size_t len = draft->out->len, closers = draft->depth - object.depth;
	char *to = room(draft, closers);

	if (to == NULL || from > len)
		return BYTES_NONE;
	for (size_t depth = draft->depth; depth > object.depth;
	     depth--) /* they stay open: it is written again */
		*to++ = draft->open[depth].is_array ? ']' : '}';
	return bytes_slice((struct bytes){draft->out->data, len + closers}, from, len + closers - from);
}

bool draft_is_roomy(const struct draft *draft)
{
	return draft->text_len_max == CEILINGS[0].text_len_max && !draft->is_cut && !draft->is_full;
}

struct draft_at draft_add_object(struct draft *draft, struct draft_at at, struct bytes key)
{
	return add_one(draft, at, key, false);
}

struct draft_at draft_add_array(struct draft *draft, struct draft_at at, struct bytes key)
{
	return add_one(draft, at, key, true);
}

struct draft_at draft_object_named(struct draft *draft, struct draft_at object, struct bytes key)
{
	draft_add_text(draft, object, BYTES_NONE, key);
	put(draft, BYTES(":{"));
	return open_one(draft, false);
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
