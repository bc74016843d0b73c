#include "specs/conform.h"
#include "specs/conform_check.h"

static bool is_listed(const struct bytes *list, size_t count, struct bytes class_id)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(list[i], class_id))
			return true;
	return false;
}

static bool declares(const struct schema *schema, struct bytes class_id)
{
	return schema != NULL && bytes_equal(schema_data_class(schema), class_id);
}

/* Tokens of a pointer are short; a longer one names no property of a schema. */
#define TOKEN_BYTES_MAX 256

/* RFC 6901 section 4. */
static struct bytes unescape(struct bytes token, char out_text[TOKEN_BYTES_MAX])
{
	size_t len = 0;

	if (bytes_find_byte(token, '~') == BYTES_NOT_FOUND || token.len > TOKEN_BYTES_MAX)
		return token;
	for (size_t i = 0; i < token.len; i++) {
		bool is_escape = token.data[i] == '~' && i + 1 < token.len;

		out_text[len++] = !is_escape ? token.data[i] : token.data[++i] == '1' ? '/' : '~';
	}
	return (struct bytes){.data = out_text, .len = len};
}

/* Does the schema at the pointer, or one on the way to it, name the class? */
static bool declares_at(const struct schema *schema, struct bytes pointer, struct bytes class_id)
{
	char text[TOKEN_BYTES_MAX];
	struct bytes rest = pointer.len > 0 && pointer.data[0] == '/' ? bytes_from(pointer, 1) : pointer;

	if (declares(schema, class_id))
		return true;
	if (pointer.len == 0)
		return false;
	while (rest.data != NULL && schema != NULL) {
		struct bytes token = bytes_split(&rest, '/');
		const struct schema *property = schema_property(schema, unescape(token, text));
		uint64_t index;

		if (property == NULL && (bytes_to_u64(token, &index) || bytes_equal(token, BYTES("*"))))
			property = schema_items(schema);
		/* XML shows the items of an array without their numbers. */
		if (property == NULL && schema_items(schema) != NULL)
			property = schema_property(schema_items(schema), unescape(token, text));
		schema = property;
		if (declares(schema, class_id))
			return true;
	}
	return false;
}

static bool parameter_declares(const struct operation *operation, enum part part, struct bytes name,
			       struct bytes pointer, struct bytes class_id)
{
	for (size_t i = 0; i < operation->parameter_count; i++) {
		const struct parameter *parameter = &operation->parameters[i];
		bool is_it = part == PART_HEADER ? bytes_equal_nocase(parameter->name, name)
						 : bytes_equal(parameter->name, name);

		if (parameter->part != part || !is_it || parameter->schema == NULL)
			continue;
		if (declares_at(parameter->schema, pointer, class_id) ||
		    declares(schema_items(parameter->schema), class_id))
			return true;
	}
	return false;
}

static bool header_declares(const struct response *response, struct bytes name, struct bytes class_id)
{
	for (size_t i = 0; response != NULL && i < response->header_count; i++)
		if (bytes_equal_nocase(response->headers[i].name, name) &&
		    declares(response->headers[i].schema, class_id))
			return true;
	return false;
}

static bool body_declares(const struct content *content, const struct message *message, struct bytes name,
			  struct bytes pointer, struct bytes class_id)
{
	const struct media *media = content_media(content, message);

	if (media == NULL || media->schema == NULL)
		return false;
	if (declares_at(media->schema, pointer, class_id))
		return true;
	/* The fields of a form have names, not pointers. */
	return name.len > 0 && declares(schema_property(media->schema, name), class_id);
}

/* Classes of what a token endpoint hands out, and of what an Authorization field carries. */
static bool is_token_class(struct bytes class_id)
{
	static const struct bytes words[] = {BYTES_INIT("jwt"), BYTES_INIT("token"), BYTES_INIT("secret"),
					     BYTES_INIT("api_key"), BYTES_INIT("password")};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bytes_find(class_id, words[i]) != BYTES_NOT_FOUND)
			return true;
	return false;
}

bool conform_allows_class(const struct match *match, const struct exchange *exchange, enum side side,
			  enum part part, struct bytes name, struct bytes pointer, struct bytes class_id)
{
	const struct operation *operation = match->operation;
	const struct response *response;

	if (side == SIDE_REQUEST && part == PART_HEADER && bytes_equal_nocase(name, BYTES("authorization")) &&
	    bytes_find(class_id, BYTES("jwt")) != BYTES_NOT_FOUND)
		return true;
	if (match->api != NULL && is_listed(match->api->sensitive, match->api->sensitive_count, class_id))
		return true;
	if (match->kind != MATCH_OPERATION || operation == NULL)
		return false;
	if (is_listed(operation->sensitive, operation->sensitive_count, class_id))
		return true;
	if (operation->is_token_endpoint && part == PART_BODY && is_token_class(class_id))
		return true;
	if (side == SIDE_REQUEST)
		return part == PART_BODY ? body_declares(&operation->request, &exchange->request, name,
							 pointer, class_id)
					 : parameter_declares(operation, part, name, pointer, class_id);
	response = operation_response(operation, exchange->status);
	if (part == PART_HEADER)
		return header_declares(response, name, class_id);
	return response != NULL && part == PART_BODY &&
	       body_declares(&response->content, &exchange->response, name, pointer, class_id);
}

bool conform_has_body_schema(const struct match *match, const struct exchange *exchange, enum side side)
{
	const struct operation *operation = match->kind == MATCH_OPERATION ? match->operation : NULL;
	const struct response *response;
	const struct media *media;

	if (operation == NULL)
		return false;
	if (side == SIDE_REQUEST) {
		media = content_media(&operation->request, &exchange->request);
	} else {
		response = operation_response(operation, exchange->status);
		media = response == NULL ? NULL : content_media(&response->content, &exchange->response);
	}
	return media != NULL && media->schema != NULL;
}
