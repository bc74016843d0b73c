#include <string.h>

#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"
#include "specs/openapi_read.h"

/* A server URL after its variables were put in. */
#define URL_BYTES_MAX 4096

static size_t scheme_end(struct bytes url)
{
	size_t at = bytes_find(url, BYTES("://"));

	return at == BYTES_NOT_FOUND ? BYTES_NOT_FOUND : at + 3;
}

static size_t first_of(struct bytes text, char a, char b)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.data[i] == a || text.data[i] == b)
			return i;
	return text.len;
}

/* Behind the authority; "{root}/v1", with a whole server as its variable, is "/v1". */
struct bytes url_path(struct bytes url)
{
	size_t end = scheme_end(url);
	struct bytes rest = end == BYTES_NOT_FOUND ? url : bytes_from(url, end);
	size_t slash = bytes_find_byte(rest, '/');

	if (end != BYTES_NOT_FOUND || bytes_starts(rest, BYTES("//")) ||
	    (rest.len > 0 && rest.data[0] == '{'))
		rest = slash == BYTES_NOT_FOUND ? BYTES_NONE : bytes_from(rest, slash);
	if (bytes_starts(rest, BYTES("./")))
		rest = bytes_from(rest, 1);
	return bytes_slice(rest, 0, first_of(rest, '?', '#'));
}

/* "user@Host:443" is "host"; a label that is partly variable makes all left of it open: "*.example.com". */
struct bytes url_host(struct arena *arena, struct bytes url)
{
	size_t end = scheme_end(url);
	struct bytes host = end == BYTES_NOT_FOUND ? BYTES_NONE : bytes_from(url, end);
	size_t at, close;

	host = bytes_slice(host, 0, first_of(host, '/', '?'));
	at = bytes_find_byte(host, '@');
	if (at != BYTES_NOT_FOUND)
		host = bytes_from(host, at + 1);
	close = host.len > 0 && host.data[0] == '[' ? bytes_find_byte(host, ']') : 0;
	if (close == BYTES_NOT_FOUND)
		close = 0;
	at = bytes_find_byte(bytes_from(host, close), ':');
	if (at != BYTES_NOT_FOUND)
		host = bytes_slice(host, 0, close + at);
	for (at = host.len; at > 0 && host.data[at - 1] != '}'; at--)
		continue;
	if (at > 0) {
		size_t dot = bytes_find_byte(bytes_from(host, at), '.');

		if (dot == BYTES_NOT_FOUND)
			return BYTES("");
		host = arena_printf(arena, "*" BYTES_FORMAT, BYTES_PRINT(bytes_from(host, at + dot)));
	}
	return text_lower(arena, host);
}

static bool is_known(const struct reader *reader, const struct server *server)
{
	for (size_t i = 0; i < reader->server_count; i++)
		if (bytes_equal(reader->servers[i].host, server->host) &&
		    bytes_equal(reader->servers[i].base_path, server->base_path) &&
		    reader->servers[i].is_floating == server->is_floating)
			return true;
	return false;
}

static void server_add(struct reader *reader, struct spot spot, struct bytes url)
{
	struct bytes path = url_path(url);
	struct server server = {.host = url_host(reader->arena, url),
				.is_floating =
					scheme_end(url) == BYTES_NOT_FOUND && bytes_starts(url, BYTES("{"))};

	while (path.len > 0 && path.data[path.len - 1] == '/')
		path.len--;
	server.base_path = path.len == 0 ? BYTES("")
			   : path.data[0] == '/'
				   ? arena_copy(reader->arena, path)
				   : arena_printf(reader->arena, "/" BYTES_FORMAT, BYTES_PRINT(path));
	if (server.base_path.data == NULL || server.host.data == NULL)
		return;
	if (reader->bases != NULL && reader->base_count < OPENAPI_SERVERS_MAX)
		reader->bases[reader->base_count++] = server.base_path;
	if (is_known(reader, &server))
		return;
	if (reader->server_count == OPENAPI_SERVERS_MAX)
		spot_problem(reader, spot, PROBLEM_WARNING, "name hosts and base_path in the partner file",
			     "more than %d servers; the rest is left out", OPENAPI_SERVERS_MAX);
	else
		reader->servers[reader->server_count++] = server;
}

