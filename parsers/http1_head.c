#include "parsers/http1_head.h"

#include <string.h>

size_t http1_head_len(struct bytes run, size_t *scanned)
{
	while (*scanned < run.len) {
		struct bytes rest = bytes_from(run, *scanned);
		size_t at = bytes_find_byte(rest, '\n');

		if (at == BYTES_NOT_FOUND) {
			*scanned = run.len;
			return 0;
		}
		*scanned += at; /* on the LF, to be looked at again when nothing follows yet */
		rest = bytes_from(rest, at + 1);
		if (rest.len >= 1 && rest.data[0] == '\n')
			return *scanned + 2;
		if (rest.len >= 2 && rest.data[0] == '\r' && rest.data[1] == '\n')
			return *scanned + 3;
		if (rest.len == 0 || (rest.len == 1 && rest.data[0] == '\r'))
			return 0;
		(*scanned)++;
	}
	return 0;
}

/* The next line of *rest without its end. A CR that ends no line is replaced by a space: RFC 9112
 * section 2.2. */
static struct bytes take_line(struct bytes *rest, unsigned *oddities)
{
	bool is_ended = bytes_find_byte(*rest, '\n') != BYTES_NOT_FOUND;
	struct bytes line = bytes_split(rest, '\n');
	char *at = (char *)(uintptr_t)line.data;

	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	else if (is_ended)
		*oddities |= ODDITY_BARE_LF;
	for (size_t i = 0; i < line.len; i++) {
		if (at[i] != '\r')
			continue;
		*oddities |= ODDITY_BARE_CR;
		at[i] = ' ';
	}
	return line;
}

static bool is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* RFC 9112 section 5.2. The text stands in the arena and moves left, behind what it continues. */
static void fold(struct header *header, struct bytes line)
{
	char *end = (char *)(uintptr_t)(header->value.data + header->value.len);

	line = bytes_trim(line);
	if (line.len == 0)
		return;
	if (header->value.len > 0) {
		*end++ = ' ';
		header->value.len++;
	}
	memmove(end, line.data, line.len);
	header->value.len += line.len;
}

static bool field_split(struct bytes line, struct header *out_header, unsigned *oddities)
{
	size_t colon = bytes_find_byte(line, ':');
	struct bytes name = bytes_slice(line, 0, colon);
	char *letters = (char *)(uintptr_t)name.data;

	while (colon != BYTES_NOT_FOUND && name.len > 0 && is_blank(name.data[name.len - 1])) {
		*oddities |= ODDITY_NAME_SPACE;
		name.len--;
	}
	if (colon == BYTES_NOT_FOUND || !http1_is_token(name))
		*oddities |= ODDITY_FIELD_INVALID;
	if (colon == BYTES_NOT_FOUND || name.len == 0)
		return false;
	for (size_t i = 0; i < name.len; i++)
		letters[i] = ascii_lower(letters[i]);
	*out_header = (struct header){.name = name, .value = bytes_trim(bytes_from(line, colon + 1))};
	return true;
}

/* "5" and "5, 5": a proxy may have joined two fields (RFC 9110 section 8.6). */
static void see_length(struct http1_fields *fields, struct bytes value)
{
	for (struct bytes rest = value; rest.data != NULL;) {
		struct bytes digits = bytes_trim(bytes_split(&rest, ','));
		uint64_t length = 0;
		bool is_number = bytes_to_u64(digits, &length);

		if (fields->has_length || fields->length_is_invalid) {
			fields->oddities |= ODDITY_LENGTH_TWICE;
			if (!is_number || length != fields->length)
				fields->oddities |= ODDITY_LENGTH_DIFFERS;
		} else if (is_number) {
			fields->has_length = true;
			fields->length = length;
		} else {
			fields->length_is_invalid = true;
		}
	}
}

static void see_transfer(struct http1_fields *fields, struct bytes value)
{
	for (struct bytes rest = value; rest.data != NULL;) {
		struct bytes coding = bytes_split(&rest, ',');
		struct bytes name = bytes_trim(bytes_split(&coding, ';'));

		if (name.len == 0 || bytes_equal_nocase(name, BYTES("identity")))
			continue;
		fields->has_transfer = true;
		fields->is_chunked = bytes_equal_nocase(name, BYTES("chunked"));
		if (!fields->is_chunked && fields->transfer_coding_count <= LIMIT_CODING_LAYERS)
			fields->transfer_codings[fields->transfer_coding_count++] = name;
	}
}

static bool has_element(struct bytes list, struct bytes element)
{
	for (struct bytes rest = list; rest.data != NULL;)
		if (bytes_equal_nocase(bytes_trim(bytes_split(&rest, ',')), element))
			return true;
	return false;
}

struct connection_fields {
	bool has_upgrade, says_upgrade;
};

