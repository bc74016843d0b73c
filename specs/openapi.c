#include "specs/openapi.h"

#include <string.h>

#include "parsers/base/limits.h"
#include "specs/openapi_read.h"
#include "specs/operation_lines.h"

static const struct {
	const char *key;
	struct bytes method;
} methods[] = {
	{"get", BYTES_INIT("GET")},         {"put", BYTES_INIT("PUT")},     {"post", BYTES_INIT("POST")},
	{"delete", BYTES_INIT("DELETE")},   {"patch", BYTES_INIT("PATCH")}, {"head", BYTES_INIT("HEAD")},
	{"options", BYTES_INIT("OPTIONS")}, {"trace", BYTES_INIT("TRACE")}, {"query", BYTES_INIT("QUERY")},
};

#define METHOD_COUNT (sizeof(methods) / sizeof(methods[0]))

bool openapi_is(const struct node *root)
{
	return node_get(root, "openapi") != NULL || node_get(root, "swagger") != NULL;
}

/* -- version -------------------------------------------------------------------- */

static enum status refuse(struct reader *reader, const char *key, const char *mend, const char *what)
{
	spot_problem(reader, spot_child(reader, reader->root, key), PROBLEM_ERROR, mend, "%s", what);
	return STATUS_INVALID;
}

static enum status swagger_version(struct reader *reader, enum schema_dialect *out_dialect)
{
	struct spot spot = spot_child(reader, reader->root, "swagger");
	struct bytes version = bytes_trim(node_text(spot.node));

	if (!bytes_equal(version, BYTES("2.0")) && !bytes_equal(version, BYTES("2")))
		return refuse(reader, "swagger", "use swagger: '2.0', or OpenAPI 3",
			      "this version of Swagger is not known");
	if (node_is(spot.node, NODE_NUMBER))
		spot_problem(reader, spot, PROBLEM_NOTE, "put the version in quotes",
			     "the version is a number, not a text");
	reader->is_swagger = true;
	*out_dialect = DIALECT_DRAFT_4;
	return STATUS_OK;
}

/* OpenAPI 3.1 section 4.8.1. What a dialect of one's own adds and takes away is not known. */
static void note_dialect(struct reader *reader)
{
	struct spot spot = spot_child(reader, reader->root, "jsonSchemaDialect");
	struct bytes name = node_text(spot.node);

	if (name.len > 0 && bytes_find(name, BYTES("json-schema.org/draft")) == BYTES_NOT_FOUND &&
	    !bytes_starts(name, BYTES("https://spec.openapis.org/oas/3.")))
		spot_problem(reader, spot, PROBLEM_WARNING, "name the dialect of OpenAPI, or none",
			     "this dialect is not known; schemas that name no other are not checked");
}

/* "3.0.3", or the number 3.0 that somebody forgot to quote. */
static enum status dialect_read(struct reader *reader, enum schema_dialect *out_dialect)
{
	struct spot spot = spot_child(reader, reader->root, "openapi");
	struct bytes version = bytes_trim(node_text(spot.node));

	if (spot.node == NULL)
		return swagger_version(reader, out_dialect);
	if (node_is(spot.node, NODE_NUMBER))
		spot_problem(reader, spot, PROBLEM_NOTE, "put the version in quotes",
			     "the version is a number, not a text");
	if (bytes_equal(version, BYTES("3")) || bytes_equal(version, BYTES("3.0")) ||
	    bytes_starts(version, BYTES("3.0."))) {
		*out_dialect = DIALECT_OPENAPI_3_0;
		return STATUS_OK;
	}
	*out_dialect = DIALECT_2020_12;
	note_dialect(reader);
	if (bytes_equal(version, BYTES("3.1")) || bytes_starts(version, BYTES("3.1.")) ||
	    bytes_equal(version, BYTES("3.2")) || bytes_starts(version, BYTES("3.2.")))
		return STATUS_OK;
	if (!bytes_starts(version, BYTES("3.")))
		return refuse(reader, "openapi", "use 3.0, 3.1 or 3.2",
			      "this version of OpenAPI is not known");
	spot_problem(reader, spot, PROBLEM_NOTE, "", "version " BYTES_FORMAT " is read as 3.2",
		     (int)(version.len > 20 ? 20 : version.len), version.data);
	return STATUS_OK;
}

/* -- paths ---------------------------------------------------------------------- */

static size_t table_count(const struct node *node)
{
	return node_is(node, NODE_TABLE) ? node->count : 0;
}

/* Nothing points into the array before all of it is read. */
static bool grow_operations(struct reader *reader)
{
	size_t count = reader->operation_count;
	struct operation *operations;

	if (count < reader->operation_max)
		return true;
	operations = arena_take(reader->scratch, (2 * count + 16) * sizeof(*operations));
	if (operations == NULL)
		return false;
	if (count > 0)
		memcpy(operations, reader->operations, count * sizeof(*operations));
	reader->operations = operations;
	reader->operation_max = 2 * count + 16;
	return true;
}

