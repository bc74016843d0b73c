#include "parsers/json_read.h"
#include "specs/conform_check.h"
#include "specs/schema_check.h"

/* RFC 6901 section 3. */
static struct bytes pointer_to(const struct judging *judging, struct bytes name, size_t index)
{
	struct arena *arena = &judging->checking->exchange->arena;
	char *text;
	size_t len = 0;

	if (name.data == NULL)
		return arena_printf(arena, "/%zu", index);
	text = arena_alloc(arena, 2 * name.len + 1);
	if (text == NULL)
		return BYTES("");
	text[len++] = '/';
	for (size_t i = 0; i < name.len; i++) {
		bool is_escaped = name.data[i] == '~' || name.data[i] == '/';

		if (is_escaped)
			text[len++] = '~';
		text[len++] = !is_escaped ? name.data[i] : name.data[i] == '~' ? '0' : '1';
	}
	return (struct bytes){.data = text, .len = len};
}

/* That of the property, else that of every part. */
static const struct encoding *encoding_of(const struct media *media, struct bytes name)
{
	const struct encoding *every = NULL;

	for (size_t i = 0; i < media->encoding_count; i++) {
		if (name.len > 0 && bytes_equal(media->encodings[i].name, name))
			return &media->encodings[i];
		if (media->encodings[i].name.len == 0)
			every = &media->encodings[i];
	}
	return every;
}

static void check_headers(const struct judging *judging, const struct encoding *encoding,
			  const struct multipart_part *part, struct bytes pointer)
{
	struct arena *arena = &judging->checking->exchange->arena;

	for (size_t i = 0; i < encoding->header_count; i++) {
		const struct response_header *header = &encoding->headers[i];
		struct bytes field = multipart_field(part, header->name);
		yyjson_val value;

		if (field.data == NULL && header->is_required)
			departure_add(
				judging->checking,
				&(struct departure){
					.part = PART_BODY,
					.keyword = KEYWORD_REQUIRED,
					.pointer = pointer,
					.schema_pointer = header->schema_pointer,
					.expected = arena_printf(arena, "a part with the field " BYTES_FORMAT,
								 BYTES_PRINT(header->name)),
					.observed = BYTES("absent")});
		if (field.data == NULL || header->schema == NULL || !is_utf8(field))
			continue;
		if ((schema_types(header->schema) & (SCHEMA_ARRAY | SCHEMA_OBJECT)) != 0)
			continue;
		schema_text_value(header->schema, field, &value);
		value_check(judging, header->schema, &value, pointer);
	}
}

static void check_part(const struct judging *judging, const struct body_part *part, struct bytes pointer)
{
	const struct encoding *encoding = encoding_of(judging->media, part->part.name);
	struct bytes type = part->part.content_type;

	if (part->kind == BODY_MALFORMED)
		departure_add(judging->checking, &(struct departure){.part = PART_BODY,
								     .keyword = KEYWORD_MALFORMED,
								     .pointer = pointer,
								     .expected = BYTES("JSON"),
								     .observed = BYTES("not JSON")});
	if (encoding == NULL)
		return;
	/* RFC 7578 section 4.4: without the field a part is text/plain. */
	if (type.data == NULL)
		type = BYTES("text/plain");
	if (encoding->content_types.len > 0 && part->part.content_type.data != NULL &&
	    !media_type_fits(type, encoding->content_types))
		departure_add(judging->checking,
			      &(struct departure){.part = PART_BODY,
						  .keyword = KEYWORD_STYLE,
						  .pointer = pointer,
						  .expected = encoding->content_types,
						  .observed = observed_shape(judging->checking, type)});
	check_headers(judging, encoding, &part->part, pointer);
}

/* A part without a type whose schema wants an object is JSON by default (OpenAPI 3, Encoding Object). */
static yyjson_val *json_of(const struct judging *judging, const struct body_part *part,
			   const struct schema *schema)
{
	struct json_reading reading;

	if (part->kind == BODY_JSON)
		return part->json;
	if (part->kind != BODY_TEXT || schema == NULL || part->part.content_type.data != NULL ||
	    (schema_types(schema) & SCHEMA_OBJECT) == 0 || (schema_types(schema) & SCHEMA_STRING) != 0)
		return NULL;
	json_read(part->part.content, &judging->checking->exchange->arena, &reading);
	return reading.outcome == JSON_READ ? reading.root : NULL;
}

/* What one part is: its tree, bytes that are counted, or text that the schema reads. */
static struct occurrence value_of(const struct judging *judging, const struct body_part *part,
				  const struct schema *schema)
{
	struct occurrence occurrence = {.name = part->part.name, .value = part->part.content};

	occurrence.tree = json_of(judging, part, schema);
	if (part->kind == BODY_OPAQUE)
		occurrence.tree = octets_value(part->part.content, &judging->checking->exchange->arena);
	return occurrence;
}

/* With names an object is meant (RFC 7578); without them an array in the order of the parts. */
void multipart_check(const struct judging *judging)
{
	const struct body_reading *reading = judging->reading;
	const struct schema *schema = judging->media->schema;
	struct arena *arena = &judging->checking->exchange->arena;
	struct occurrence *list = arena_alloc(arena, (reading->part_count + 1) * sizeof(*list));
	bool is_object = (schema_types(schema) & SCHEMA_OBJECT) != 0;
	size_t before = judging->checking->out->count;
	yyjson_val *tree;

	for (size_t i = 0; i < reading->part_count && list != NULL; i++) {
		const struct body_part *part = &reading->parts[i];
		const struct schema *own =
			is_object ? schema_property(schema, part->part.name) : schema_items(schema);

		if (is_object && part->part.name.data == NULL) {
			tell_body(judging, KEYWORD_STYLE, BYTES("parts with names"),
				  BYTES("a part without a name"));
			return;
		}
		if (is_object && own != NULL && (schema_types(own) & SCHEMA_STRING) == 0 &&
		    (schema_types(own) & SCHEMA_ARRAY) != 0 && schema_items(own) != NULL)
			own = schema_items(own);
		check_part(judging, part, pointer_to(judging, is_object ? part->part.name : BYTES_NONE, i));
		list[i] = value_of(judging, part, own);
	}
	if (list == NULL || judging->checking->out->count > before + reading->part_count)
		return;
	tree = is_object ? pairs_to_object(list, reading->part_count, schema, arena)
			 : texts_to_array(list, reading->part_count, schema, arena);
	value_check(judging, schema, tree, BYTES(""));
}

/* OpenAPI 3.2, multipart by place: itemSchema is of each part. */
void multipart_items_check(const struct judging *judging)
{
	const struct body_reading *reading = judging->reading;
	const struct schema *schema = judging->media->item_schema;

	for (size_t i = 0; i < reading->part_count; i++) {
		const struct body_part *part = &reading->parts[i];
		struct bytes pointer = pointer_to(judging, BYTES_NONE, i);
		struct occurrence occurrence = value_of(judging, part, schema);
		yyjson_val text;

		check_part(judging, part, pointer);
		if (occurrence.tree == NULL && part->kind != BODY_MALFORMED) {
			schema_text_value(schema, occurrence.value, &text);
			occurrence.tree = &text;
		}
		value_check(judging, schema, occurrence.tree, pointer);
	}
}
