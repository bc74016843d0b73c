#include "specs/odata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "specs/odata_read.h"
#include "specs/openapi.h"

/* Templates come from a contract. */
#define ROUTE_SEED 0x6f64617461ull

struct loading {
	struct odata *odata;
	struct arena *arena;
	size_t operation_max;
	bool is_full;
};

/* -- names ------------------------------------------------------------------------------- */

void odata_key_print(char *text, size_t text_len, const struct csdl_type *type)
{
	size_t len = 0;

	if (text_len > 0)
		text[0] = '\0';
	for (size_t i = 0; i < type->key_count && len < text_len; i++) {
		struct bytes key = type->keys[i];
		int more = type->key_count == 1
				   ? snprintf(text, text_len, "{" BYTES_FORMAT "}", BYTES_PRINT(key))
				   : snprintf(text + len, text_len - len,
					      "%s" BYTES_FORMAT "={" BYTES_FORMAT "}", i == 0 ? "" : ",",
					      BYTES_PRINT(key), BYTES_PRINT(key));

		len += more > 0 ? (size_t)more : 0;
	}
}

/* "GET /Orders({OrderID})/Items" is known as "GET Orders(key)/Items". */
static struct bytes id_of(struct arena *arena, struct bytes method, struct bytes template)
{
	char text[ODATA_TEMPLATE_MAX + 16];
	size_t len = 0;
	bool is_inside = false;

	for (size_t i = template.len > 1; i < template.len && len < sizeof(text) - 8; i++) {
		bool is_variable = i + 1 < template.len && template.data[i] == '(' &&
				   bytes_find_byte(bytes_from(template, i), '{') != BYTES_NOT_FOUND &&
				   template.data[i + 1] != ')';

		is_inside = is_inside && template.data[i] != ')';
		if (!is_inside)
			text[len++] = template.data[i];
		if (is_variable && template.data[i] == '(') {
			memcpy(text + len, "key", 3);
			len += 3;
			is_inside = true;
		}
	}
	return arena_printf(arena, BYTES_FORMAT " %.*s", BYTES_PRINT(method), (int)len, text);
}

/* -- building ------------------------------------------------------------------------------ */

static bool grow(struct loading *loading)
{
	struct odata *odata = loading->odata;
	size_t max = 2 * loading->operation_max + 64;
	struct operation *list;

	if (odata->operation_count < loading->operation_max)
		return true;
	list = odata->operation_count >= LIMIT_OPERATIONS ? NULL
							  : arena_alloc(loading->arena, max * sizeof(*list));
	if (list == NULL) {
		loading->is_full = true;
		return false;
	}
	if (odata->operation_count > 0)
		memcpy(list, odata->operations, odata->operation_count * sizeof(*list));
	odata->operations = list;
	loading->operation_max = max;
	return true;
}

/* One template with its methods, "GET POST". */
static void add(struct loading *loading, struct bytes template, const char *methods)
{
	struct odata *odata = loading->odata;
	struct odata_route *route;
	bool is_new = false;

	if (methods[0] == '\0' || loading->is_full)
		return;
	route = template.data == NULL ? NULL : map_put(&odata->routes, template, &is_new);
	loading->is_full = route == NULL;
	if (route == NULL || !is_new)
		return;
	*route = (struct odata_route){.first = odata->operation_count};
	for (struct bytes rest = bytes_of(methods); rest.len > 0 && grow(loading);) {
		struct bytes method = bytes_split(&rest, ' ');
		struct bytes id;

		if (method.len == 0)
			continue;
		id = id_of(loading->arena, method, template);
		loading->is_full = loading->is_full || id.data == NULL;
		odata->operations[odata->operation_count++] =
			(struct operation){.method = method, .template = template, .id = id};
		route->count++;
	}
}

static struct bytes printed(struct loading *loading, struct bytes root, const char *between,
			    struct bytes name)
{
	return arena_printf(loading->arena, BYTES_FORMAT "%s" BYTES_FORMAT, BYTES_PRINT(root), between,
			    BYTES_PRINT(name));
}

static struct bytes with_key(struct loading *loading, struct bytes root, const struct csdl_type *type)
{
	char key[ODATA_TEMPLATE_MAX];

	odata_key_print(key, sizeof(key), type);
	return arena_printf(loading->arena, BYTES_FORMAT "(%s)", BYTES_PRINT(root), key);
}

static const char *entity_methods(const struct odata *odata, const struct csdl_child *child)
{
	static const char *const texts[2][4] = {
		{"GET PUT PATCH DELETE", "GET DELETE", "GET PUT PATCH", "GET"},
		{"GET PUT MERGE PATCH DELETE", "GET DELETE", "GET PUT MERGE PATCH", "GET"}};

	return texts[odata->csdl->version < 4][child->is_not_updatable + 2 * child->is_not_deletable];
}

