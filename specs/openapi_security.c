#include <string.h>

#include "specs/openapi_read.h"

static enum security_kind http_kind(struct bytes scheme)
{
	if (bytes_equal_nocase(scheme, BYTES("basic")))
		return SECURITY_BASIC;
	if (bytes_equal_nocase(scheme, BYTES("bearer")))
		return SECURITY_BEARER;
	if (bytes_equal_nocase(scheme, BYTES("digest")))
		return SECURITY_DIGEST;
	return SECURITY_HTTP;
}

static bool key_read(const struct reader *reader, const struct node *node, struct security_scheme *scheme)
{
	struct bytes place = node_text(node_get(node, "in"));

	scheme->kind = SECURITY_API_KEY;
	scheme->name = node_text(node_get(node, "name"));
	if (bytes_equal(place, BYTES("header")))
		scheme->part = PART_HEADER;
	else if (bytes_equal(place, BYTES("query")))
		scheme->part = PART_QUERY;
	else if (bytes_equal(place, BYTES("cookie")))
		scheme->part = PART_COOKIE;
	else
		return false;
	if (scheme->part == PART_HEADER)
		scheme->name = text_lower(reader->arena, scheme->name);
	return scheme->name.len > 0;
}

static bool scheme_read(const struct reader *reader, const struct node *node, struct security_scheme *scheme)
{
	struct bytes type = node_text(node_get(node, "type"));

	if (bytes_equal(type, BYTES("apiKey")))
		return key_read(reader, node, scheme);
	if (bytes_equal(type, BYTES("http"))) {
		scheme->name = node_text(node_get(node, "scheme"));
		scheme->kind = http_kind(scheme->name);
	} else if (reader->is_swagger && bytes_equal(type, BYTES("basic"))) {
		scheme->kind = SECURITY_BASIC;
	} else if (bytes_equal(type, BYTES("oauth2"))) {
		scheme->kind = SECURITY_OAUTH2;
	} else if (bytes_equal(type, BYTES("openIdConnect"))) {
		scheme->kind = SECURITY_OPENID;
	} else if (bytes_equal(type, BYTES("mutualTLS"))) {
		scheme->kind = SECURITY_MUTUAL_TLS;
	} else {
		return false;
	}
	return true;
}

static struct spot schemes_spot(const struct reader *reader)
{
	return reader->is_swagger
		       ? spot_get(reader, reader->root, "securityDefinitions")
		       : spot_get(reader, spot_get(reader, reader->root, "components"), "securitySchemes");
}

static struct security_scheme scheme_of(const struct reader *reader, struct spot list, struct bytes id,
					const struct node *scopes)
{
	struct security_scheme scheme = {.id = id, .kind = SECURITY_UNKNOWN};
	struct spot defined = schemes_spot(reader);
	const struct document *document = defined.document;
	const struct node *node = node_get_bytes(defined.node, id);

	if (node != NULL)
		node = reference_follow(reader->references, document, node, &document);
	if (node == NULL || !scheme_read(reader, node, &scheme)) {
		scheme.kind = SECURITY_UNKNOWN;
		spot_problem(reader, list, PROBLEM_WARNING,
			     reader->is_swagger ? "define it under securityDefinitions"
						: "define it under components/securitySchemes",
			     "security scheme \"%.*s\" is not defined; nothing is said about it",
			     (int)(id.len > 100 ? 100 : id.len), id.data);
	}
	scheme.scopes = spot_texts(reader, scopes, &scheme.scope_count);
	return scheme;
}

static bool requirement_read(const struct reader *reader, struct spot list, const struct node *node,
			     struct security_requirement *requirement)
{
	struct security_scheme *schemes = arena_alloc(reader->arena, (node->count + 1) * sizeof(*schemes));

	if (schemes == NULL)
		return false;
	for (size_t i = 0; i < node->count; i++)
		schemes[i] = scheme_of(reader, list, node->entries[i].key, node->entries[i].value);
	requirement->schemes = schemes;
	requirement->count = node->count;
	return true;
}

