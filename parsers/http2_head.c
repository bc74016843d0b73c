#include "parsers/http2_head.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/http1_body.h"
#include "parsers/http1_target.h"

/* -- sorting -------------------------------------------------------------------- */

static bool take_pseudo(struct http2_head *head, const struct header *header)
{
	const struct {
		struct bytes name;
		struct bytes *value;
	} known[] = {
		{BYTES_INIT(":method"), &head->method},       {BYTES_INIT(":scheme"), &head->scheme},
		{BYTES_INIT(":authority"), &head->authority}, {BYTES_INIT(":path"), &head->path},
		{BYTES_INIT(":status"), &head->status},
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (!bytes_equal(header->name, known[i].name))
			continue;
		if (known[i].value->data != NULL)
			return false;
		*known[i].value = header->value;
		return true;
	}
	return bytes_equal(header->name, BYTES(":protocol")); /* RFC 8441 */
}

/* RFC 9113 section 8.2.1: no upper case, nothing below '!' nor beyond '~', no colon. */
static bool name_is_valid(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == ':' ||
		    name.data[i] != ascii_lower(name.data[i]))
			return false;
	return name.len > 0;
}

static void lower(struct bytes name)
{
	char *letters = (char *)(uintptr_t)name.data; /* ours: the arena's copy */

	for (size_t i = 0; i < name.len; i++)
		letters[i] = ascii_lower(letters[i]);
}

void http2_head_read(struct http2_fields *fields, struct http2_head *out_head)
{
	struct http2_head head = {.is_known = true};
	size_t count = 0;

	for (size_t i = 0; i < fields->count; i++) {
		struct header header = fields->list[i];

		if (bytes_starts(header.name, BYTES(":"))) {
			if (count > 0 || !take_pseudo(&head, &header))
				head.oddities |= ODDITY_FIELD_INVALID;
			continue;
		}
		if (!name_is_valid(header.name))
			head.oddities |= ODDITY_FIELD_INVALID;
		if (header.name.len == 0)
			continue;
		lower(header.name);
		header.value = bytes_trim(header.value);
		fields->list[count++] = header;
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

static bool is_cookie(const struct header *header)
{
	return bytes_equal(header->name, BYTES("cookie"));
}

/* RFC 9113 section 8.2.3: crumbs of a cookie are one field again, where the first was. */
static struct bytes join_cookies(struct arena *arena, const struct http2_fields *fields)
{
	size_t len = 0;
	struct bytes joined;
	char *at;

	for (size_t i = 0; i < fields->count; i++)
		len += is_cookie(&fields->list[i]) ? fields->list[i].value.len + 2 : 0;
	at = arena_alloc(arena, len + 1);
	if (at == NULL)
		return BYTES_NONE;
	joined = (struct bytes){.data = at};
	for (size_t i = 0; i < fields->count; i++) {
		struct bytes crumb = fields->list[i].value;

		if (!is_cookie(&fields->list[i]))
			continue;
		if (joined.len > 0) {
			memcpy(at + joined.len, "; ", 2);
			joined.len += 2;
		}
		memcpy(at + joined.len, crumb.data, crumb.len);
		joined.len += crumb.len;
	}
	return joined;
}

/* Appends the fields of the head behind those that the message has. */
static void take_fields(struct exchange *exchange, struct message *message, const struct http2_head *head,
			bool joins_cookies, bool is_trailer)
{
	const struct http2_fields *fields = &head->fields;
	size_t room = LIMIT_HEAD_FIELDS - message->header_count;
	bool has_cookie = false;
	struct header *all;

	message->oddities |= head->oddities;
	message->has_unknown_fields |= fields->unknown_count > 0;
	if (fields->count > room)
		message->oddities |= ODDITY_HEAD_CUT;
	room = fields->count < room ? fields->count : room;
	all = room == 0 ? NULL : arena_alloc(&exchange->arena, (message->header_count + room) * sizeof(*all));
	if (all == NULL) {
		message->oddities |= room > 0 ? ODDITY_HEAD_CUT : 0;
		return;
	}
	if (message->header_count > 0)
		memcpy(all, message->headers, message->header_count * sizeof(*all));
	message->headers = all;
	for (size_t i = 0; i < room; i++) {
		struct header header = {.is_trailer = is_trailer};
		bool is_crumb = joins_cookies && is_cookie(&fields->list[i]);

		if (is_crumb && has_cookie)
			continue;
		has_cookie |= is_crumb;
		header.name = arena_copy(&exchange->arena, fields->list[i].name);
		header.value = is_crumb ? join_cookies(&exchange->arena, fields)
					: arena_copy(&exchange->arena, fields->list[i].value);
		if (header.name.data == NULL || header.value.data == NULL)
			message->oddities |= ODDITY_HEAD_CUT;
		else
			all[message->header_count++] = header;
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
