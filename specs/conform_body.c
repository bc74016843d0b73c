#include <string.h>

#include "specs/conform_check.h"
#include "specs/schema_check.h"
#include "specs/shape.h"

/* -- media types -------------------------------------------------------------- */

/* RFC 9110 section 8.3.1; a parameter's value may stand in quotes. */
static bool is_same_parameter(struct bytes sent, struct bytes declared)
{
	size_t at = 0;

	for (size_t i = 0; i < sent.len; i++) {
		if (ascii_is_space(sent.data[i]) || sent.data[i] == '"')
			continue;
		if (at == declared.len || ascii_lower(sent.data[i]) != declared.data[at])
			return false;
		at++;
	}
	return at == declared.len;
}

/* Each parameter of the declared key stands among those sent. */
static bool has_parameters(struct bytes sent, struct bytes declared)
{
	while (declared.data != NULL && declared.len > 0) {
		struct bytes wanted = bytes_split(&declared, ';');
		bool is_found = false;

		for (struct bytes rest = sent; rest.data != NULL && !is_found;)
			is_found = is_same_parameter(bytes_split(&rest, ';'), wanted);
		if (!is_found)
			return false;
	}
	return true;
}

/* "application" of "application" with a star as its subtype; BYTES_NONE for a full type. */
static struct bytes range_type(struct bytes range)
{
	return bytes_ends(range, BYTES("/*")) ? bytes_slice(range, 0, range.len - 2) : BYTES_NONE;
}

/* 0: does not fit; 4 the very key, 3 the type without parameters, 2 its main type, 1 anything. */
static int fit(const struct media *media, struct bytes type, struct bytes parameters)
{
	struct bytes main_type = range_type(media->range);

	if (bytes_equal(media->range, BYTES("*/*")) || bytes_equal(media->range, BYTES("*")))
		return 1;
	if (main_type.data != NULL)
		return type.len > main_type.len && type.data[main_type.len] == '/' &&
				       bytes_equal_nocase(bytes_slice(type, 0, main_type.len), main_type)
			       ? 2
			       : 0;
	if (!bytes_equal_nocase(type, media->range))
		return 0;
	if (media->parameters.len == 0)
		return 3;
	return has_parameters(parameters, media->parameters) ? 4 : 0;
}

static const struct media *best_media(const struct content *content, struct bytes type,
				      struct bytes parameters)
{
	const struct media *best = NULL;
	int best_fit = 0;

	for (size_t i = 0; i < content->count; i++) {
		int found = fit(&content->list[i], type, parameters);

		if (found <= best_fit)
			continue;
		best = &content->list[i];
		best_fit = found;
	}
	return best;
}

const struct media *content_media(const struct content *content, const struct message *message)
{
	struct bytes type = bytes_trim(message_media_type(message));
	const struct header *line = message_header(message, BYTES("content-type"));
	struct bytes parameters = line == NULL ? BYTES_NONE : line->value;
	const struct media *media;

	bytes_split(&parameters, ';');
	media = best_media(content, type, parameters);
	if (media != NULL || type.len == 0)
		return media;
	/* A declared charset adds nothing: JSON is UTF-8, and a text without one is what it is. */
	for (size_t i = 0; i < content->count; i++) {
		if (!bytes_equal_nocase(content->list[i].range, type) ||
		    bytes_find(content->list[i].parameters, BYTES("charset=")) == BYTES_NOT_FOUND)
			continue;
		return &content->list[i];
	}
	return NULL;
}

static bool is_json(struct bytes range)
{
	return bytes_equal(range, BYTES("application/json")) || bytes_ends(range, BYTES("+json"));
}

/* -- content ------------------------------------------------------------------ */

struct judging {
	const struct checking *checking;
	const struct media *media; /* NULL: none fits */
	const struct body_reading *reading;
};

static void tell(const struct judging *judging, enum keyword keyword, struct bytes expected,
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

/* Fields as a JSON object. Names in brackets follow no standard: such a form is not judged. */
static void check_form(const struct judging *judging)
{
	const struct body_reading *reading = judging->reading;
	struct arena *arena = &judging->checking->exchange->arena;
	struct schema_checker checker = checker_of(judging, true);
	struct occurrence *list = arena_alloc(arena, (reading->field_count + 1) * sizeof(*list));
	yyjson_val *tree;

	for (size_t i = 0; i < reading->field_count && list != NULL; i++) {
		struct bytes name = reading->fields[i].name;

		if (bytes_find_byte(name, '[') != BYTES_NOT_FOUND &&
		    schema_property(judging->media->schema, name) == NULL)
			return;
		if (!is_utf8(name) || !is_utf8(reading->fields[i].value)) {
			tell(judging, KEYWORD_ENCODING, BYTES("UTF-8"), BYTES("bytes that are not UTF-8"));
			return;
		}
		list[i] = (struct occurrence){.name = name, .value = reading->fields[i].value};
	}
	tree = list == NULL ? NULL
			    : pairs_to_object(list, reading->field_count, judging->media->schema, arena);
	if (tree != NULL)
		schema_check(judging->media->schema, tree, &checker);
}

static void check_text(const struct judging *judging)
{
	struct schema_checker checker = checker_of(judging, true);

	if (bytes_equal(judging->media->range, BYTES("text/plain")) &&
	    (schema_types(judging->media->schema) & (SCHEMA_ARRAY | SCHEMA_OBJECT)) == 0)
		schema_check_text(judging->media->schema, judging->reading->text, &checker);
}

static void check_content(const struct judging *judging)
{
	const struct body_reading *reading = judging->reading;
	struct schema_checker checker = checker_of(judging, false);

	if (reading->kind == BODY_MALFORMED) {
		tell(judging, KEYWORD_MALFORMED, judging->media->range,
		     arena_printf(&judging->checking->exchange->arena, "%s at byte %zu",
				  reading->error == NULL ? "unreadable" : reading->error,
				  reading->error_offset));
		return;
	}
	if (judging->media->schema == NULL || judging->media->is_encoded)
		return;
	if (reading->kind == BODY_JSON)
		schema_check(judging->media->schema, reading->json, &checker);
	else if (reading->kind == BODY_FORM)
		check_form(judging);
	else if (reading->kind == BODY_TEXT)
		check_text(judging);
}

/* JSON that came without a media type is checked as the JSON that is declared. */
static const struct media *declared_json(const struct content *content)
{
	for (size_t i = 0; i < content->count; i++)
		if (is_json(content->list[i].range))
			return &content->list[i];
	return NULL;
}

static void check_empty(const struct judging *judging, const struct content *content)
{
	const struct media *json = declared_json(content);
	bool is_response = judging->checking->side == SIDE_RESPONSE;

	/* An empty text is a text; nothing is no JSON. */
	if (is_response ? json != NULL && content->count == 1 : content->is_required)
		tell(judging, KEYWORD_MISSING, BYTES("a body"), BYTES("no body"));
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
	struct judging judging = {.checking = checking, .reading = reading};

	if (message->body.wire_len == 0) {
		if (message->is_complete && is_whole(message))
			check_empty(&judging, content);
		return;
	}
	if (content->count == 0 || may_be_other(message))
		return;
	judging.media = content_media(content, message);
	if (judging.media == NULL)
		tell_type(&judging, type);
	if (judging.media == NULL && type.len == 0 && reading->kind == BODY_JSON)
		judging.media = declared_json(content);
	if (judging.media != NULL && is_whole(message) && reading->kind != BODY_UNREAD)
		check_content(&judging);
}