bool security_read(const struct reader *reader, struct spot list,
		   const struct security_requirement **out_requirements, size_t *out_count)
{
	struct security_requirement *requirements;
	size_t count = 0;

	if (!node_is(list.node, NODE_LIST)) {
		spot_problem(reader, list, PROBLEM_WARNING, "write a list", "security is not a list");
		return true;
	}
	requirements = arena_alloc(reader->arena, (list.node->count + 1) * sizeof(*requirements));
	if (requirements == NULL)
		return false;
	for (size_t i = 0; i < list.node->count; i++) {
		if (!node_is(list.node->items[i], NODE_TABLE))
			continue;
		if (!requirement_read(reader, list, list.node->items[i], &requirements[count++]))
			return false;
	}
	*out_requirements = requirements;
	*out_count = count;
	return true;
}

/* -- token endpoints ------------------------------------------------------------ */

/* The path of a tokenUrl is the template itself, or a base path and the template. */
static bool is_token_path(const struct reader *reader, struct bytes path, struct bytes template)
{
	if (bytes_equal(path, template))
		return true;
	for (size_t i = 0; i < reader->server_count; i++) {
		struct bytes base = reader->servers[i].base_path;

		if (base.len > 0 && bytes_starts(path, base) &&
		    bytes_equal(bytes_from(path, base.len), template))
			return true;
	}
	return false;
}

static bool is_known_token(const struct reader *reader, const struct server *at)
{
	for (size_t i = 0; i < reader->out->token_count; i++)
		if (bytes_equal(reader->tokens[i].at.host, at->host) &&
		    bytes_equal(reader->tokens[i].at.base_path, at->base_path))
			return true;
	return false;
}

/* RFC 6749 section 3.2: a POST; who calls is said in the body or by Basic, as the client likes. */
static bool token_add(struct reader *reader, struct bytes url)
{
	struct bytes path = url_path(url);
	struct server at = {.host = url_host(reader->arena, url), .base_path = path};
	struct operation operation = {
		.method = BYTES("POST"), .template = path, .is_token_endpoint = true, .has_security = true};

	if (path.len == 0 || path.data[0] != '/')
		return true;
	for (size_t i = 0; i < reader->operation_count; i++)
		if (is_token_path(reader, path, reader->operations[i].template))
			reader->operations[i].is_token_endpoint = true;
	if (reader->out->token_count == OPENAPI_TOKENS_MAX || is_known_token(reader, &at))
		return true;
	operation.id = arena_printf(reader->arena, "POST " BYTES_FORMAT, BYTES_PRINT(path));
	reader->tokens[reader->out->token_count++] =
		(struct token_endpoint){.at = at, .operation = operation};
	return operation.id.data != NULL && at.host.data != NULL;
}

static bool flow_read(struct reader *reader, const struct node *flow)
{
	return token_add(reader, node_text(node_get(flow, "tokenUrl"))) &&
	       token_add(reader, node_text(node_get(flow, "refreshUrl")));
}

bool token_endpoints_read(struct reader *reader)
{
	struct spot schemes = schemes_spot(reader);

	reader->tokens = arena_alloc(reader->scratch, OPENAPI_TOKENS_MAX * sizeof(*reader->tokens));
	if (reader->tokens == NULL)
		return false;
	for (size_t i = 0; node_is(schemes.node, NODE_TABLE) && i < schemes.node->count; i++) {
		const struct document *document = schemes.document;
		const struct node *scheme = reference_follow(reader->references, document,
							     schemes.node->entries[i].value, &document);
		const struct node *flows = node_get(scheme, "flows");

		if (reader->is_swagger && !flow_read(reader, scheme))
			return false;
		for (size_t j = 0; node_is(flows, NODE_TABLE) && j < flows->count; j++)
			if (!flow_read(reader, flows->entries[j].value))
				return false;
	}
	return true;
}
