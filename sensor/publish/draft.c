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

/* Past the ceiling by as much as a member may ask for too much: the whole is measured when it is done. */
static char *make_room(struct draft *draft, size_t len)
{
	const size_t len_max = LIMIT_RECORD_BYTES + DRAFT_DEPTH_MAX + 1 + DRAFT_ROOM;
	struct buffer *out = draft->out;

	out->len = draft->to == NULL ? 0 : (size_t)(draft->to - out->data);
	if (draft->is_full || out->len + len > len_max || buffer_reserve(out, len) != STATUS_OK) {
		draft->is_full = true;
		draft->end = draft->to; /* nothing fits any more */
		return NULL;
	}
	draft->to = out->data + out->len;
	draft->end = out->data + (out->capacity < len_max ? out->capacity : len_max);
	return draft->to;
}

/* Room for `len` bytes, one at least; NULL: there is none. */
static char *room(struct draft *draft, size_t len)
{
	return (size_t)(draft->end - draft->to) >= len ? draft->to : make_room(draft, len);
}

static void put(struct draft *draft, struct bytes run)
{
	char *to = run.len == 0 ? NULL : room(draft, run.len);

	if (to != NULL)
		draft->to = mempcpy(to, run.data, run.len);
}

static void put_byte(struct draft *draft, char byte)
{
	put(draft, (struct bytes){&byte, 1});
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
		draft->is_full = true;
	else
		put(draft, (struct bytes){text, len});
	free(text);
}

/* -- structure -------------------------------------------------------------------------------- */

char *draft_begin_anew(struct draft *draft, struct draft_at at, size_t len)
{
	CHECK(at.depth <= draft->depth && draft->open[at.depth].serial == at.serial);
	if (room(draft, DRAFT_DEPTH_MAX + 1 + len) != NULL)
		return draft_begin(draft, at, len);
	draft->depth = at.depth;
	return NULL;
}

void draft_put_mended(struct draft *draft, char *to, struct bytes value)
{
	*to = '"';
	draft->to = to + 1;
	put_escaped(draft, text_clean(value, draft->text_len_max, &draft->arena, &draft->is_cut));
	put_byte(draft, '"');
}

#define DIGITS_MAX 20 /* of 2^64 - 1 */

/* The digits of 0 to 99, two each. */
static const char two_digits[] =
	"00010203040506070809101112131415161718192021222324252627282930313233343536373839"
	"40414243444546474849505152535455565758596061626364656667686970717273747576777879"
	"8081828384858687888990919293949596979899";

#define FIVE_FROM(power) (power), (power)*10, (power)*100, (power)*1000, (power)*10000

static size_t digit_count(uint64_t value)
{
	/* the least number with one digit more; 0 has one */
	static const uint64_t powers[DIGITS_MAX] = {0,
						    10,
						    100,
						    1000,
						    10000,
						    FIVE_FROM(100000ull),
						    FIVE_FROM(10000000000ull),
						    FIVE_FROM(1000000000000000ull)};
	/* by its bits, of which a digit has 1233 / 4096: as many, or one too few */
	size_t count = (64 - (size_t)__builtin_clzll(value | 1)) * 1233 >> 12;

	return count + (value >= powers[count]);
}

static char *put_digits(char *to, uint64_t value)
{
	char *end = to + digit_count(value), *at = end;
	uint32_t rest;

	for (; value >= 10000; value /= 10000) {
		rest = (uint32_t)(value % 10000);
		memcpy(at -= 2, two_digits + 2 * (rest % 100), 2);
		memcpy(at -= 2, two_digits + 2 * (rest / 100), 2);
	}
	rest = (uint32_t)value;
	if (rest >= 100) {
		memcpy(at -= 2, two_digits + 2 * (rest % 100), 2);
		rest /= 100;
	}
	if (rest >= 10)
		memcpy(at - 2, two_digits + 2 * rest, 2);
	else
		at[-1] = (char)('0' + rest);
	return end;
}

void draft_put_digits(struct draft *draft, char *to, uint64_t value)
{
	/* OCSF long_t is signed; no honest count comes near. */
	if (to != NULL)
		draft->to = put_digits(to, value > INT64_MAX ? INT64_MAX : value);
}

void draft_put_text_number(struct draft *draft, char *to, uint64_t value)
{
	if (to == NULL)
		return;
	*to++ = '"';
	to = put_digits(to, value);
	*to++ = '"';
	draft->to = to;
}

static enum status write_once(struct draft *draft, draft_fill *fill, const void *record)
{
	struct buffer *out = draft->out;

	buffer_clear(out);
	arena_reset(&draft->arena);
	draft->is_cut = draft->is_full = false;
	draft->to = draft->end = NULL;
	draft->depth = 0;
	fill(draft, draft_put_open(draft, room(draft, 1), false), record);
	for (; draft->depth > 0; draft->depth--)
		put_byte(draft, draft->open[draft->depth].closer);
	if (draft->is_full || draft->arena.is_full || (size_t)(draft->to - out->data) > LIMIT_RECORD_BYTES)
		return STATUS_LIMIT;
	out->len = (size_t)(draft->to - out->data);
	return STATUS_OK;
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

void draft_text_joined(struct draft *draft, struct draft_at object, const char *key, struct bytes first,
		       struct bytes second)
{
	draft_text(draft, object, key, ARENA_JOIN(&draft->arena, first, second));
}

void draft_real_or_null(struct draft *draft, struct draft_at object, const char *key, double value)
{
	bool is_real = isfinite(value) && value >= 0;

	draft_put_literal(draft, draft_key(draft, object, bytes_of(key), DRAFT_ROOM),
			  is_real ? BYTES("") : BYTES("null"));
	if (is_real)
		put_real(draft, value);
}

void draft_pieces(struct draft *draft, struct draft_at object, const struct bytes *pieces, size_t count)
{
	size_t len = 0;
	char *to;

	for (size_t i = 0; i < count; i++)
		len += pieces[i].len;
	to = draft_begin(draft, object, len);
	for (size_t i = 0; to != NULL && i < count; i++)
		if (pieces[i].len > 0)
			to = mempcpy(to, pieces[i].data, pieces[i].len);
	if (to != NULL)
		draft->to = to;
}

size_t draft_next(const struct draft *draft, struct draft_at object)
{
	return (size_t)(draft->to - draft->out->data) + (draft->depth - object.depth) +
	       draft->open[object.depth].has_members;
}

struct bytes draft_since(struct draft *draft, struct draft_at object, size_t from)
{
	char *to = room(draft, DRAFT_DEPTH_MAX);
	size_t len;

	if (to == NULL)
		return BYTES_NONE;
	for (size_t depth = draft->depth; depth > object.depth;
	     depth--) /* they stay open: it is written again */
		*to++ = draft->open[depth].closer;
	len = (size_t)(to - draft->out->data);
	return from > len ? BYTES_NONE : (struct bytes){draft->out->data + from, len - from};
}

bool draft_is_roomy(const struct draft *draft)
{
	return draft->text_len_max == CEILINGS[0].text_len_max && !draft->is_cut && !draft->is_full;
}

struct draft_at draft_object_named(struct draft *draft, struct draft_at object, struct bytes key)
{
	draft_put_text(draft, draft_key(draft, object, BYTES_NONE, draft_text_room(draft, key)), key);
	put_byte(draft, ':');
	return draft_put_open(draft, room(draft, 1), false);
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