static void see_field(struct http1_fields *fields, const struct header *header,
		      struct connection_fields *connection)
{
	if (bytes_equal(header->name, BYTES("content-length"))) {
		see_length(fields, header->value);
	} else if (bytes_equal(header->name, BYTES("transfer-encoding"))) {
		see_transfer(fields, header->value);
	} else if (bytes_equal(header->name, BYTES("connection"))) {
		fields->is_close |= has_element(header->value, BYTES("close"));
		connection->says_upgrade |= has_element(header->value, BYTES("upgrade"));
	} else if (bytes_equal(header->name, BYTES("upgrade"))) {
		connection->has_upgrade = header->value.len > 0;
	}
}

static size_t line_count(struct bytes run)
{
	size_t count = 1;

	for (struct bytes rest = run; rest.data != NULL; count++)
		bytes_split(&rest, '\n');
	return count;
}

/* `run` stands in the arena and is changed in place. One field more than `max` is
 * allocated: the last slot takes the fields that are not kept, for their framing. */
static bool read_fields(struct bytes run, size_t max, struct arena *arena, struct http1_fields *fields)
{
	size_t lines = line_count(run);
	size_t slots = (lines < max ? lines : max) + 1;
	struct connection_fields connection = {0};
	struct header *current = NULL;

	fields->headers = arena_alloc(arena, slots * sizeof(struct header));
	if (fields->headers == NULL)
		return false;
	for (struct bytes rest = run; rest.data != NULL;) {
		struct bytes line = take_line(&rest, &fields->oddities);

		if (line.len > 0 && is_blank(line.data[0])) {
			fields->oddities |= ODDITY_OBS_FOLD;
			if (current != NULL)
				fold(current, line);
			continue;
		}
		if (current != NULL)
			see_field(fields, current, &connection);
		current = NULL;
		if (line.len == 0 ||
		    !field_split(line, &fields->headers[fields->header_count], &fields->oddities))
			continue;
		current = &fields->headers[fields->header_count];
		if (fields->header_count < max)
			fields->header_count++;
		else
			fields->oddities |= ODDITY_HEAD_CUT;
	}
	if (current != NULL)
		see_field(fields, current, &connection);
	fields->wants_upgrade = connection.has_upgrade && connection.says_upgrade;
	return true;
}

bool http1_fields_read(struct bytes run, size_t field_count_max, struct arena *arena,
		       struct http1_fields *out_fields)
{
	struct bytes copy = arena_copy(arena, run);
	struct http1_fields fields = {0};

	if (copy.data == NULL || !read_fields(copy, field_count_max, arena, &fields))
		return false;
	*out_fields = fields;
	return true;
}

bool http1_head_read(struct bytes run, bool is_request, struct arena *arena, struct http1_head *out_head)
{
	struct http1_head head = {0};
	struct bytes rest = arena_copy(arena, run);
	struct bytes line;

	if (rest.data == NULL)
		return false;
	line = take_line(&rest, &head.fields.oddities);
	http1_line_read(line, is_request, &head.line);
	if (!read_fields(rest, LIMIT_HEAD_FIELDS, arena, &head.fields))
		return false;
	*out_head = head;
	return true;
}

static enum http1_framing length_framing(const struct http1_fields *fields, enum http1_framing otherwise)
{
	if (fields->length_is_invalid)
		return HTTP1_UNKNOWN_LENGTH;
	if (!fields->has_length)
		return otherwise;
	return fields->length == 0 ? HTTP1_NO_BODY : HTTP1_LENGTH;
}

enum http1_framing http1_framing_of(const struct http1_head *head, bool is_request, bool is_bodiless,
				    unsigned *oddities)
{
	const struct http1_fields *fields = &head->fields;
	unsigned status = head->line.status;
	bool has_body = fields->has_transfer || (fields->has_length && fields->length > 0);

	if (fields->has_transfer && fields->has_length)
		*oddities |= ODDITY_LENGTH_AND_CHUNKED;
	if (fields->has_transfer && !fields->is_chunked)
		*oddities |= ODDITY_CODING_NOT_CHUNKED;
	if (!is_request && (status / 100 == 1 || status == 204 || status == 304)) {
		if (has_body && status != 304)
			*oddities |= ODDITY_BODY_ON_BODILESS;
		return HTTP1_NO_BODY;
	}
	if (is_bodiless)
		return HTTP1_NO_BODY;
	if (fields->is_chunked)
		return HTTP1_CHUNKED;
	/* A request cannot be read to its close: a server that goes on with it used the length. */
	if (fields->has_transfer && !is_request)
		return HTTP1_TO_CLOSE;
	return length_framing(fields, is_request ? HTTP1_NO_BODY : HTTP1_TO_CLOSE);
}
