#include <string.h>

#include "parsers/base/limits.h"
#include "rules/scan_values.h"

enum side place_side(enum scan_place place)
{
	return place >= SCAN_RESPONSE_HEADER && place != SCAN_REQUEST_AGENT ? SIDE_RESPONSE : SIDE_REQUEST;
}

enum part place_part(enum scan_place place)
{
	switch (place) {
	case SCAN_REQUEST_PATH:
		return PART_PATH;
	case SCAN_REQUEST_QUERY:
		return PART_QUERY;
	case SCAN_REQUEST_HEADER:
	case SCAN_REQUEST_AGENT:
	case SCAN_RESPONSE_HEADER:
		return PART_HEADER;
	case SCAN_REQUEST_COOKIE:
	case SCAN_RESPONSE_COOKIE:
		return PART_COOKIE;
	default:
		return PART_BODY;
	}
}

static void add_path(struct scan_values *values, struct exchange *exchange)
{
	struct bytes before = BYTES_NONE;
	size_t offset = 0;

	for (struct bytes rest = exchange->path; rest.data != NULL;) {
		struct bytes raw = bytes_split(&rest, '/');
		struct bytes text = percent_decode(raw, false, &exchange->arena);
		struct scan_value value = {.place = SCAN_REQUEST_PATH,
					   .name = before,
					   .raw_offset = offset,
					   .raw_len = raw.len,
					   .is_decoded = text.data != raw.data};

		values_add(values, &value, text);
		before = raw;
		offset += raw.len + 1;
	}
}

static void add_fields(struct scan_values *values, const struct form_field *fields, size_t count,
		       enum scan_place place)
{
	for (size_t i = 0; i < count; i++) {
		struct scan_value value = {.place = place, .name = fields[i].name};

		values_add_name(values, &value);
		values_add(values, &value, fields[i].value);
	}
}

/* RFC 6265 section 4.2.1 and 4.1.1: pairs of the request; of the response the first alone, the rest are
 * attributes. */
static void add_cookies(struct scan_values *values, struct bytes line, enum scan_place place)
{
	for (struct bytes rest = line; rest.data != NULL;) {
		struct bytes value = bytes_trim(bytes_split(&rest, ';'));
		struct bytes name = bytes_split(&value, '=');

		if (value.data != NULL)
			values_add(values, &(struct scan_value){.place = place, .name = bytes_trim(name)},
				   value);
		if (place == SCAN_RESPONSE_COOKIE)
			return;
	}
}

#define IS(literal) bytes_equal(name, BYTES(literal))

/* Fields that hold no personal data, or a credential that is judged elsewhere. */
static bool is_skipped(struct bytes name)
{
	switch (name.len) {
	case 2:
		return IS("te");
	case 3:
		return IS("age") || IS("via");
	case 4:
		return IS("date") || IS("etag") || IS("host") || IS("vary");
	case 5:
		return IS("allow") || IS("range");
	case 6:
		return IS("accept") || IS("cookie") || IS("digest") || IS("expect") || IS("origin") ||
		       IS("pragma") || IS("server");
	case 7:
		return IS("alt-svc") || IS("expires") || IS("trailer") || IS("upgrade");
	case 8:
		return IS("if-match") || IS("if-range");
	case 10:
		return IS("connection") || IS("keep-alive") || IS("set-cookie") || IS("tracestate") ||
		       IS("user-agent");
	case 11:
		return IS("content-md5") || IS("retry-after") || IS("traceparent") || IS("x-b3-spanid");
	case 12:
		return IS("content-type") || IS("max-forwards") || IS("x-b3-traceid") || IS("x-request-id");
	case 13:
		return IS("accept-ranges") || IS("authorization") || IS("cache-control") ||
		       IS("content-range") || IS("if-none-match") || IS("last-modified");
	case 14:
		return IS("accept-charset") || IS("content-length");
	case 15:
		return IS("accept-encoding") || IS("accept-language") || IS("x-amzn-trace-id");
	case 16:
		return IS("content-encoding") || IS("content-language") || IS("x-correlation-id");
	case 17:
		return IS("if-modified-since") || IS("sec-websocket-key") || IS("transfer-encoding");
	case 19:
		return IS("if-unmodified-since") || IS("proxy-authorization");
	case 25:
		return IS("strict-transport-security");
	case 28:
		return IS("access-control-allow-headers") || IS("access-control-allow-methods");
	default:
		return false;
	}
}

