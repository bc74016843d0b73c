#include "specs/conform.h"
#include "specs/conform_check.h"
#include "specs/schema_class.h"

static bool is_listed(const struct bytes *list, size_t count, struct bytes class_id)
{
	for (size_t i = 0; i < count; i++)
		if (bytes_equal(list[i], class_id))
			return true;
	return false;
}

/* What is asked of each schema: schema_declares_class or schema_masks_class. */
typedef bool schema_says(const struct schema *schema, struct bytes class_id);

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
static bool says_at(const struct schema *schema, struct bytes pointer, struct bytes class_id,
		    schema_says *says)
{
	char text[TOKEN_BYTES_MAX];
	struct bytes rest = pointer.len > 0 && pointer.data[0] == '/' ? bytes_from(pointer, 1) : pointer;

	if (says(schema, class_id))
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
		if (says(schema, class_id))
			return true;
	}
	return false;
}

static bool parameter_says(const struct operation *operation, enum part part, struct bytes name,
			   struct bytes pointer, struct bytes class_id, schema_says *says)
{
	for (size_t i = 0; i < operation->parameter_count; i++) {
		const struct parameter *parameter = &operation->parameters[i];
		bool is_it = part == PART_HEADER ? bytes_equal_nocase(parameter->name, name)
						 : bytes_equal(parameter->name, name);

		if (parameter->part != part || !is_it || parameter->schema == NULL)
			continue;
		if (says_at(parameter->schema, pointer, class_id, says) ||
		    says(schema_items(parameter->schema), class_id))
			return true;
	}
	return false;
}

static bool header_says(const struct response *response, struct bytes name, struct bytes class_id,
			schema_says *says)
{
	for (size_t i = 0; response != NULL && i < response->header_count; i++)
		if (bytes_equal_nocase(response->headers[i].name, name) &&
		    says(response->headers[i].schema, class_id))
			return true;
	return false;
}

static bool body_says(const struct content *content, const struct message *message, struct bytes name,
		      struct bytes pointer, struct bytes class_id, schema_says *says)
{
	const struct media *media = content_media(content, message);

	if (media == NULL || media->schema == NULL)
		return false;
	if (says_at(media->schema, pointer, class_id, says))
		return true;
	/* The fields of a form have names, not pointers. */
	return name.len > 0 && says(schema_property(media->schema, name), class_id);
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

/* What the schema of that place says of the class. */
static bool place_says(const struct match *match, const struct exchange *exchange, enum side side,
		       enum part part, struct bytes name, struct bytes pointer, struct bytes class_id,
		       schema_says *says)
{
	const struct operation *operation = match->operation;
	const struct response *response;

	if (side == SIDE_REQUEST)
		return part == PART_BODY ? body_says(&operation->request, &exchange->request, name, pointer,
						     class_id, says)
					 : parameter_says(operation, part, name, pointer, class_id, says);
	response = operation_response(operation, exchange->status);
	if (part == PART_HEADER)
		return header_says(response, name, class_id, says);
	return response != NULL && part == PART_BODY &&
	       body_says(&response->content, &exchange->response, name, pointer, class_id, says);
}

bool conform_allows_class(const struct match *match, const struct exchange *exchange, enum side side,
			  enum part part, struct bytes name, struct bytes pointer, struct bytes class_id)
{
	const struct operation *operation = match->operation;

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
	return place_says(match, exchange, side, part, name, pointer, class_id, schema_declares_class);
}

bool conform_wants_masked(const struct match *match, const struct exchange *exchange, enum side side,
			  enum part part, struct bytes name, struct bytes pointer, struct bytes class_id)
{
	return match->kind == MATCH_OPERATION && match->operation != NULL &&
	       (match->api == NULL || !match->api->spec->masks_nothing) &&
	       place_says(match, exchange, side, part, name, pointer, class_id, schema_masks_class);
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