static enum status add_operation(struct reader *reader, struct spot item, struct spot node,
				 struct bytes method, struct bytes template)
{
	if (!node_is(node.node, NODE_TABLE))
		return STATUS_OK;
	if (reader->operation_count == LIMIT_OPERATIONS) {
		spot_problem(reader, node, PROBLEM_ERROR, "split the spec", "more than %d operations",
			     LIMIT_OPERATIONS);
		return STATUS_LIMIT;
	}
	if (!grow_operations(reader))
		return STATUS_NO_MEMORY;
	if (!operation_read(reader, item, node, method, template,
			    &reader->operations[reader->operation_count]))
		return STATUS_NO_MEMORY;
	reader->operation_count++;
	if (!reader->is_outline) {
		struct operation *operation = &reader->operations[reader->operation_count - 1];

		inner_servers_read(reader, spot_get(reader, node, "servers"), &operation->bases,
				   &operation->base_count);
	}
	return STATUS_OK;
}

/* Of the operations from `first` on that have no servers of their own. */
static void bases_set(struct reader *reader, size_t first, const struct bytes *bases, size_t count)
{
	for (size_t i = first; i < reader->operation_count; i++) {
		if (reader->operations[i].base_count > 0)
			continue;
		reader->operations[i].bases = bases;
		reader->operations[i].base_count = count;
	}
}

/* Operations beside a $ref win over those behind it (137 real files have both). */
static enum status read_item(struct reader *reader, struct spot raw, struct bytes template)
{
	struct spot item = spot_follow(reader, raw);
	struct spot more = spot_get(reader, item, "additionalOperations");
	struct spot parameters = node_get(raw.node, "parameters") != NULL ? raw : item;
	size_t first = reader->operation_count, base_count = 0;
	const struct bytes *bases = NULL;
	enum status status = STATUS_OK;

	for (size_t i = 0; i < METHOD_COUNT && status == STATUS_OK; i++) {
		bool is_beside = node_get(raw.node, methods[i].key) != NULL;

		if (is_beside && raw.node != item.node && !reader->is_outline)
			spot_problem(reader, raw, PROBLEM_NOTE, "write all operations in one place",
				     "%s stands beside $ref; it wins over what is behind it", methods[i].key);

		status = add_operation(reader, parameters,
				       spot_get(reader, is_beside ? raw : item, methods[i].key),
				       methods[i].method, template);
	}
	for (size_t i = 0; i < table_count(more.node) && status == STATUS_OK; i++)
		status = add_operation(reader, parameters, spot_entry(reader, more, i),
				       more.node->entries[i].key, template);
	if (!reader->is_outline)
		inner_servers_read(reader, spot_get(reader, item, "servers"), &bases, &base_count);
	bases_set(reader, first, bases, base_count);
	return status;
}

static enum status read_paths(struct reader *reader, const char *key)
{
	struct spot paths = spot_get(reader, reader->root, key);
	enum status status = STATUS_OK;

	if (paths.node != NULL && !node_is(paths.node, NODE_TABLE))
		return refuse(reader, key, "write a table of paths", "paths is not a table");
	for (size_t i = 0; i < table_count(paths.node) && status == STATUS_OK; i++) {
		struct bytes template = paths.node->entries[i].key;

		if (bytes_starts(template, BYTES("x-")))
			continue;
		if (template.len == 0 || template.data[0] != '/')
			spot_problem(reader, spot_entry(reader, paths, i), PROBLEM_WARNING,
				     "begin the path with a slash",
				     "a path that does not begin with a slash");
		status = read_item(reader, spot_entry(reader, paths, i), template);
	}
	return status;
}

/* Azure: paths that differ in the query alone stand in a table of their own. */
static enum status read_operations(struct reader *reader)
{
	enum status status = read_paths(reader, "paths");

	return status == STATUS_OK ? read_paths(reader, "x-ms-paths") : status;
}

/* -- the whole ------------------------------------------------------------------- */

static void read_info(struct reader *reader, struct spec *spec)
{
	const struct node *root = reader->root.node, *info = node_get(root, "info");
	const char *digest = references_digest(reader->references, reader->root.document->file);
	const struct node *owner = node_get(root, "x-owner");

	spec->file = bytes_of(reader->root.document->file);
	spec->name = node_text(node_get(info, "title"));
	spec->version = node_text(node_get(info, "version"));
	spec->owner = node_text(owner != NULL ? owner : node_get(info, "x-owner"));
	if (spec->name.len == 0)
		spec->name = spec->file;
	memcpy(spec->sha256, digest, strlen(digest) + 1);
	spec->sensitive = spot_texts(reader, node_get(root, "x-specular-sensitive"), &spec->sensitive_count);
}

static enum status read_security(struct reader *reader)
{
	struct spot security = spot_child(reader, reader->root, "security");

	if (security.node == NULL)
		return STATUS_OK;
	reader->has_security = true;
	return security_read(reader, security, &reader->requirements, &reader->requirement_count)
		       ? STATUS_OK
		       : STATUS_NO_MEMORY;
}

/* Where some operations have servers of their own, the others are at the spec's alone. */
static enum status keep_root_bases(struct reader *reader, size_t count)
{
	struct bytes *bases = arena_alloc(reader->arena, (count + 1) * sizeof(*bases));

