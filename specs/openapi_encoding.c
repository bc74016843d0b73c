#include "specs/openapi_read.h"

/* OpenAPI 3, Header Object: style simple, or content with one entry. */
static struct response_header header_read(const struct reader *reader, struct spot spot, struct bytes name)
{
	struct response_header header = {.name = name};
	struct spot schema = spot_child(reader, spot, "schema");
	struct spot content = spot_get(reader, spot, "content");

	if (schema.node == NULL && node_is(content.node, NODE_TABLE) && content.node->count > 0 &&
	    is_json_range(content.node->entries[0].key)) {
		header.is_json = true;
		schema = spot_child(reader, spot_follow(reader, spot_entry(reader, content, 0)), "schema");
	}
	if (reader->is_swagger) {
		header.schema = swagger_schema(reader, spot);
		header.schema_pointer = spot_pointer(reader, spot, header.schema);
		return header;
	}
	header.is_required = node_bool(node_get(spot.node, "required"), false);
	header.is_exploded = node_bool(node_get(spot.node, "explode"), false);
	header.schema = spot_schema(reader, schema);
	header.schema_pointer = spot_pointer(reader, schema, header.schema);
	return header;
}

void headers_read(const struct reader *reader, struct spot headers, const struct response_header **out_list,
		  size_t *out_count)
{
	struct response_header *list;
	size_t count = 0;

	if (!node_is(headers.node, NODE_TABLE))
		return;
	list = arena_alloc(reader->arena, (headers.node->count + 1) * sizeof(*list));
	if (list == NULL)
		return;
	for (size_t i = 0; i < headers.node->count; i++) {
		struct spot header = spot_follow(reader, spot_entry(reader, headers, i));
		struct bytes name = text_lower(reader->arena, headers.node->entries[i].key);

		/* OpenAPI 3, Response Object: a header "Content-Type" shall be ignored. */
		if (header.node != NULL && !bytes_equal(name, BYTES("content-type")))
			list[count++] = header_read(reader, header, name);
	}
	*out_list = list;
	*out_count = count;
}

static void encoding_read(const struct reader *reader, struct spot spot, const struct media *media,
			  struct encoding *encoding)
{
	struct parameter *parameter = &encoding->parameter;

	encoding->content_types = node_text(node_get(spot.node, "contentType"));
	encoding->has_style = node_get(spot.node, "style") != NULL || node_get(spot.node, "explode") != NULL;
	*parameter = (struct parameter){.name = encoding->name, .part = PART_QUERY};
	style_apply(spot.node, parameter);
	parameter->schema = media->schema == NULL ? NULL : schema_property(media->schema, encoding->name);
	parameter->schema_pointer = media->schema_pointer;
	headers_read(reader, spot_get(reader, spot, "headers"), &encoding->headers, &encoding->header_count);
}

void encodings_read(const struct reader *reader, struct spot spot, struct media *media)
{
	struct spot table = spot_get(reader, spot, "encoding");
	struct spot each = spot_get(reader, spot, "itemEncoding");
	size_t count = node_is(table.node, NODE_TABLE) ? table.node->count : 0;
	struct encoding *list;

	if (count == 0 && each.node == NULL)
		return;
	list = arena_alloc(reader->arena, (count + 1) * sizeof(*list));
	if (list == NULL)
		return;
	for (size_t i = 0; i < count; i++) {
		list[i].name = table.node->entries[i].key;
		encoding_read(reader, spot_follow(reader, spot_entry(reader, table, i)), media, &list[i]);
	}
	if (each.node != NULL) {
		list[count].name = BYTES("");
		encoding_read(reader, each, media, &list[count++]);
	}
	media->encodings = list;
	media->encoding_count = count;
}