/* -- variables ---------------------------------------------------------------- */

struct expansion {
	struct reader *reader;
	struct spot server;
	const struct node *variables;
	size_t depth;
	size_t tries; /* URLs made so far: enums multiply */
};

#define TRIES_MAX 4096

static void expand(struct expansion *expansion, struct bytes url, size_t from);

static void expand_with(struct expansion *expansion, struct bytes url, size_t open, size_t close,
			struct bytes value)
{
	struct bytes text =
		++expansion->tries > TRIES_MAX
			? BYTES_NONE
			: arena_printf(expansion->reader->arena, BYTES_FORMAT BYTES_FORMAT BYTES_FORMAT,
				       (int)open, url.data, BYTES_PRINT(value),
				       BYTES_PRINT(bytes_from(url, close + 1)));

	if (text.data != NULL && text.len <= URL_BYTES_MAX)
		expand(expansion, text, open + value.len);
}

/* One URL for each value: those of `enum`; else the default, and anything at all, for
 * an open variable takes any value. An undeclared one stays open. */
static void expand(struct expansion *expansion, struct bytes url, size_t from)
{
	size_t open = bytes_find_byte(bytes_from(url, from), '{');
	size_t close = bytes_find_byte(bytes_from(url, from), '}');
	const struct node *variable, *values;

	if (open == BYTES_NOT_FOUND || close == BYTES_NOT_FOUND || close < open || expansion->depth > 16 ||
	    expansion->reader->server_count == OPENAPI_SERVERS_MAX) {
		server_add(expansion->reader, expansion->server, url);
		return;
	}
	open += from;
	close += from;
	variable = node_get_bytes(expansion->variables, bytes_slice(url, open + 1, close - open - 1));
	values = node_get(variable, "enum");
	expansion->depth++;
	if (node_is(values, NODE_LIST) && values->count > 0) {
		for (size_t i = 0; i < values->count; i++)
			expand_with(expansion, url, open, close, node_text(values->items[i]));
	} else {
		if (node_get(variable, "default") != NULL)
			expand_with(expansion, url, open, close, node_text(node_get(variable, "default")));
		expand(expansion, url, close + 1);
	}
	expansion->depth--;
}

void server_url_read(struct reader *reader, struct spot spot, struct bytes url)
{
	struct expansion expansion = {
		.reader = reader, .server = spot, .variables = node_get(spot.node, "variables")};

	if (url.len <= URL_BYTES_MAX)
		expand(&expansion, bytes_trim(url), 0);
}

void servers_read(struct reader *reader, struct spot list)
{
	if (!node_is(list.node, NODE_LIST))
		return;
	for (size_t i = 0; i < list.node->count; i++) {
		struct spot server = spot_entry(reader, list, i);

		server_url_read(reader, server, node_text(node_get(server.node, "url")));
	}
}

void inner_servers_read(struct reader *reader, struct spot list, const struct bytes **out_bases,
			size_t *out_count)
{
	struct bytes bases[OPENAPI_SERVERS_MAX], *copy;

	if (!node_is(list.node, NODE_LIST) || list.node->count == 0)
		return;
	reader->bases = bases;
	reader->base_count = 0;
	servers_read(reader, list);
	reader->bases = NULL;
	copy = arena_alloc(reader->arena, (reader->base_count + 1) * sizeof(*copy));
	if (copy == NULL || reader->base_count == 0)
		return;
	memcpy(copy, bases, reader->base_count * sizeof(*copy));
	*out_bases = copy;
	*out_count = reader->base_count;
	reader->has_inner_servers = true;
}