	if (bases == NULL)
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < count; i++)
		bases[i] = reader->servers[i].base_path;
	bases_set(reader, 0, bases, count);
	return STATUS_OK;
}

static void *keep_list(struct reader *reader, const void *list, size_t len)
{
	void *kept = arena_take(reader->arena, len);

	if (kept != NULL && len > 0)
		memcpy(kept, list, len);
	return kept;
}

/* Lists that grew in scratch; nothing points into them yet. False without memory. */
static bool keep_lists(struct reader *reader)
{
	struct openapi *out = reader->out;

	reader->operations =
		keep_list(reader, reader->operations, reader->operation_count * sizeof(*reader->operations));
	reader->servers = keep_list(reader, reader->servers, reader->server_count * sizeof(*reader->servers));
	out->tokens = out->token_count == 0
			      ? NULL
			      : keep_list(reader, reader->tokens, out->token_count * sizeof(*reader->tokens));
	return reader->operations != NULL && reader->servers != NULL &&
	       (out->token_count == 0 || out->tokens != NULL);
}

static enum status read_all(struct reader *reader)
{
	struct openapi *out = reader->out;
	size_t root_count;
	enum schema_dialect dialect;
	enum status status = dialect_read(reader, &dialect);

	reader->servers = arena_take(reader->scratch, OPENAPI_SERVERS_MAX * sizeof(struct server));
	if (status == STATUS_OK && reader->servers == NULL)
		status = STATUS_NO_MEMORY;
	if (status == STATUS_OK)
		status = schema_set_new(dialect, &reader->resolver, reader->problems, &out->schemas);
	if (status != STATUS_OK)
		return status;
	reader->schemas = out->schemas;
	/* JSON Schema 2020-12 section 7.2.1: annotations, unless the author wants more */
	if (bytes_equal(node_text(node_get(reader->root.node, "x-specular-formats")), BYTES("assert")))
		schema_set_formats(out->schemas, true);
	if (reader->formats != FORMATS_OF_SPEC)
		schema_set_formats(out->schemas, reader->formats == FORMATS_ASSERTED);
	read_info(reader, &out->spec);
	if (reader->is_swagger)
		swagger_servers_read(reader);
	else
		servers_read(reader, spot_get(reader, reader->root, "servers"));
	if (reader->server_count == 0)
		reader->servers[reader->server_count++] =
			(struct server){.host = BYTES(""), .base_path = BYTES("")};
	root_count = reader->server_count;
	status = read_security(reader);
	if (status == STATUS_OK)
		status = read_operations(reader);
	if (status == STATUS_OK && reader->has_inner_servers)
		status = keep_root_bases(reader, root_count);
	if (status != STATUS_OK)
		return status;
	if (!token_endpoints_read(reader) || !keep_lists(reader))
		return STATUS_NO_MEMORY;
	for (size_t i = 0; i < reader->operation_count; i++)
		operation_lines_make(&reader->operations[i]);
	out->routes = routes_new(reader->operations, reader->operation_count,
				 (struct place){.file = reader->root.document->file}, reader->problems);
	return out->routes == NULL ? STATUS_NO_MEMORY : STATUS_OK;
}

enum status openapi_load(struct references *references, const struct document *document, enum formats formats,
			 struct arena *arena, struct openapi *out_openapi)
{
	struct openapi openapi = {0};
	struct reader reader = {.references = references,
				.problems = references->problems,
				.arena = arena,
				.scratch = &references->scratch,
				.formats = formats,
				.resolver = {.resolve = reference_resolve, .context = references},
				.root = {.document = document, .node = document->root, .pointer = BYTES("")},
				.out = &openapi};
	enum status status;

	references->pulled_count = 0;
	status = read_all(&reader);
	arena_reset(&references->scratch);
	if (status != STATUS_OK) {
		openapi_finish(&openapi);
		return status == STATUS_LIMIT ? STATUS_INVALID : status;
	}
	openapi.spec.operations = reader.operations;
	openapi.spec.operation_count = reader.operation_count;
	openapi.spec.routes = openapi.routes;
	openapi.servers = reader.servers;
	openapi.server_count = reader.server_count;
	*out_openapi = openapi;
	return STATUS_OK;
}

enum status openapi_outline(struct references *references, const struct document *document,
			    struct arena *arena, struct operation **out_operations, size_t *out_count)
{
	struct openapi openapi = {0};
	struct reader reader = {.references = references,
				.problems = references->problems,
				.arena = arena,
				.scratch = &references->scratch,
				.root = {.document = document, .node = document->root, .pointer = BYTES("")},
				.is_outline = true,
				.out = &openapi};
	enum status status;

	status = read_operations(&reader);
	if (!keep_lists(&reader)) {
		reader.operation_count = 0;
		status = STATUS_NO_MEMORY;
	}
	arena_reset(&references->scratch);
	*out_operations = reader.operations;
	*out_count = reader.operation_count;
	return status;
}

void openapi_finish(struct openapi *openapi)
{
	routes_free(openapi->routes);
	odata_free(openapi->odata);
	schema_set_free(openapi->schemas);
	*openapi = (struct openapi){0};
}