/* A navigation leads into another set, whose annotations are not asked for here. */
static void add_navigations(struct loading *loading, struct bytes root, const struct csdl_type *type)
{
	static const struct csdl_child any = {.kind = CSDL_SET};

	for (size_t depth = 0; type != NULL && depth < CSDL_BASES_MAX; type = type->base, depth++) {
		for (size_t i = 0; i < type->property_count; i++) {
			const struct csdl_property *property = &type->properties[i];
			const struct csdl_type *target = property->value.type;
			const char *methods = entity_methods(loading->odata, &any);
			struct bytes template = printed(loading, root, "/", property->name);

			if (!property->is_navigation)
				continue;
			add(loading, template, property->value.is_collection ? "GET POST PUT" : methods);
			if (property->value.is_collection && target != NULL && target->key_count > 0)
				add(loading, with_key(loading, template, target), methods);
		}
	}
}

static void add_below(struct loading *loading, struct bytes root)
{
	add(loading, printed(loading, root, "/", BYTES("{path}")), "GET POST PUT PATCH MERGE DELETE");
}

static void add_child(struct loading *loading, const struct csdl_child *child)
{
	struct bytes root = printed(loading, BYTES(""), "/", child->name), entity;

	if (child->kind == CSDL_IMPORT) {
		const struct csdl_operation *operation = child->operation;

		add(loading, root,
		    operation == NULL || (operation->is_action && loading->odata->csdl->version == 4)
			    ? "POST"
			    : operation->method.data);
		return;
	}
	if (child->kind == CSDL_SINGLETON || child->type == NULL) {
		add(loading, root, child->kind == CSDL_SINGLETON ? "GET PUT PATCH" : "GET POST");
		add_navigations(loading, root, child->type);
		add_below(loading, root);
		return;
	}
	add(loading, root,
	    child->is_not_insertable && child->is_not_readable ? ""
	    : child->is_not_insertable                         ? "GET"
	    : child->is_not_readable                           ? "POST"
							       : "GET POST");
	add_below(loading, root);
	if (child->type->key_count == 0)
		return;
	entity = with_key(loading, root, child->type);
	add(loading, entity, entity_methods(loading->odata, child));
	add_navigations(loading, entity, child->type);
	add_below(loading, entity);
}

static void add_all(struct loading *loading)
{
	const struct csdl *csdl = loading->odata->csdl;

	add(loading, BYTES("/"), "GET");
	add(loading, BYTES("/$metadata"), "GET");
	add(loading, BYTES("/$batch"), "POST");
	if (csdl->version == 4) {
		add(loading, BYTES("/$all"), "GET");
		add(loading, BYTES("/$entity"), "GET");
		add(loading, BYTES("/$crossjoin({EntitySets})"), "GET");
	}
	for (size_t i = 0; i < csdl->child_count && !loading->is_full; i++)
		add_child(loading, csdl->child_list[i]);
}

static enum status fill(const struct document *document, const char *sha256, struct arena *arena,
			struct odata *odata, struct openapi *openapi)
{
	struct server *server = arena_alloc(arena, sizeof(*server));
	struct spec *spec = &openapi->spec;

	if (server == NULL)
		return STATUS_NO_MEMORY;
	*server = (struct server){.host = BYTES(""), .base_path = BYTES("")};
	openapi->servers = server;
	openapi->server_count = 1;
	openapi->odata = odata;
	spec->file = bytes_of(document->file);
	spec->name = arena_copy(arena, odata->csdl->name);
	spec->version = odata->csdl->version == 2   ? BYTES("OData 2.0")
			: odata->csdl->version == 3 ? BYTES("OData 3.0")
						    : BYTES("OData 4.0");
	memcpy(spec->sha256, sha256, strlen(sha256) + 1);
	spec->operations = odata->operations;
	spec->operation_count = odata->operation_count;
	spec->odata = odata;
	return STATUS_OK;
}

enum status odata_load(const struct document *document, const char *sha256, struct arena *arena,
		       struct problems *problems, struct openapi *out_openapi)
{
	struct odata *odata = calloc(1, sizeof(*odata));
	struct loading loading = {.odata = odata, .arena = arena};
	struct openapi openapi = {0};
	enum status status = STATUS_NO_MEMORY;

