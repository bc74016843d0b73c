#include "parsers/multipart.h"

#include <string.h>

#include "parsers/base/limits.h"

/* -- fields ------------------------------------------------------------------- */

/* The end of a parameter: its semicolon, outside of quotes. */
static size_t parameter_end(struct bytes text)
{
	bool is_quoted = false;

	for (size_t i = 0; i < text.len; i++) {
		if (is_quoted && text.data[i] == '\\')
			i++;
		else if (text.data[i] == '"')
			is_quoted = !is_quoted;
		else if (text.data[i] == ';' && !is_quoted)
			return i;
	}
	return text.len;
}

static struct bytes without_quotes(struct bytes value)
{
	value = bytes_trim(value);
	if (value.len >= 2 && value.data[0] == '"' && value.data[value.len - 1] == '"')
		return bytes_slice(value, 1, value.len - 2);
	return value;
}

struct bytes field_parameter(struct bytes field, struct bytes name)
{
	while (field.len > 0) {
		size_t end = parameter_end(field);
		struct bytes value = bytes_slice(field, 0, end);
		struct bytes key = bytes_trim(bytes_split(&value, '='));

		if (value.data != NULL && bytes_equal_nocase(key, name))
			return without_quotes(value);
		field = bytes_from(field, end + 1);
	}
	return BYTES_NONE;
}

struct bytes multipart_field(const struct multipart_part *part, struct bytes name)
{
	for (struct bytes rest = part->head; rest.data != NULL;) {
		struct bytes value = bytes_split(&rest, '\n');
		struct bytes key = bytes_split(&value, ':');

		if (value.data != NULL && bytes_equal_nocase(bytes_trim(key), name))
			return bytes_trim(value);
	}
	return BYTES_NONE;
}

/* -- delimiters ----------------------------------------------------------------- */

static bool broken(struct multipart *multipart, const char *error, size_t offset)
{
	multipart->error = error;
	multipart->error_offset = offset;
	return false;
}

/* "--boundary", then perhaps "--", then nothing but white space to the end of the line. */
static bool is_delimiter(const struct multipart *multipart, size_t at)
{
	struct bytes rest = bytes_from(multipart->content, at);

	if (!bytes_starts(rest, BYTES("--")) || !bytes_starts(bytes_from(rest, 2), multipart->boundary))
		return false;
	rest = bytes_from(rest, 2 + multipart->boundary.len);
	if (bytes_starts(rest, BYTES("--")))
		rest = bytes_from(rest, 2);
	for (size_t i = 0; i < rest.len && rest.data[i] != '\n'; i++)
		if (!ascii_is_space(rest.data[i]))
			return false;
	return true;
}

/* The next delimiter at the start of a line, from `from` on; BYTES_NOT_FOUND when there is none. */
static size_t find_delimiter(const struct multipart *multipart, size_t from)
{
	struct bytes content = multipart->content;

	for (size_t at = from; at < content.len;) {
		size_t dash;

		if ((at == 0 || content.data[at - 1] == '\n') && is_delimiter(multipart, at))
			return at;
		dash = bytes_find(bytes_from(content, at), BYTES("\n--"));
		if (dash == BYTES_NOT_FOUND)
			return BYTES_NOT_FOUND;
		at += dash + 1;
	}
	return BYTES_NOT_FOUND;
}

/* The line break before a delimiter belongs to it. */
static struct bytes without_break(struct bytes content)
{
	if (content.len > 0 && content.data[content.len - 1] == '\n')
		content.len--;
	if (content.len > 0 && content.data[content.len - 1] == '\r')
		content.len--;
	return content;
}

void multipart_open(struct multipart *multipart, struct bytes content, struct bytes content_type)
{
	*multipart = (struct multipart){.content = content,
					.boundary = field_parameter(content_type, BYTES("boundary"))};
	if (multipart->boundary.len == 0 || multipart->boundary.len > MULTIPART_BOUNDARY_MAX) {
		broken(multipart, "no boundary", 0);
		return;
	}
	multipart->at = find_delimiter(multipart, 0);
	if (multipart->at == BYTES_NOT_FOUND)
		broken(multipart, "the boundary is not there", 0);
}

/* Head and content of what stands behind a delimiter line. */
static bool part_split(struct multipart *multipart, struct bytes text, size_t offset,
		       struct multipart_part *part)
{
	size_t at = 0;

	while (at < text.len) {
		struct bytes line = bytes_slice(text, at, bytes_find_byte(bytes_from(text, at), '\n'));
		size_t next = at + line.len + 1;

		if (bytes_trim(line).len == 0) {
			part->head = bytes_slice(text, 0, at);
			part->content = bytes_from(text, next);
			return true;
		}
		if (next > LIMIT_PART_HEAD_BYTES) {
			multipart->is_ceiling = true;
			return broken(multipart, "a part's head is too long", offset);
		}
		at = next;
	}
	return broken(multipart, "a part's head has no end", offset);
}

bool multipart_next(struct multipart *multipart, struct multipart_part *out_part)
{
	struct bytes content = multipart->content, disposition, rest;
	struct multipart_part part = {0};
	size_t from, end;

	if (multipart->error != NULL || multipart->is_over)
		return false;
	from = multipart->at + 2 + multipart->boundary.len;
	rest = bytes_from(content, from);
	if (bytes_starts(rest, BYTES("--"))) {
		multipart->is_over = true;
		return false;
	}
	if (multipart->count == LIMIT_MULTIPART_PARTS) {
		multipart->is_ceiling = true;
		return broken(multipart, "too many parts", from);
	}
	end = bytes_find_byte(rest, '\n');
	if (end == BYTES_NOT_FOUND)
		return broken(multipart, "the last boundary is missing", content.len);
	from += end + 1;
	/* A part without fields and content: the next delimiter follows at once. */
	end = find_delimiter(multipart, from);
	if (end == BYTES_NOT_FOUND)
		return broken(multipart, "the last boundary is missing", content.len);
	if (!part_split(multipart, bytes_slice(content, from, end - from), from, &part))
		return false;
	part.content = without_break(part.content);
	disposition = multipart_field(&part, BYTES("content-disposition"));
	part.name = field_parameter(disposition, BYTES("name"));
	part.file_name = field_parameter(disposition, BYTES("filename"));
	part.content_type = multipart_field(&part, BYTES("content-type"));
	multipart->at = end;
	multipart->count++;
	*out_part = part;
	return true;
}
