#include "specs/template.h"

#include <string.h>

#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"
#include "parsers/base/uuid.h"

/* A literal segment longer than this is data, not a name. */
#define NAME_BYTES_MAX 40

static bool is_int(struct bytes segment)
{
	size_t i = segment.len > 1 && segment.data[0] == '-' ? 1 : 0;

	for (; i < segment.len; i++)
		if (!ascii_is_digit(segment.data[i]))
			return false;
	return segment.len > 0;
}

/* "2026-01-31", with anything that a time may add behind it. */
static bool is_date(struct bytes segment)
{
	static const char form[] = "9999-99-99";

	if (segment.len < sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (form[i] == '9' ? !ascii_is_digit(segment.data[i]) : segment.data[i] != form[i])
			return false;
	return segment.len == sizeof(form) - 1 || segment.data[10] == 'T' || segment.data[10] == 't';
}

struct letters {
	size_t digits, hex, letters, upper, others;
};

static struct letters count_letters(struct bytes segment)
{
	struct letters count = {0};

	for (size_t i = 0; i < segment.len; i++) {
		char byte = segment.data[i];

		count.digits += ascii_is_digit(byte);
		count.hex += ascii_hex_value(byte) >= 0;
		count.letters += ascii_is_alpha(byte);
		count.upper += byte >= 'A' && byte <= 'Z';
		count.others += !ascii_is_alnum(byte) && byte != '-' && byte != '_';
	}
	return count;
}

static const char *kind_of(struct bytes segment)
{
	struct letters count = count_letters(segment);

	if (is_int(segment))
		return "{int}";
	if (uuid_is(segment))
		return "{uuid}";
	if (is_date(segment))
		return "{date}";
	if (segment.len >= 8 && count.hex == segment.len && count.digits > 0)
		return "{hex}";
	/* Identifiers mix letters with several digits, or are too long for a name; "v2" and "iso3166" stay.
	 */
	if (count.digits >= 5 && count.digits * 4 >= segment.len && segment.len >= 6)
		return "{token}";
	if (segment.len >= 16 && count.digits >= 2 && count.upper > 0 && count.letters > count.upper)
		return "{token}";
	if (segment.len > NAME_BYTES_MAX || bytes_find_byte(segment, '%') != BYTES_NOT_FOUND ||
	    bytes_find_byte(segment, '@') != BYTES_NOT_FOUND || count.others * 2 > segment.len)
		return "{token}";
	return NULL;
}

/* Bytes that are not printable never reach a template. */
static enum status append_name(struct buffer *out, struct bytes segment)
{
	for (size_t i = 0; i < segment.len; i++) {
		char byte = segment.data[i];
		enum status status = buffer_append_byte(out, byte > ' ' && byte <= '~' ? byte : '?');

		if (status != STATUS_OK)
			return status;
	}
	return STATUS_OK;
}

static enum status append_segment(struct buffer *out, struct bytes segment)
{
	const char *kind = kind_of(segment);
	enum status status = buffer_append_byte(out, '/');

	if (status != STATUS_OK)
		return status;
	return kind == NULL ? append_name(out, segment) : buffer_append(out, bytes_of(kind));
}

struct bytes template_learn(struct bytes path, struct arena *arena)
{
	struct buffer text = BUFFER_MAX(LIMIT_START_LINE_BYTES);
	struct bytes rest = path.len > 0 && path.data[0] == '/' ? bytes_from(path, 1) : path;
	enum status status = STATUS_OK;
	size_t count = 0;
	struct bytes learned;

	if (rest.data == NULL)
		rest = BYTES("");
	while (rest.data != NULL && status == STATUS_OK && count++ < TEMPLATE_SEGMENTS_MAX)
		status = append_segment(&text, bytes_split(&rest, '/'));
	if (status == STATUS_OK && rest.data != NULL)
		status = buffer_append(&text, BYTES("/{rest}"));
	learned = arena_copy(arena, status == STATUS_OK ? buffer_bytes(&text) : BYTES("/{rest}"));
	buffer_finish(&text);
	return learned;
}