	if (odata == NULL)
		return STATUS_NO_MEMORY;
	map_init(&odata->routes, &(struct map_plan){.entries_max = LIMIT_OPERATIONS,
						    .value_len = sizeof(struct odata_route),
						    .seed = ROUTE_SEED});
	odata->csdl = csdl_read(document, problems);
	if (odata->csdl == NULL) {
		odata_free(odata);
		return STATUS_INVALID;
	}
	add_all(&loading);
	if (!loading.is_full)
		status = fill(document, sha256, arena, odata, &openapi);
	if (status == STATUS_OK)
		*out_openapi = openapi;
	else
		odata_free(odata);
	return status;
}

void odata_free(struct odata *odata)
{
	if (odata == NULL)
		return;
	csdl_free(odata->csdl);
	map_finish(&odata->routes);
	free(odata);
}

const struct csdl *odata_csdl(const struct odata *odata)
{
	return odata->csdl;
}

/* -- finding ---------------------------------------------------------------------------------- */

struct bytes odata_method(const struct exchange *exchange)
{
	static const struct bytes names[] = {BYTES_INIT("x-http-method"),
					     BYTES_INIT("x-http-method-override")};
	static const struct bytes methods[] = {BYTES_INIT("MERGE"), BYTES_INIT("PATCH"), BYTES_INIT("PUT"),
					       BYTES_INIT("DELETE")};

	if (!bytes_equal(exchange->method, BYTES("POST")))
		return exchange->method;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct header *header = message_header(&exchange->request, names[i]);

		for (size_t j = 0; header != NULL && j < sizeof(methods) / sizeof(methods[0]); j++)
			if (bytes_equal_nocase(header->value, methods[j]))
				return methods[j];
	}
	return exchange->method;
}

/* What may be done at the end of a path that has no operations of its own; "" is anything. */
static const char *methods_of(const struct odata_path *path, bool is_old)
{
	switch (path->end) {
	case ODATA_COLLECTION:
		return "GET POST";
	case ODATA_ENTITY:
		return is_old ? "GET PUT PATCH MERGE DELETE" : "GET PUT PATCH DELETE";
	case ODATA_PROPERTY:
		return is_old ? "GET PUT PATCH MERGE DELETE" : "GET POST PUT PATCH DELETE";
	case ODATA_VALUE:
		return "GET PUT DELETE";
	case ODATA_COUNT:
		return "GET";
	case ODATA_LINKS:
		return "GET POST PUT DELETE MERGE PATCH";
	case ODATA_FUNCTION:
		return path->function->method.data;
	case ODATA_ACTION:
		return "POST";
	default:
		return "";
	}
}

static bool is_among(struct bytes method, struct bytes methods)
{
	if (methods.len == 0)
		return true;
	if (bytes_equal(method, BYTES("HEAD")))
		method = BYTES("GET");
	while (methods.data != NULL)
		if (bytes_equal(bytes_split(&methods, ' '), method))
			return true;
	return false;
}

static const struct odata_route *route_of(const struct odata *odata, const struct odata_path *path)
{
	struct bytes template = {path->template, path->template_len};
	const struct odata_route *route = map_find(&odata->routes, template);

	return route != NULL ? route : map_find(&odata->routes, bytes_slice(template, 0, path->root_len));
}

void odata_find(const struct odata *odata, const struct route_request *request, struct arena *arena,
		struct route_found *out_found)
{
	const struct odata_route *route;
	struct odata_path path;

	*out_found = (struct route_found){0};
	odata_path_read(odata, request->segments, request->segment_count, arena, &path, NULL);
	route = path.end == ODATA_UNKNOWN ? NULL : route_of(odata, &path);
	for (size_t i = 0; route != NULL && i < route->count; i++) {
		const struct operation *operation = &odata->operations[route->first + i];
		bool is_fit = is_among(request->method, operation->method);

		if (request->agreed != NULL && !request->agreed[route->first + i])
			continue;
		if (out_found->path_operation == NULL)
			out_found->path_operation = operation;
		if (is_fit &&
		    is_among(request->method, bytes_of(methods_of(&path, odata->csdl->version < 4))))
			out_found->operation = operation;
	}
}

struct bytes odata_methods(const struct odata *odata, const struct operation *path_operation,
			   const bool *agreed, struct arena *arena)
{
	const struct odata_route *route = map_find(&odata->routes, path_operation->template);
	struct bytes methods = BYTES_NONE;

	for (size_t i = 0; route != NULL && i < route->count; i++)
		if (agreed == NULL || agreed[route->first + i])
			methods = arena_printf(arena, BYTES_FORMAT "%s" BYTES_FORMAT, BYTES_PRINT(methods),
					       methods.len == 0 ? "" : ", ",
					       BYTES_PRINT(odata->operations[route->first + i].method));
	return methods;
}
