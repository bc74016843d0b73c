#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/body.h"

static bool is_encoded_at(struct bytes text, size_t at)
{
	return text.data[at] == '%' && text.len - at > 2 && ascii_hex_value(text.data[at + 1]) >= 0 &&
	       ascii_hex_value(text.data[at + 2]) >= 0;
}

struct bytes percent_decode(struct bytes text, bool plus_is_space, struct arena *arena)
{
	size_t len = 0;
	char *out;

	if (bytes_find_byte(text, '%') == BYTES_NOT_FOUND &&
	    (!plus_is_space || bytes_find_byte(text, '+') == BYTES_NOT_FOUND))
		return text;
	out = arena_alloc(arena, text.len + 1);
	if (out == NULL)
		return BYTES_NONE;
	for (size_t i = 0; i < text.len; i++) {
		if (is_encoded_at(text, i)) {
			out[len++] = (char)(ascii_hex_value(text.data[i + 1]) << 4 |
					    ascii_hex_value(text.data[i + 2]));
			i += 2;
		} else if (plus_is_space && text.data[i] == '+') {
			out[len++] = ' ';
		} else {
			out[len++] = text.data[i];
		}
	}
	return (struct bytes){.data = out, .len = len};
}

static size_t count_of(struct bytes text)
{
	size_t count = 1;

	for (size_t i = 0; i < text.len && count < LIMIT_BODY_VALUES; i++)
		count += text.data[i] == '&';
	return count;
}

static bool field_read(struct bytes part, struct arena *arena, struct form_field *out_field)
{
	struct form_field field = {.raw_value = part};

	field.raw_name = bytes_split(&field.raw_value, '=');
	field.name = percent_decode(field.raw_name, true, arena);
	field.value = percent_decode(field.raw_value, true, arena);
	*out_field = field;
	return (field.name.data != NULL || field.raw_name.len == 0) &&
	       (field.value.data != NULL || field.raw_value.len == 0);
}

struct form_field *form_read(struct bytes text, struct arena *arena, size_t *out_count)
{
	size_t count_max, count = 0;
	struct form_field *fields;

	*out_count = 0;
	if (text.len == 0)
		return NULL;
	count_max = count_of(text);
	fields = arena_alloc(arena, count_max * sizeof(*fields));
	if (fields == NULL)
		return NULL;
	for (struct bytes rest = text; rest.data != NULL && count < count_max;) {
		struct bytes part = bytes_split(&rest, '&');

		if (part.len == 0)
			continue;
		if (!field_read(part, arena, &fields[count]))
			return NULL;
		count++;
	}
	if (count == 0)
		return NULL;
	*out_count = count;
	return fields;
}
