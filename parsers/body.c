#include "parsers/body.h"

#include "parsers/grpc.h"
#include "parsers/json_read.h"
#include "parsers/utf8.h"

enum reader { READ_JSON, READ_FORM, READ_TEXT, READ_OPAQUE, READ_BY_CONTENT, READ_UNKNOWN };

static bool is_one_of(struct bytes type, const struct bytes *names, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes_equal_nocase(type, names[i]))
			return true;
	}
	return false;
}

static enum reader reader_of(const struct message *message)
{
	static const struct bytes json[] = {BYTES_INIT("application/json"), BYTES_INIT("text/json"),
					    BYTES_INIT("application/x-json"), BYTES_INIT("text/x-json")};
	static const struct bytes xml[] = {BYTES_INIT("application/xml"), BYTES_INIT("text/xml")};
	struct bytes type = message_media_type(message);

	if (type.len == 0)
		return READ_BY_CONTENT;
	/* RFC 6839 section 3.1: a suffix says which syntax the type is written in. */
	if (is_one_of(type, json, sizeof(json) / sizeof(json[0])) || bytes_ends_nocase(type, BYTES("+json")))
		return READ_JSON;
	if (bytes_equal_nocase(type, BYTES("application/x-www-form-urlencoded")))
		return READ_FORM;
	if (is_one_of(type, xml, sizeof(xml) / sizeof(xml[0])) || bytes_ends_nocase(type, BYTES("+xml")))
		return READ_OPAQUE;
	if (bytes_equal_nocase(bytes_slice(type, 0, 10), BYTES("multipart/")))
		return READ_OPAQUE;
	if (bytes_equal_nocase(bytes_slice(type, 0, 5), BYTES("text/")))
		return READ_TEXT;
	return READ_UNKNOWN;
}

/* Why no verdict about this body is possible, or NULL. */
static const char *unread_reason(const struct message *message)
{
	if (!message->is_seen)
		return "head not seen";
	switch (message->body.state) {
	case BODY_CUT:
		return "longer than is kept";
	case BODY_HOLED:
		return "bytes are missing";
	case BODY_UNENDED:
		return "connection ended first";
	case BODY_NONE:
	case BODY_WHOLE:
		break;
	}
	switch (message->body.coding) {
	case CODING_UNSUPPORTED:
		return "content coding not supported";
	case CODING_BROKEN:
		return "content coding broken";
	case CODING_BOMB:
		return "content coding ceiling";
	case CODING_COSTLY:
		return "content coding too costly";
	case CODING_PARTIAL:
		return "content coding not whole";
	case CODING_NONE:
	case CODING_DECODED:
		break;
	}
	return NULL;
}

static struct body_reading not_read(enum body_kind kind, struct bytes content, const char *error,
				    size_t error_offset)
{
	return (struct body_reading){
		.kind = kind, .text = content, .error = error, .error_offset = error_offset};
}

static struct body_reading read_text(struct bytes content, bool is_declared)
{
	bool is_utf8 = utf8_is_text(content);

	if (is_utf8 || is_declared)
		return (struct body_reading){.kind = BODY_TEXT, .text = content};
	return (struct body_reading){.kind = BODY_OPAQUE};
}

static struct body_reading read_json(struct bytes content, struct arena *arena)
{
	struct json_reading json;

	json_read(content, arena, &json);
	switch (json.outcome) {
	case JSON_READ:
		return (struct body_reading){.kind = BODY_JSON, .json = json.root};
	case JSON_CEILING:
		return not_read(BODY_UNREAD, content, json.error, 0);
	case JSON_MALFORMED:
		break;
	}
	return not_read(BODY_MALFORMED, content, json.error, json.error_offset);
}

static struct body_reading read_form(struct bytes content, struct arena *arena)
{
	struct body_reading reading = {.kind = BODY_FORM};

	/* What `curl -d '{...}'` sends by default: no form at all. */
	if (bytes_starts(bytes_trim(content), BYTES("{")))
		return not_read(BODY_MALFORMED, content, "JSON sent as a form", 0);
	if (bytes_find_byte(content, '\0') != BYTES_NOT_FOUND)
		return not_read(BODY_MALFORMED, content, "NUL in a form", bytes_find_byte(content, '\0'));
	reading.fields = form_read(bytes_trim(content), arena, &reading.field_count);
	if (reading.fields == NULL && arena->is_full)
		return not_read(BODY_UNREAD, content, "memory ceiling", 0);
	return reading;
}

/* No Content-Type: RFC 9110 section 8.3 lets a recipient look. What only looks like JSON is text. */
static struct body_reading read_by_content(struct bytes content, struct arena *arena)
{
	size_t bom_len = bytes_starts(content, BYTES("\xEF\xBB\xBF")) ? 3 : 0;
	struct bytes start = bytes_trim(bytes_from(content, bom_len));
	struct body_reading reading;

	if (!bytes_starts(start, BYTES("{")) && !bytes_starts(start, BYTES("[")))
		return read_text(content, false);
	reading = read_json(content, arena);
	return reading.kind == BODY_MALFORMED ? read_text(content, false) : reading;
}

void body_read(struct exchange *exchange, struct message *message, struct body_reading *out_reading)
{
	struct bytes content = message->body.content;
	const char *reason = unread_reason(message);

	if (grpc_reading(exchange, message, out_reading))
		return;
	if (reason != NULL) {
		*out_reading = not_read(BODY_UNREAD, content, reason, 0);
		return;
	}
	if (message->body.state == BODY_NONE || content.len == 0) {
		*out_reading = (struct body_reading){.kind = BODY_EMPTY};
		return;
	}
	switch (reader_of(message)) {
	case READ_JSON:
		*out_reading = read_json(content, &exchange->arena);
		return;
	case READ_FORM:
		*out_reading = read_form(content, &exchange->arena);
		return;
	case READ_TEXT:
		*out_reading = read_text(content, true);
		return;
	case READ_OPAQUE:
		*out_reading = (struct body_reading){.kind = BODY_OPAQUE};
		return;
	case READ_BY_CONTENT:
		*out_reading = read_by_content(content, &exchange->arena);
		return;
	case READ_UNKNOWN:
		break;
	}
	*out_reading = read_text(content, false);
}
