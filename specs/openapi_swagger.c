/* What OpenAPI 2.0 ("Swagger") writes in its own way. Everything else is read as in OpenAPI 3. */
#include <string.h>

#include "specs/openapi_read.h"

/* -- schemas written into a parameter, header or item ------------------------------ */

/* Words of a parameter that mean something else, or nothing, in a schema. */
static bool is_schema_word(struct bytes key)
{
	static const char *const others[] = {
		"required", "name",    "in",     "description", "collectionFormat",
		"default",  "example", "schema", NULL};

	for (size_t i = 0; others[i] != NULL; i++)
		if (bytes_equal(key, bytes_of(others[i])))
			return false;
	return true;
}

static bool is_file(const struct node *node)
{
	return bytes_equal(node_text(node_get(node, "type")), BYTES("file"));
}

static struct node *node_like(const struct reader *reader, const struct node *place, enum node_kind kind,
			      size_t count)
{
	struct node *node = arena_alloc(reader->arena, sizeof(*node));
	void *room = arena_alloc(reader->arena, (count + 1) * sizeof(struct node_entry));

	if (node == NULL || room == NULL)
		return NULL;
	*node = (struct node){.kind = kind, .line = place->line, .column = place->column};
	if (kind == NODE_LIST)
		node->items = room;
	else if (kind == NODE_TABLE)
		node->entries = room;
	return node;
}

/* The schema that stands between the other words of a parameter, at its place. NULL: anything fits. */
static const struct node *schema_inside(const struct reader *reader, const struct node *node)
{
	const struct node *items = node_get(node, "items");
	struct node *copy;

	/* how lists of lists are written is not defined */
	if (!node_is(node, NODE_TABLE) || is_file(node) || node_get(items, "items") != NULL)
		return NULL;
	copy = node_like(reader, node, NODE_TABLE, node->count);
	if (copy == NULL)
		return NULL;
	for (size_t i = 0; i < node->count; i++)
		if (is_schema_word(node->entries[i].key))
			copy->entries[copy->count++] = node->entries[i];
	return copy;
}

const struct schema *swagger_schema(const struct reader *reader, struct spot spot)
{
	spot.node = schema_inside(reader, spot.node);
	return spot_schema(reader, spot);
}

/* -- parameters -------------------------------------------------------------------- */

/* OpenAPI 2.0, Parameter Object, "collectionFormat": csv unless it says otherwise. */
void swagger_style(const struct node *node, struct parameter *parameter)
{
	struct bytes format = node_text(node_get(node, "collectionFormat"));

	parameter->style = parameter->part == PART_QUERY ? STYLE_FORM : STYLE_SIMPLE;
	parameter->is_exploded = parameter->part == PART_QUERY && bytes_equal(format, BYTES("multi"));
	parameter->separator = bytes_equal(format, BYTES("ssv"))     ? ' '
			       : bytes_equal(format, BYTES("tsv"))   ? '\t'
			       : bytes_equal(format, BYTES("pipes")) ? '|'
								     : ',';
}

bool swagger_is_body(const struct node *parameter)
{
	struct bytes in = node_text(node_get(parameter, "in"));

	return bytes_equal(in, BYTES("body")) || bytes_equal(in, BYTES("formData"));
}

/* -- media types ------------------------------------------------------------------- */

static bool is_form(struct bytes type)
{
	return bytes_starts(type, BYTES("multipart/")) ||
	       bytes_equal(type, BYTES("application/x-www-form-urlencoded"));
}

/* "consumes" or "produces" of the operation, else of the root; empty: not said. */
static const struct node *types_of(const struct reader *reader, struct spot operation, const char *key)
{
	const struct node *types = spot_get(reader, operation, key).node;

	if (!node_is(types, NODE_LIST))
		types = spot_get(reader, reader->root, key).node;
	return node_is(types, NODE_LIST) && types->count > 0 ? types : NULL;
}

/* The same schema for each media type; of a form those that carry forms. */
static bool content_fill(const struct reader *reader, const struct node *types, struct spot schema,
			 bool is_form_only, struct content *out_content)
{
	static const struct bytes form_types[] = {BYTES_INIT("multipart/form-data"),
						  BYTES_INIT("application/x-www-form-urlencoded")};
	size_t count = 0;
	struct media *list =
		arena_alloc(reader->arena, ((types == NULL ? 0 : types->count) + 2) * sizeof(*list));

	if (list == NULL)
		return false;
	for (size_t i = 0; types != NULL && i < types->count; i++) {
		list[count] = media_of(reader, schema, node_text(types->items[i]));
		count += list[count].range.len > 0 && (!is_form_only || is_form(list[count].range));
	}
	for (size_t i = 0; is_form_only && count == 0 && i < 2; i++)
		list[i] = media_of(reader, schema, form_types[i]);
	if (is_form_only && count == 0)
		count = 2;
	if (count == 0)
		list[count++] = media_of(reader, schema, BYTES("*/*"));
	out_content->list = list;
	out_content->count = count;
	out_content->is_declared = true;
	return true;
}

/* -- request ----------------------------------------------------------------------- */

/* The parameters of a form become the object that the form stands for. */
struct form {
	struct node *schema, *required, *properties;
	struct spot spot;
	bool is_required;
};

static struct node *text_node(const struct reader *reader, const struct node *place, struct bytes text)
{
	struct node *node = node_like(reader, place, NODE_STRING, 0);

	if (node != NULL)
		node->text = text;
	return node;
}

