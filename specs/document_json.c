/* JSON (RFC 8259), strictly, with the place of every value. Recursion is bounded by build_open. */
#include <string.h>

#include "specs/document_build.h"

struct json_reader {
	struct build *build;
	const char *at, *end;
	const char *line_start;
	uint32_t line;
};

static struct spot spot_at(const struct json_reader *reader)
{
	return (struct spot){.line = reader->line, .column = (uint32_t)(reader->at - reader->line_start) + 1};
}

static bool fail(struct json_reader *reader, const char *words)
{
	return build_fail(reader->build, STATUS_INVALID, spot_at(reader), "mend the JSON", "%s", words);
}

static void space_skip(struct json_reader *reader)
{
	for (; reader->at < reader->end && ascii_is_space(*reader->at); reader->at++)
		if (*reader->at == '\n') {
			reader->line++;
			reader->line_start = reader->at + 1;
		}
}

static bool is_next(struct json_reader *reader, char byte)
{
	space_skip(reader);
	if (reader->at == reader->end || *reader->at != byte)
		return false;
	reader->at++;
	return true;
}

static bool hex_read(struct json_reader *reader, uint32_t *out_value)
{
	uint32_t value = 0;

	if (reader->end - reader->at < 4)
		return fail(reader, "\\u needs four hexadecimal digits");
	for (int i = 0; i < 4; i++) {
		int digit = ascii_hex_value(reader->at[i]);

		if (digit < 0)
			return fail(reader, "\\u needs four hexadecimal digits");
		value = value << 4 | (uint32_t)digit;
	}
	reader->at += 4;
	*out_value = value;
	return true;
}

