#include "specs/conform_check.h"
#include "specs/schema_check.h"
#include "specs/shape.h"

static bool is_json(struct bytes range)
{
	return bytes_equal(range, BYTES("application/json")) || bytes_ends(range, BYTES("+json"));
}

/* -- content ------------------------------------------------------------------ */

void tell_body(const struct judging *judging, enum keyword keyword, struct bytes expected,
	       struct bytes observed)
{
	struct departure departure = {.part = PART_BODY,
				      .keyword = keyword,
				      .pointer = BYTES(""),
				      .expected = expected,
				      .observed = observed};

	if (judging->media != NULL)
		departure.schema_pointer = judging->media->schema_pointer;
	departure_add(judging->checking, &departure);
}

static struct schema_checker checker_of(const struct judging *judging, bool is_text)
{
	return (struct schema_checker){.arena = &judging->checking->exchange->arena,
				       .out = judging->checking->out,
				       .side = judging->checking->side,
				       .part = PART_BODY,
				       .is_text = is_text};
}

static void check_text(const struct judging *judging)
{
	struct schema_checker checker = checker_of(judging, true);

	if ((schema_types(judging->media->schema) & (SCHEMA_ARRAY | SCHEMA_OBJECT)) == 0)
		schema_check_text(judging->media->schema, judging->reading->text, &checker);
}

/* The departures from `before` on are of a value that stands at `pointer`. */
static void move_departures(const struct judging *judging, size_t before, struct bytes pointer)
{
	struct departures *out = judging->checking->out;

	for (size_t i = before; i < out->count && pointer.len > 0; i++)
		out->list[i].pointer =
			arena_printf(&judging->checking->exchange->arena, BYTES_FORMAT BYTES_FORMAT,
				     BYTES_PRINT(pointer), BYTES_PRINT(out->list[i].pointer));
}

void value_check(const struct judging *judging, const struct schema *schema, yyjson_val *value,
		 struct bytes pointer)
{
	struct schema_checker checker = checker_of(judging, false);
	size_t before = judging->checking->out->count;

	if (schema == NULL || value == NULL)
		return;
	schema_check(schema, value, &checker);
	move_departures(judging, before, pointer);
}

static void check_json(const struct judging *judging)
{
	struct schema_checker checker = checker_of(judging, false);

	schema_check(judging->media->schema, judging->reading->json, &checker);
	schema_check_names(judging->media->schema, judging->reading->json, &checker);
}

/* RFC 8259 section 8.1: UTF-8. What is text in another encoding is no broken JSON. */
static bool is_other_encoding(struct bytes text)
{
	return bytes_starts(text, BYTES("\xFE\xFF")) || bytes_starts(text, BYTES("\xFF\xFE")) ||
	       bytes_starts(text, BYTES("\0{")) || bytes_starts(text, BYTES("{\0")) ||
	       bytes_starts(text, BYTES("\0[")) || bytes_starts(text, BYTES("[\0")) ||
	       bytes_starts(text, BYTES("\0\0\0")) || !is_utf8(text);
}

static void tell_malformed(const struct judging *judging)
{
	const struct body_reading *reading = judging->reading;

	if (is_json(judging->media->range) && is_other_encoding(reading->text))
		tell_body(judging, KEYWORD_ENCODING, BYTES("UTF-8"), BYTES("bytes that are not UTF-8"));
	else
		tell_body(judging, KEYWORD_MALFORMED, judging->media->range,
			  arena_printf(&judging->checking->exchange->arena, "%s at byte %zu",
				       reading->error == NULL ? "unreadable" : reading->error,
				       reading->error_offset));
}

/* RFC 9110 section 8.3: of what is not read the length in bytes is all that can be said. */
static void check_octets(const struct judging *judging, struct bytes content)
{
	struct arena *arena = &judging->checking->exchange->arena;
	yyjson_val *octets = octets_value(content, arena);

	if (bytes_starts(judging->media->range, BYTES("application/octet-stream")) &&
	    (schema_types(judging->media->schema) & (SCHEMA_ARRAY | SCHEMA_OBJECT)) == 0)
		value_check(judging, judging->media->schema, octets, BYTES(""));
}

static void check_content(const struct judging *judging, struct bytes content)
{
	const struct body_reading *reading = judging->reading;

	if (reading->kind == BODY_MALFORMED) {
		tell_malformed(judging);
		return;
	}
	if (reading->kind == BODY_ITEMS)
		items_check(judging);
	if (reading->kind == BODY_MULTIPART && judging->media->item_schema != NULL)
		multipart_items_check(judging);
	if (judging->media->schema == NULL)
		return;
	if (reading->kind == BODY_JSON)
		check_json(judging);
	else if (reading->kind == BODY_FORM)
		form_check(judging);
	else if (reading->kind == BODY_MULTIPART)
		multipart_check(judging);
	else if (reading->kind == BODY_XML)
		xml_check(judging);
	else if (reading->kind == BODY_TEXT && judging->is_text)
		check_text(judging);
	else if (reading->kind == BODY_TEXT || reading->kind == BODY_OPAQUE)
		check_octets(judging, content);
}