static bool form_begin(const struct reader *reader, struct spot list, size_t room, struct form *form)
{
	struct node *type = text_node(reader, list.node, BYTES("object"));

	if (form->schema != NULL)
		return true;
	form->schema = node_like(reader, list.node, NODE_TABLE, 3);
	form->required = node_like(reader, list.node, NODE_LIST, room);
	form->properties = node_like(reader, list.node, NODE_TABLE, room);
	if (type == NULL || form->schema == NULL || form->required == NULL || form->properties == NULL)
		return false;
	form->schema->entries[0] = (struct node_entry){.key = BYTES("type"), .value = type};
	form->schema->entries[1] = (struct node_entry){.key = BYTES("required"), .value = form->required};
	form->schema->entries[2] = (struct node_entry){.key = BYTES("properties"), .value = form->properties};
	form->schema->count = 3;
	form->spot = list;
	form->spot.node = form->schema;
	return true;
}

/* A list that is not repeated is one text with separators: its items are not looked at. */
static const struct node *field_schema(const struct reader *reader, const struct node *field)
{
	bool is_joined = bytes_equal(node_text(node_get(field, "type")), BYTES("array")) &&
			 !bytes_equal(node_text(node_get(field, "collectionFormat")), BYTES("multi"));
	const struct node *schema = is_joined ? NULL : schema_inside(reader, field);

	return schema != NULL ? schema : node_like(reader, field, NODE_TABLE, 0);
}

static bool form_add(const struct reader *reader, struct spot field, struct form *form)
{
	struct bytes name = node_text(node_get(field.node, "name"));
	const struct node *schema = field_schema(reader, field.node);

	if (schema == NULL)
		return false;
	if (name.len == 0 || node_get_bytes(form->properties, name) != NULL)
		return true;
	form->properties->entries[form->properties->count++] = (struct node_entry){
		.key = name, .value = (struct node *)(uintptr_t)schema, .line = schema->line};
	if (!node_bool(node_get(field.node, "required"), false))
		return true;
	form->is_required = true;
	form->required->items[form->required->count] = text_node(reader, field.node, name);
	return form->required->items[form->required->count++] != NULL;
}

static size_t list_count(struct spot list)
{
	size_t count = node_is(list.node, NODE_LIST) ? list.node->count : 0;

	return count > OPENAPI_PARAMETERS_MAX ? OPENAPI_PARAMETERS_MAX : count;
}

/* One body for the whole request: the operation's, else the path's; fields of both. */
static bool bodies_read(const struct reader *reader, struct spot operation, struct spot list, size_t room,
			struct form *form, struct content *request)
{
	for (size_t i = 0; i < list_count(list); i++) {
		struct spot spot = spot_follow(reader, spot_entry(reader, list, i));

		if (!swagger_is_body(spot.node))
			continue;
		if (bytes_equal(node_text(node_get(spot.node, "in")), BYTES("formData"))) {
			if (!form_begin(reader, list, room, form) || !form_add(reader, spot, form))
				return false;
		} else if (!request->is_declared) {
			request->is_required = node_bool(node_get(spot.node, "required"), false);
			if (!content_fill(reader, types_of(reader, operation, "consumes"),
					  spot_child(reader, spot, "schema"), false, request))
				return false;
		}
	}
	return true;
}

bool swagger_request_read(const struct reader *reader, struct spot item, struct spot node,
			  struct content *out_request)
{
	struct spot own = spot_get(reader, node, "parameters");
	struct spot inherited = spot_get(reader, item, "parameters");
	size_t room = list_count(own) + list_count(inherited);
	struct form form = {0};

	if (!bodies_read(reader, node, own, room, &form, out_request) ||
	    !bodies_read(reader, node, inherited, room, &form, out_request))
		return false;
	if (form.schema == NULL || out_request->is_declared)
		return true;
	out_request->is_required = form.is_required;
	return content_fill(reader, types_of(reader, node, "consumes"), form.spot, true, out_request);
}

/* -- responses --------------------------------------------------------------------- */

void swagger_content_read(const struct reader *reader, struct spot operation, struct spot response,
			  struct content *out_content)
{
	struct spot schema = spot_child(reader, response, "schema");

	if (schema.node == NULL)
		return;
	if (is_file(schema.node))
		schema.node = NULL;
	content_fill(reader, types_of(reader, operation, "produces"), schema, false, out_content);
}

/* -- servers ----------------------------------------------------------------------- */

/* host and basePath; the host template of x-ms-parameterized-host in its place. */
void swagger_servers_read(struct reader *reader)
{
	struct bytes host = node_text(node_get(reader->root.node, "host"));
	struct bytes base = node_text(node_get(reader->root.node, "basePath"));
	const struct node *open = node_get(reader->root.node, "x-ms-parameterized-host");
	bool has_scheme = node_bool(node_get(open, "useSchemePrefix"), true);
	struct spot spot = spot_child(reader, reader->root, host.len > 0 ? "host" : "basePath");

	if (open != NULL)
		host = node_text(node_get(open, "hostTemplate"));
	if (host.len == 0 && base.len == 0)
		return;
	server_url_read(reader, spot,
			arena_printf(reader->arena, "%s" BYTES_FORMAT "%s" BYTES_FORMAT,
				     host.len > 0 && has_scheme ? "https://" : "", BYTES_PRINT(host),
				     base.len > 0 && base.data[0] != '/' ? "/" : "", BYTES_PRINT(base)));
}