static size_t utf8_put(uint32_t code, char *out)
{
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xc0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xe0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3f));
		out[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3f));
	out[2] = (char)(0x80 | (code >> 6 & 0x3f));
	out[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

/* Behind \u. A surrogate without its partner becomes U+FFFD: it has no UTF-8 form. */
static bool unicode_read(struct json_reader *reader, char *out, size_t *out_len)
{
	uint32_t code = 0, low = 0;

	if (!hex_read(reader, &code))
		return false;
	if (code >= 0xd800 && code < 0xdc00 && reader->end - reader->at >= 6 && reader->at[0] == '\\' &&
	    reader->at[1] == 'u') {
		const char *before = reader->at;

		reader->at += 2;
		if (!hex_read(reader, &low))
			return false;
		if (low >= 0xdc00 && low < 0xe000)
			code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
		else
			reader->at = before;
	}
	if (code >= 0xd800 && code < 0xe000)
		code = 0xfffd;
	*out_len = utf8_put(code, out);
	return true;
}

static bool escape_read(struct json_reader *reader, char *out, size_t *out_len)
{
	static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
	const char *name;

	if (reader->at == reader->end)
		return fail(reader, "the string does not end");
	if (*reader->at == 'u') {
		reader->at++;
		return unicode_read(reader, out, out_len);
	}
	name = memchr(names, *reader->at, sizeof(names) - 1);
	if (name == NULL)
		return fail(reader, "no such escape in a string");
	reader->at++;
	*out = values[name - names];
	*out_len = 1;
	return true;
}

/* The end of the string that starts here; *out_escapes counts its backslashes. */
static const char *string_end(const struct json_reader *reader, size_t *out_escapes)
{
	for (const char *at = reader->at; at < reader->end && (unsigned char)*at >= 0x20; at++) {
		if (*at == '"')
			return at;
		if (*at == '\\') {
			++*out_escapes;
			at++;
		}
	}
	return NULL;
}

/* Behind the quotation mark. Text without escapes stays where it is: in the document's copy. */
static bool string_read(struct json_reader *reader, struct bytes *out_text)
{
	size_t escapes = 0, used = 0, len = 0;
	const char *end = string_end(reader, &escapes);
	char *text;

	if (end == NULL)
		return fail(reader, "the string does not end, or holds a control character");
	if (escapes == 0) {
		*out_text = (struct bytes){.data = reader->at, .len = (size_t)(end - reader->at)};
		reader->at = end + 1;
		return true;
	}
	text = arena_alloc(&reader->build->document->arena, (size_t)(end - reader->at));
	if (text == NULL)
		return build_fail(reader->build, STATUS_NO_MEMORY, spot_at(reader),
				  "give the sensor more memory", "no memory for this file");
	while (reader->at < end) {
		if (*reader->at != '\\') {
			text[used++] = *reader->at++;
			continue;
		}
		reader->at++;
		if (!escape_read(reader, text + used, &len))
			return false;
		used += len;
	}
	reader->at = end + 1;
	*out_text = (struct bytes){.data = text, .len = used};
	return true;
}

static bool scalar_add(struct json_reader *reader, enum node_kind kind, struct bytes text, struct spot spot)
{
	return build_add(reader->build, build_scalar(reader->build, kind, text, spot), 1, 0);
}

static bool word_read(struct json_reader *reader)
{
	struct bytes rest = {.data = reader->at, .len = (size_t)(reader->end - reader->at)};
	struct spot spot = spot_at(reader);
	struct node *node;
	bool is_true = bytes_starts(rest, BYTES("true"));
	size_t len = is_true || bytes_starts(rest, BYTES("null")) ? 4 : 5;

	if (len == 5 && !bytes_starts(rest, BYTES("false")))
		return fail(reader, "expected a value");
	node = build_scalar(reader->build, rest.data[0] == 'n' ? NODE_NULL : NODE_BOOLEAN,
			    bytes_slice(rest, 0, len), spot);
	if (node == NULL)
		return false;
	node->boolean = is_true;
	reader->at += len;
	return build_add(reader->build, node, 1, 0);
}

static void digits_skip(struct json_reader *reader)
{
	while (reader->at < reader->end && ascii_is_digit(*reader->at))
		reader->at++;
}

static bool digits_read(struct json_reader *reader)
{
	const char *first = reader->at;

	digits_skip(reader);
	return reader->at > first;
}

static bool number_read(struct json_reader *reader)
{
	struct spot spot = spot_at(reader);
	const char *first = reader->at;
	const char *whole;

	reader->at += *reader->at == '-';
	whole = reader->at;
	if (!digits_read(reader) || (*whole == '0' && reader->at - whole > 1))
		return fail(reader, "not a JSON number");
	if (reader->at < reader->end && *reader->at == '.') {
		reader->at++;
		if (!digits_read(reader))
			return fail(reader, "not a JSON number");
	}
	if (reader->at < reader->end && (*reader->at == 'e' || *reader->at == 'E')) {
		reader->at++;
		if (reader->at < reader->end && (*reader->at == '+' || *reader->at == '-'))
			reader->at++;
		if (!digits_read(reader))
			return fail(reader, "not a JSON number");
	}
	return scalar_add(reader, NODE_NUMBER,
			  (struct bytes){.data = first, .len = (size_t)(reader->at - first)}, spot);
}

static bool value_read(struct json_reader *reader);

static bool list_read(struct json_reader *reader)
{
	if (is_next(reader, ']'))
		return true;
	do
		if (!value_read(reader))
			return false;
	while (is_next(reader, ','));
	return is_next(reader, ']') || fail(reader, "expected , or ]");
}

static bool table_read(struct json_reader *reader)
{
	struct bytes key;
	struct spot spot;

	if (is_next(reader, '}'))
		return true;
	do {
		space_skip(reader);
		spot = spot_at(reader);
		if (!is_next(reader, '"'))
			return fail(reader, "expected a key in quotation marks");
		if (!string_read(reader, &key))
			return false;
		if (!is_next(reader, ':'))
			return fail(reader, "expected : behind the key");
		build_key(reader->build, key, spot, false);
		if (!value_read(reader))
			return false;
	} while (is_next(reader, ','));
	return is_next(reader, '}') || fail(reader, "expected , or }");
}

static bool value_read(struct json_reader *reader)
{
	struct bytes text;
	struct spot spot;
	char byte;

	space_skip(reader);
	spot = spot_at(reader);
	if (reader->at == reader->end)
		return fail(reader, "the file ends in the middle");
	byte = *reader->at;
	if (byte == '{' || byte == '[') {
		reader->at++;
		if (!build_open(reader->build, byte == '{' ? NODE_TABLE : NODE_LIST, spot))
			return false;
		return (byte == '{' ? table_read(reader) : list_read(reader)) &&
		       build_close(reader->build) != NULL;
	}
	if (byte == '"') {
		reader->at++;
		return string_read(reader, &text) && scalar_add(reader, NODE_STRING, text, spot);
	}
	return byte == '-' || ascii_is_digit(byte) ? number_read(reader) : word_read(reader);
}

bool json_document_read(struct bytes text, struct build *build)
{
	struct json_reader reader = {.build = build,
				     .at = text.data,
				     .end = text.data + text.len,
				     .line_start = text.data,
				     .line = 1};

	if (!value_read(&reader))
		return false;
	space_skip(&reader);
	return reader.at == reader.end || fail(&reader, "text behind the end of the JSON value");
}