#undef IS

static void add_headers(struct scan_values *values, const struct message *message, enum scan_place place)
{
	for (size_t i = 0; i < message->header_count; i++) {
		const struct header *header = &message->headers[i];

		if (!is_skipped(header->name))
			values_add_field(values, &(struct scan_value){.place = place, .name = header->name},
					 header->value);
		else if (place == SCAN_REQUEST_HEADER && bytes_equal(header->name, BYTES("user-agent")))
			values_add_field(
				values,
				&(struct scan_value){.place = SCAN_REQUEST_AGENT, .name = header->name},
				header->value);
		else if (place == SCAN_REQUEST_HEADER && bytes_equal(header->name, BYTES("cookie")))
			add_cookies(values, header->value, SCAN_REQUEST_COOKIE);
		else if (place == SCAN_RESPONSE_HEADER && bytes_equal(header->name, BYTES("set-cookie")))
			add_cookies(values, header->value, SCAN_RESPONSE_COOKIE);
	}
}

bool scan_is_noise(const struct message *message)
{
	static const struct bytes families[] = {BYTES_INIT("image/"), BYTES_INIT("video/"),
						BYTES_INIT("audio/"), BYTES_INIT("font/")};
	struct bytes type = message_media_type(message);

	for (size_t i = 0; i < sizeof(families) / sizeof(families[0]); i++)
		if (bytes_find_nocase(type, families[i]) == 0)
			return true;
	return message->body.coding == CODING_UNSUPPORTED || message->body.coding == CODING_BROKEN;
}

/* The texts that stand in other bytes, as a reader of the file would find them. */
static void add_runs(struct scan_values *values, const struct scan_value *value, struct bytes content)
{
	size_t from = 0;

	for (size_t at = 0; at <= content.len; at++) {
		if (at < content.len && content.data[at] >= 0x20 && content.data[at] < 0x7F)
			continue;
		if (at - from >= SCAN_RUN_LEN_MIN)
			values_add(values, value, bytes_slice(content, from, at - from));
		from = at + 1;
	}
}

/* Types that nobody reads into values, but whose bytes are text. */
static bool is_text_inside(const struct message *message)
{
	struct bytes type = message_media_type(message);

	return bytes_find_nocase(type, BYTES("multipart/")) == 0 ||
	       bytes_find_nocase(type, BYTES("text/")) == 0 || bytes_ends_nocase(type, BYTES("xml")) ||
	       bytes_ends_nocase(type, BYTES("json"));
}

static void add_body(struct scan_values *values, const struct message *message,
		     const struct body_reading *reading, enum scan_place place)
{
	struct scan_value whole = {.place = place};

	if (reading == NULL || message->body.read_along != NULL) /* scanned as it came */
		return;
	switch (reading->kind) {
	case BODY_JSON:
	case BODY_MULTIPART:
	case BODY_XML:
	case BODY_ITEMS:
		values_add_json(values, reading->json, place);
		return;
	case BODY_FORM:
	case BODY_GRPC:
		add_fields(values, reading->fields, reading->field_count, place);
		return;
	case BODY_TEXT:
	case BODY_MALFORMED:
	case BODY_UNREAD:
		values_add(values, &whole, reading->text);
		return;
	case BODY_OPAQUE:
		if (is_text_inside(message))
			values_add(values, &whole, message->body.content);
		else if (!scan_is_noise(message))
			add_runs(values, &whole, message->body.content);
		return;
	case BODY_EMPTY:
		return;
	}
}

void values_add_exchange(struct scan_values *values, struct exchange *exchange,
			 const struct body_reading *request, const struct body_reading *response)
{
	struct form_field *fields;
	size_t count = 0;

	values->arena = &exchange->arena;
	if (exchange->request.is_seen) {
		add_path(values, exchange);
		fields = form_read(exchange->query, &exchange->arena, &count);
		add_fields(values, fields, count, SCAN_REQUEST_QUERY);
		add_headers(values, &exchange->request, SCAN_REQUEST_HEADER);
	}
	add_body(values, &exchange->request, request, SCAN_REQUEST_BODY);
	if (exchange->response.is_seen)
		add_headers(values, &exchange->response, SCAN_RESPONSE_HEADER);
	add_body(values, &exchange->response, response, SCAN_RESPONSE_BODY);
}
