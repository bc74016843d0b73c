#include <string.h>

#include "specs/openapi_read.h"

static struct bytes without_spaces(struct arena *arena, struct bytes text)
{
	char *copy = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	for (size_t i = 0; copy != NULL && i < text.len; i++)
		if (!ascii_is_space(text.data[i]) && text.data[i] != '"')
			copy[len++] = ascii_lower(text.data[i]);
	return (struct bytes){.data = copy, .len = len};
}

/* RFC 9110 section 8.3.1: type and parameters are told apart by the first semicolon. */
struct media media_of(const struct reader *reader, struct spot schema, struct bytes range)
{
	struct bytes parameters = without_spaces(reader->arena, range);
	struct media media = {.range = bytes_split(&parameters, ';')};

	media.parameters = parameters.data == NULL ? BYTES("") : parameters;
	media.schema = spot_schema(reader, schema);
	media.schema_pointer = spot_pointer(reader, schema, media.schema);
	return media;
}

static struct media media_read(const struct reader *reader, struct spot spot, struct bytes range)
{
	struct media media = media_of(reader, spot_child(reader, spot, "schema"), range);
	struct spot item = spot_child(reader, spot, "itemSchema");

	media.item_schema = spot_schema(reader, item);
	if (media.item_schema != NULL)
		media.item_schema_pointer = spot_pointer(reader, item, media.item_schema);
	encodings_read(reader, spot, &media);
	return media;
}

void content_read(const struct reader *reader, struct spot content, struct content *out_content)
{
	struct media *list;

	if (!node_is(content.node, NODE_TABLE))
		return;
	out_content->is_declared = true;
	list = arena_alloc(reader->arena, content.node->count * sizeof(*list));
	if (list == NULL)
		return;
	for (size_t i = 0; i < content.node->count; i++)
		list[i] = media_read(reader, spot_follow(reader, spot_entry(reader, content, i)),
				     content.node->entries[i].key);
	out_content->list = list;
	out_content->count = content.node->count;
}

/* "200", "4XX" or "default"; false for anything else ("x-..."). */
static bool status_read(struct bytes key, struct response *response)
{
	uint64_t status;

	if (bytes_equal(key, BYTES("default"))) {
		response->is_default = true;
		response->status_to = 999;
		return true;
	}
	if (key.len == 3 && ascii_is_digit(key.data[0]) &&
	    bytes_equal_nocase(bytes_from(key, 1), BYTES("XX"))) {
		response->status_from = (unsigned)(key.data[0] - '0') * 100;
		response->status_to = response->status_from + 99;
		return true;
	}
	if (key.len != 3 || !bytes_to_u64(key, &status))
		return false;
	response->status_from = response->status_to = (unsigned)status;
	return true;
}

void responses_read(const struct reader *reader, struct spot node, struct operation *out_operation)
{
	struct spot responses = spot_get(reader, node, "responses");
	struct response *list;
	size_t count = 0;

	if (!node_is(responses.node, NODE_TABLE))
		return;
	list = arena_alloc(reader->arena, responses.node->count * sizeof(*list));
	if (list == NULL)
		return;
	for (size_t i = 0; i < responses.node->count; i++) {
		struct response response = {0};
		struct bytes key = responses.node->entries[i].key;
		struct spot spot;

		if (bytes_starts(key, BYTES("x-")))
			continue;
		spot = spot_follow(reader, spot_entry(reader, responses, i));
		if (!status_read(key, &response)) {
			spot_problem(reader, spot, PROBLEM_WARNING, "write 200, 4XX or default",
				     "\"%.*s\" is not a status", (int)(key.len > 40 ? 40 : key.len),
				     key.data);
			continue;
		}
		if (bytes_ends(key, BYTES("xx")))
			spot_problem(reader, spot, PROBLEM_WARNING, "write it in upper case",
				     "\"%.*s\" is read as a range of statuses", (int)key.len, key.data);
		if (reader->is_swagger)
			swagger_content_read(reader, node, spot, &response.content);
		else
			content_read(reader, spot_get(reader, spot, "content"), &response.content);
		headers_read(reader, spot_get(reader, spot, "headers"), &response.headers,
			     &response.header_count);
		list[count++] = response;
	}
	out_operation->responses = list;
	out_operation->response_count = count;
}
