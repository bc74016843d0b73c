#include "parsers/http1_head.h"

#include <limits.h>
#include <string.h>

#include "parsers/base/check.h"
#include "parsers/http1_lanes.h"

#define LINE_END_CR_MAX 4 /* in front of one LF; some servers write CR CR LF */

/* Whose lines: what ends them, and what a coding may look like. */
enum reading {
	READ_REQUEST,
	READ_RESPONSE,
	READ_LAST_RESPONSE, /* nothing follows it: http1_head_read_last */
};

size_t http1_head_len(struct bytes run, bool is_request, size_t *scanned)
{
	size_t cr_max = is_request ? 1 : LINE_END_CR_MAX;

	const char *end = run.data + run.len;

	while (*scanned < run.len) {
		const char *at = likely_head_end(run.data + *scanned, end), *next = at + 1;
		size_t cr_count = 0;

		*scanned = (size_t)(at -
				    run.data); /* on the LF, to be looked at again when nothing follows yet */
		if (at == end)
			return 0;
		while (next < end && cr_count < cr_max && *next == '\r') {
			next++;
			cr_count++;
		}
		if (next == end)
			return 0;
		if (*next == '\n')
			return (size_t)(next + 1 - run.data);
		(*scanned)++;
	}
	return 0;
}

/* In a request a CR that ends no line is replaced by a space: RFC 9112 section 2.2. */
static struct bytes take_request_line(struct bytes *rest, unsigned *oddities)
{
	bool is_ended = bytes_find_byte(*rest, '\n') != BYTES_NOT_FOUND;
	struct bytes line = bytes_split(rest, '\n');
	char *at = (char *)(uintptr_t)line.data;

	if (line.len > 0 && line.data[line.len - 1] == '\r')
		line.len--;
	else if (is_ended)
		*oddities |= ODDITY_BARE_LF;
	for (size_t i; (i = bytes_find_byte(line, '\r')) != BYTES_NOT_FOUND;) {
		*oddities |= ODDITY_BARE_CR;
		at[i] = ' ';
	}
	return line;
}

/* A CR alone ends the line too: browsers do so. */
static struct bytes take_response_line(struct bytes *rest, unsigned *oddities)
{
	struct bytes line = *rest;
	size_t lf = bytes_find_byte(line, '\n');
	size_t len = bytes_find_byte(bytes_slice(line, 0, lf), '\r'), end;

	if (len == BYTES_NOT_FOUND)
		len = lf == BYTES_NOT_FOUND ? line.len : lf;
	end = len;
	while (end < line.len && end - len < LINE_END_CR_MAX && line.data[end] == '\r')
		end++;
	if (end < line.len && line.data[end] == '\n') {
		*oddities |= end == len ? ODDITY_BARE_LF : 0;
		*oddities |= end - len > 1 ? ODDITY_BARE_CR : 0;
		end++;
	} else if (end > len) {
		*oddities |= ODDITY_BARE_CR;
		end = len + 1;
	}
	*rest = end < line.len ? bytes_from(line, end) : BYTES_NONE;
	return bytes_slice(line, 0, len);
}