/* JSON that came without a media type is checked as the JSON that is declared. */
static const struct media *declared_json(const struct content *content)
{
	for (size_t i = 0; i < content->count; i++)
		if (is_json(content->list[i].range))
			return &content->list[i];
	return NULL;
}

static bool is_xml(struct bytes range)
{
	return bytes_ends(range, BYTES("/xml")) || bytes_ends(range, BYTES("+xml"));
}

/* Is nothing at all no value of any of these media types? An empty text is a text; nothing is no JSON. */
static bool is_never_empty(const struct media *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (!is_json(list[i].range) && !is_xml(list[i].range))
			return false;
	return count > 0;
}

static void check_empty(struct judging *judging, const struct content *content, const struct message *message)
{
	const struct media *media = content_media(content, message);
	bool is_response = judging->checking->side == SIDE_RESPONSE;
	bool is_form = media != NULL && message_media_type(message).len > 0 &&
		       bytes_equal(media->range, BYTES("application/x-www-form-urlencoded"));

	judging->media = is_form || (is_response && judging->is_text) ? media : NULL;
	if (judging->media != NULL && media->schema == NULL)
		return;
	/* A form without fields is a form. */
	if (is_form)
		form_check(judging);
	else if (judging->media != NULL)
		check_text(judging);
	else if (!is_response    ? content->is_required
		 : media != NULL ? is_never_empty(media, 1)
				 : is_never_empty(content->list, content->count))
		tell_body(judging, KEYWORD_MISSING, BYTES("a body"), BYTES("no body"));
}

static bool is_whole(const struct message *message)
{
	enum body_state state = message->body.state;
	enum coding_outcome coding = message->body.coding;

	return (state == BODY_NONE || state == BODY_WHOLE) &&
	       (coding == CODING_NONE || coding == CODING_DECODED);
}

/* A media type is a name, but a hostile one may hold anything: only what looks like one is repeated. */
static bool is_plain_name(struct bytes type)
{
	for (size_t i = 0; i < type.len; i++)
		if (!ascii_is_alnum(type.data[i]) &&
		    bytes_find_byte(BYTES("/+-._"), type.data[i]) == BYTES_NOT_FOUND)
			return false;
	return true;
}

static void tell_type(const struct judging *judging, struct bytes type)
{
	struct arena *arena = &judging->checking->exchange->arena;
	struct departure departure = {.part = PART_BODY,
				      .keyword = KEYWORD_UNDECLARED_TYPE,
				      .pointer = BYTES(""),
				      .expected = BYTES("a declared media type"),
				      .observed = BYTES("no media type")};

	if (!is_plain_name(type))
		type = shape_mask(type, arena);
	if (type.len > 0) {
		departure.name = bytes_slice(type, 0, 100);
		departure.observed = departure.name;
	}
	departure_add(judging->checking, &departure);
}

/* Where fields are unknown, one may say another type or a coding that was not taken off. */
static bool may_be_other(const struct message *message)
{
	return message->has_unknown_fields && (message_header(message, BYTES("content-type")) == NULL ||
					       message_header(message, BYTES("content-encoding")) == NULL);
}

void content_check(const struct checking *checking, const struct content *content,
		   const struct body_reading *reading, const struct message *message)
{
	struct bytes type = bytes_trim(message_media_type(message));
	struct judging judging = {.checking = checking,
				  .reading = reading,
				  .is_text = bytes_equal_nocase(bytes_slice(type, 0, 5), BYTES("text/"))};

	if (message->body.wire_len == 0) {
		if (message->is_complete && is_whole(message))
			check_empty(&judging, content, message);
		return;
	}
	if (content->count == 0 || may_be_other(message))
		return;
	judging.media = content_media(content, message);
	if (judging.media == NULL)
		tell_type(&judging, type);
	if (judging.media == NULL && type.len == 0 && reading->kind == BODY_JSON)
		judging.media = declared_json(content);
	if (judging.media == NULL || !is_whole(message))
		return;
	if (reading->kind == BODY_UNREAD)
		tell_body(&judging, KEYWORD_OVERLIMIT, BYTES("a body that can be checked"),
			  bytes_of(reading->error));
	else
		check_content(&judging, message->body.content);
}
