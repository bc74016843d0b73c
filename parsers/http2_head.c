#include "parsers/http2_head.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/http1_body.h"
#include "parsers/http1_target.h"

/* -- sorting -------------------------------------------------------------------- */

/* Where the value of a pseudo-field goes; NULL: it is none that goes anywhere. */
static struct bytes *pseudo_of(struct http2_head *head, const struct hpack_name *name)
{
	switch (name->place) {
	case HPACK_METHOD:
		return &head->method;
	case HPACK_SCHEME:
		return &head->scheme;
	case HPACK_AUTHORITY:
		return &head->authority;
	case HPACK_PATH:
		return &head->path;
	case HPACK_STATUS:
		return &head->status;
	default:
		return NULL;
	}
}

static bool take_pseudo(struct http2_head *head, const struct hpack_field *field)
{
	struct bytes *value = pseudo_of(head, field->name);

	if (value == NULL)
		return bytes_equal(field->name->text, BYTES(":protocol")); /* RFC 8441 */
	if (value->data != NULL)
		return false;
	*value = field->value;
	return true;
}

void http2_head_read(struct http2_fields *fields, struct http2_head *out_head)
{
	struct http2_head head = {.is_known = true};
	size_t count = 0;

	for (size_t i = 0; i < fields->count; i++) {
		struct hpack_field field = fields->list[i];
		const struct hpack_name *name = field.name;

		if (bytes_starts(name->text, BYTES(":"))) {
			if (count > 0 || !take_pseudo(&head, &field))
				head.oddities |= ODDITY_FIELD_INVALID;
			continue;
		}
		if (!name->is_valid)
			head.oddities |= ODDITY_FIELD_INVALID;
		if (name->text.len == 0)
			continue;
		field.value = bytes_trim(field.value);
		fields->list[count++] = field;
	}
	fields->count = count;
	head.fields = *fields;
	head.is_request = head.method.data != NULL || head.path.data != NULL || head.scheme.data != NULL ||
			  head.authority.data != NULL;
	if (fields->is_cut)
		head.oddities |= ODDITY_HEAD_CUT;
	*out_head = head;
}

bool http2_head_is_interim(const struct http2_head *head)
{
	return head->status.len == 3 && head->status.data[0] == '1';
}

/* -- taking --------------------------------------------------------------------- */

static bool is_cookie(const struct hpack_field *field)
{
	return bytes_equal_nocase(field->name->text, BYTES("cookie"));
}

/* Behind those that are there, ended by a NUL. */
static struct bytes put(char **at, struct bytes text)
{
	struct bytes copy = {.data = *at, .len = text.len};

	if (text.len > 0)
		memcpy(*at, text.data, text.len);
	(*at)[text.len] = '\0';
	*at += text.len + 1;
	return copy;
}

/* In lower case, whatever was sent. */
static struct bytes put_name(char **at, const struct hpack_name *name)
{
	char *letters = *at;

	if (name->place != HPACK_ELSEWHERE)
		return name->text; /* the RFC's, always there */
	for (size_t i = 0; !name->is_valid && i < name->text.len; i++)
		letters[i] = ascii_lower(name->text.data[i]);
	return put(at, name->is_valid ? name->text : (struct bytes){letters, name->text.len});
}

/* RFC 9113 section 8.2.3: crumbs of a cookie are one field again, where the first was. */
static struct bytes put_cookies(char **at, const struct http2_fields *fields)
{
	char *joined = *at, *end = joined;

	for (size_t i = 0; i < fields->count; i++) {
		if (!is_cookie(&fields->list[i]))
			continue;
		if (end > joined) {
			memcpy(end, "; ", 2);
			end += 2;
		}
		*at = end;
		put(at, fields->list[i].value);
		end = *at - 1;
	}
	return (struct bytes){.data = joined, .len = (size_t)(end - joined)};
}

/* Room for the texts of all fields. */
static size_t text_len(const struct http2_fields *fields)
{
	size_t len = 0;

	for (size_t i = 0; i < fields->count; i++)
		len += fields->list[i].name->text.len + fields->list[i].value.len + 3; /* NULs, or "; " */
	return len;
}

/* Appends the fields of the head behind those that the message has. */
static void take_fields(struct exchange *exchange, struct message *message, const struct http2_head *head,
			bool joins_cookies, bool is_trailer)
{
	const struct http2_fields *fields = &head->fields;
	size_t room = LIMIT_HEAD_FIELDS - message->header_count;
	bool has_cookie = false;
	struct header *all;
	char *text;

	message->oddities |= head->oddities;
	message->has_unknown_fields |= fields->unknown_count > 0;
	if (fields->count > room)
		message->oddities |= ODDITY_HEAD_CUT;
	room = fields->count < room ? fields->count : room;
	all = room == 0 ? NULL
			: arena_take(&exchange->arena,
				     (message->header_count + room) * sizeof(*all) + text_len(fields));
	if (all == NULL) {
		message->oddities |= room > 0 ? ODDITY_HEAD_CUT : 0;
		return;
	}
	text = (char *)(all + message->header_count + room);
	if (message->header_count > 0)
		memcpy(all, message->headers, message->header_count * sizeof(*all));
	message->headers = all;
	for (size_t i = 0; i < room; i++) {
		const struct hpack_field *field = &fields->list[i];
		bool is_crumb = joins_cookies && is_cookie(field);

		if (is_crumb && has_cookie)
			continue;
		has_cookie |= is_crumb;
		all[message->header_count++] = (struct header){
			.name = put_name(&text, field->name),
			.value = is_crumb ? put_cookies(&text, fields) : put(&text, field->value),
			.is_trailer = is_trailer,
		};
	}
}

bool http2_request_take(struct exchange *exchange, const struct http2_head *head)
{
	struct message *request = &exchange->request;
	bool is_connect = bytes_equal(head->method, BYTES("CONNECT"));
	struct arena *arena = &exchange->arena;

	request->oddities |= head->oddities;
	request->has_unknown_fields |= head->fields.unknown_count > 0;
	if (head->method.data == NULL || (head->path.data == NULL && !is_connect))
		return false;
	exchange->method = arena_copy(arena, head->method);
	exchange->target = arena_copy(arena, is_connect ? head->authority : head->path);
	exchange->scheme = arena_copy(arena, head->scheme);
	if (exchange->method.data == NULL || exchange->target.data == NULL)
		return false;
	take_fields(exchange, request, head, true, false);
	request->is_seen = true;
	if (!http1_method_is_known(exchange->method))
		request->oddities |= ODDITY_METHOD_UNKNOWN;
	if (head->authority.len > 0)
		http1_target_read_parts(exchange, head->authority);
	else
		http1_target_read(exchange);
	return true;
}

bool http2_response_take(struct exchange *exchange, const struct http2_head *head)
{
	struct message *response = &exchange->response;
	uint64_t status = 0;

	response->oddities |= head->oddities;
	response->has_unknown_fields |= head->fields.unknown_count > 0;
	if (head->status.len != 3 || !bytes_to_u64(head->status, &status))
		return false;
	exchange->status = (unsigned)status;
	response->is_seen = true;
	take_fields(exchange, response, head, false, false);
	return true;
}

void http2_trailers_take(struct exchange *exchange, struct message *message, const struct http2_head *head)
{
	take_fields(exchange, message, head, false, true);
}