/* The next line of *rest without its end. */
static struct bytes take_line(struct bytes *rest, enum reading reading, unsigned *oddities)
{
	return reading == READ_REQUEST ? take_request_line(rest, oddities)
				       : take_response_line(rest, oddities);
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

/* "chunked x": its first word. */
static bool says_chunked(struct bytes coding)
{
	size_t len = 0;

	while (len < coding.len && !is_blank(coding.data[len]))
		len++;
	return bytes_equal_nocase(bytes_slice(coding, 0, len), BYTES("chunked"));
}

static void see_transfer(struct http1_fields *fields, struct bytes value, enum reading reading)
{
	for (struct bytes rest = value; rest.data != NULL;) {
		struct bytes coding = bytes_split(&rest, ',');
		struct bytes name = bytes_trim(bytes_split(&coding, ';'));

		fields->is_identity_last = bytes_equal_nocase(name, BYTES("identity"));
		if (name.len == 0 || fields->is_identity_last)
			continue;
		fields->has_transfer = true;
		fields->is_chunked = bytes_equal_nocase(name, BYTES("chunked"));
		if (reading != READ_REQUEST && says_chunked(name))
			fields->has_chunked = true;
		else if (!fields->is_chunked && fields->transfer_coding_count <= LIMIT_CODING_LAYERS)
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

static void see_connection(struct http1_fields *fields, struct bytes value,
			   struct connection_fields *connection)
{
	fields->is_close |= has_element(value, BYTES("close"));
	fields->is_keep_alive |= has_element(value, BYTES("keep-alive"));
	connection->says_upgrade |= has_element(value, BYTES("upgrade"));
}

static void see_field(struct http1_fields *fields, const struct header *header, enum reading reading,
		      struct connection_fields *connection)
{
	if (bytes_equal(header->name, BYTES("content-length"))) {
		see_length(fields, header->value);
	} else if (bytes_equal(header->name, BYTES("transfer-encoding"))) {
		see_transfer(fields, header->value, reading);
	} else if (bytes_equal(header->name, BYTES("connection"))) {
		see_connection(fields, header->value, connection);
	} else if (bytes_equal(header->name, BYTES("upgrade"))) {
		connection->has_upgrade = header->value.len > 0;
	}
}

/* Is it as long as one of those that see_field knows? Nearly no field is. */
static inline bool may_speak(struct bytes name)
{
	return name.len == BYTES("content-length").len || name.len == BYTES("transfer-encoding").len ||
	       name.len == BYTES("connection").len || name.len == BYTES("upgrade").len;
}

/* What is known while the lines of one head are read, one after the other. */
struct line_reader {
	enum reading reading;
	size_t max;
	struct header *current; /* may be continued by the next line */
	bool is_current_mute;   /* says nothing about the framing */
	struct connection_fields connection;
};

static inline void field_over(struct line_reader *reader, struct http1_fields *fields)
{
	if (reader->current != NULL && !reader->is_current_mute && may_speak(reader->current->name))
		see_field(fields, reader->current, reader->reading, &reader->connection);
	reader->current = NULL;
}

static void read_line(struct line_reader *reader, struct bytes line, struct http1_fields *fields)
{
	struct header *slot = &fields->headers[fields->header_count];
	unsigned oddities = 0;

	if (line.len > 0 && is_blank(line.data[0])) {
		fields->oddities |= ODDITY_OBS_FOLD;
		if (reader->current != NULL)
			fold(reader->current, line);
		return;
	}
	field_over(reader, fields);
	if (line.len > 0 && field_split(line, slot, &oddities)) {
		reader->current = slot;
		reader->is_current_mute =
			reader->reading == READ_LAST_RESPONSE && (oddities & ODDITY_NAME_SPACE) != 0;
		if (fields->header_count < reader->max)
			fields->header_count++;
		else
			oddities |= ODDITY_HEAD_CUT;
	}
	fields->oddities |= oddities;
}

/* Of each character of a name its lower-case form, of all others 0: RFC 9110 section 5.6.2. */
static const char name_letters[UCHAR_MAX + 1] =
	"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
	"\0!\0#$%&'\0\0*+\0-.\0"
	"0123456789\0\0\0\0\0\0"
	"\0abcdefghijklmnopqrstuvwxyz\0\0\0^_"
	"`abcdefghijklmnopqrstuvwxyz\0|\0~";

/* Of a name in front of a colon, now in lower case; 0: there is none. */
static size_t straight_name(char *at, const char *over)
{
	size_t len = name_lower(at, over);
	char letter;

	while (at + len < over && (letter = name_letters[(unsigned char)at[len]]) != 0)
		at[len++] = letter;
	return at + len < over && at[len] == ':' ? len : 0;
}

/* Nearly all lines: "name: value" CR LF. The rest has to be seen by read_line, one by one. */
static struct bytes read_straight_lines(struct line_reader *reader, struct bytes run,
					struct http1_fields *fields)
{
	const char *over;
	char *at = (char *)(uintptr_t)run.data;
	size_t len;

	if (run.len == 0)
		return BYTES_NONE;
	over = run.data + run.len;
	while (fields->header_count < reader->max && (len = straight_name(at, over)) > 0) {
		const char *value = at + len + 1, *end = line_end(at + len, over), *next = end + 2;

		if (over - end < 2 || end[0] != '\r' || end[1] != '\n')
			break;
		while (value < end && is_blank(*value))
			value++;
		while (end > value && is_blank(end[-1]))
			end--;
		field_over(reader, fields);
		reader->current = &fields->headers[fields->header_count++];
		*reader->current = (struct header){.name = {.data = at, .len = len},
						   .value = {.data = value, .len = (size_t)(end - value)}};
		at = (char *)(uintptr_t)next;
	}
	return at == over ? BYTES_NONE : (struct bytes){.data = at, .len = (size_t)(over - at)};
}

/* `run` stands in the arena and is changed in place. The slot behind `max` takes the fields that are not
 * kept, for their framing. */
static bool read_fields(struct bytes run, size_t max, struct arena *arena, enum reading reading,
			struct http1_fields *fields)
{
	struct line_reader reader = {.reading = reading, .max = max};
	struct header room[LIMIT_HEAD_FIELDS + 1];
	struct bytes rest;
	size_t len;

	CHECK(max <= LIMIT_HEAD_FIELDS);
	fields->headers = room;
	rest = read_straight_lines(&reader, run, fields);
	while (rest.data != NULL && !bytes_equal(rest, BYTES("\r\n")))
		read_line(&reader, take_line(&rest, reading, &fields->oddities), fields);
	field_over(&reader, fields);
	fields->wants_upgrade = reader.connection.has_upgrade && reader.connection.says_upgrade;
	len = fields->header_count * sizeof(*room);
	fields->headers = arena_take(arena, len);
	if (fields->headers == NULL)
		return false;
	memcpy(fields->headers, room, len);
	return true;
}

bool http1_fields_read(struct bytes run, size_t field_count_max, struct arena *arena,
		       struct http1_fields *out_fields)
{
	struct bytes copy = arena_copy(arena, run);
	struct http1_fields fields = {0};

	if (copy.data == NULL || !read_fields(copy, field_count_max, arena, READ_REQUEST, &fields))
		return false;
	*out_fields = fields;
	return true;
}

static bool read_head(struct bytes run, enum reading reading, struct arena *arena,
		      struct http1_head *out_head)
{
	struct http1_head head = {0};
	struct bytes rest = arena_copy(arena, run);
	struct bytes line;

	if (rest.data == NULL)
		return false;
	line = take_line(&rest, reading, &head.fields.oddities);
	http1_line_read(line, reading == READ_REQUEST, &head.line);
	if (head.line.is_odd)
		head.fields.oddities |= ODDITY_START_LINE;
	if (!read_fields(rest, LIMIT_HEAD_FIELDS, arena, reading, &head.fields))
		return false;
	*out_head = head;
	return true;
}

bool http1_head_read(struct bytes run, bool is_request, struct arena *arena, struct http1_head *out_head)
{
	return read_head(run, is_request ? READ_REQUEST : READ_RESPONSE, arena, out_head);
}

static bool is_last(const struct http1_head *head)
{
	return head->fields.is_close || (head->line.version == HTTP_1_0 && !head->fields.is_keep_alive);
}

/* A field; or what continues one: it has content, and the line before it did not end in a bare CR. */
static bool is_field_line(struct bytes line, bool is_after_cr)
{
	if (is_blank(line.data[0]))
		return !is_after_cr && bytes_trim(line).len > 0;
	return bytes_find_byte(line, ':') != BYTES_NOT_FOUND;
}

/* Up to the first line that is no field; with it, when it is empty. */
static size_t last_head_len(struct bytes run)
{
	unsigned oddities = 0;
	bool is_after_cr = false;
	struct bytes rest = run;

	take_response_line(&rest, &oddities);
	while (rest.data != NULL) {
		size_t at = (size_t)(rest.data - run.data), end;
		struct bytes line = take_response_line(&rest, &oddities);

		end = rest.data == NULL ? run.len : (size_t)(rest.data - run.data);
		if (line.len == 0)
			return bytes_starts(bytes_from(run, at), BYTES("\r\r")) ? at + 1 : end;
		if (!is_field_line(line, is_after_cr))
			return at;
		is_after_cr = run.data[end - 1] == '\r';
	}
	return run.len;
}

bool http1_head_read_last(struct bytes run, struct arena *arena, struct http1_head *head,
			  struct bytes *out_rest)
{
	unsigned odd = ODDITY_FIELD_INVALID | ODDITY_NAME_SPACE | ODDITY_OBS_FOLD | ODDITY_BARE_CR;
	bool is_close = head->fields.is_close;
	size_t len;

	*out_rest = BYTES_NONE;
	if ((head->fields.oddities & odd) == 0 || !is_last(head))
		return true;
	len = last_head_len(run);
	if (len == run.len && (head->fields.oddities & ODDITY_NAME_SPACE) == 0)
		return true;
	*out_rest = bytes_from(run, len);
	odd &= head->fields.oddities;
	if (!read_head(bytes_slice(run, 0, len), READ_LAST_RESPONSE, arena, head))
		return false;
	head->fields.oddities |= odd;
	head->fields.is_close |= is_close; /* it may stand in the rest */
	return true;
}

static enum http1_framing length_framing(const struct http1_fields *fields, enum http1_framing otherwise)
{
	if (!fields->has_length)
		return otherwise;
	return fields->length == 0 ? HTTP1_NO_BODY : HTTP1_LENGTH;
}

enum http1_framing http1_framing_of(const struct http1_head *head, bool is_request, bool is_bodiless,
				    unsigned *oddities)
{
	const struct http1_fields *fields = &head->fields;
	unsigned status = head->line.is_status_odd ? 0 : head->line.status;
	bool has_body = fields->has_transfer || (fields->has_length && fields->length > 0);

	if (fields->has_transfer && fields->has_length)
		*oddities |= ODDITY_LENGTH_AND_CHUNKED;
	if (fields->has_transfer && (!fields->is_chunked || (is_request && fields->is_identity_last)))
		*oddities |= ODDITY_CODING_NOT_CHUNKED;
	if (fields->length_is_invalid)
		*oddities |= ODDITY_LENGTH_INVALID;
	if (!is_request && (status / 100 == 1 || status == 204 || status == 304)) {
		if (has_body && status != 304)
			*oddities |= ODDITY_BODY_ON_BODILESS;
		return HTTP1_NO_BODY;
	}
	if (is_bodiless)
		return HTTP1_NO_BODY;
	if (fields->is_chunked || fields->has_chunked)
		return HTTP1_CHUNKED;
	/* A request cannot be read to its close: a server that goes on with it used the length. */
	if (fields->has_transfer && !is_request)
		return HTTP1_TO_CLOSE;
	if (fields->length_is_invalid)
		return is_request || !is_last(head) ? HTTP1_UNKNOWN_LENGTH : HTTP1_TO_CLOSE;
	return length_framing(fields, is_request ? HTTP1_NO_BODY : HTTP1_TO_CLOSE);
}
