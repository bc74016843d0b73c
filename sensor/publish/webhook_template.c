#include "sensor/publish/webhook_template.h"

#include <inttypes.h>
#include <stdio.h>

#define VALUE_BYTES_MAX 1000

static enum status append_byte(struct buffer *out, unsigned char byte, bool is_markup)
{
	char code[8];

	if (byte == '"' || byte == '\\') {
		snprintf(code, sizeof(code), "\\%c", byte);
		return buffer_append(out, bytes_of(code));
	}
	if (byte < 0x20) {
		snprintf(code, sizeof(code), "\\u%04x", byte);
		return buffer_append(out, bytes_of(code));
	}
	if (is_markup && (byte == '&' || byte == '<' || byte == '>'))
		return buffer_append(out, byte == '&'   ? BYTES("&amp;")
					  : byte == '<' ? BYTES("&lt;")
							: BYTES("&gt;"));
	return buffer_append_byte(out, (char)byte);
}

static enum status append_value(struct buffer *out, yyjson_val *value, bool is_markup)
{
	char number[32] = "";
	struct bytes text = bytes_of(number);
	enum status status = STATUS_OK;
	size_t len;

	if (yyjson_is_str(value))
		text = (struct bytes){.data = yyjson_get_str(value), .len = yyjson_get_len(value)};
	else if (yyjson_is_uint(value))
		snprintf(number, sizeof(number), "%" PRIu64, yyjson_get_uint(value));
	else if (yyjson_is_num(value))
		snprintf(number, sizeof(number), "%g", yyjson_get_num(value));
	else if (yyjson_is_bool(value))
		snprintf(number, sizeof(number), "%s", yyjson_is_true(value) ? "true" : "false");
	if (text.data == number)
		text = bytes_of(number);
	len = text.len;
	if (len > VALUE_BYTES_MAX) {
		len = VALUE_BYTES_MAX;
		while (len > 0 && ((unsigned char)text.data[len] & 0xC0) == 0x80)
			len--; /* never through the middle of a character */
	}
	for (size_t i = 0; i < len && status == STATUS_OK; i++)
		status = append_byte(out, (unsigned char)text.data[i], is_markup);
	return status;
}

static enum status append_field(struct buffer *out, struct bytes field, yyjson_val *record)
{
	bool is_markup = bytes_starts(field, BYTES("&"));

	for (struct bytes rest = bytes_from(field, is_markup); rest.data != NULL && rest.len > 0;) {
		struct bytes pointer = bytes_trim(bytes_split(&rest, '|'));
		yyjson_val *value = yyjson_ptr_getn(record, pointer.data, pointer.len);

		if (value != NULL && !yyjson_is_null(value))
			return append_value(out, value, is_markup);
	}
	return STATUS_OK;
}

enum status webhook_template_fill(struct bytes text, yyjson_val *record, struct buffer *out)
{
	enum status status = STATUS_OK;

	buffer_clear(out);
	while (text.len > 0 && status == STATUS_OK) {
		size_t from = bytes_find(text, BYTES("{{"));
		size_t to = from == BYTES_NOT_FOUND ? BYTES_NOT_FOUND
						    : bytes_find(bytes_from(text, from), BYTES("}}"));

		if (to == BYTES_NOT_FOUND)
			return buffer_append(out, text);
		status = buffer_append(out, bytes_slice(text, 0, from));
		if (status == STATUS_OK)
			status = append_field(out, bytes_slice(text, from + 2, to - 2), record);
		text = bytes_from(text, from + to + 2);
	}
	return status;
}
