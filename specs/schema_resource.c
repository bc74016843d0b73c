#include "specs/schema_resource.h"

#include <stdio.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "specs/reference.h"

/* Nodes looked at for $id and $anchor, in one document; aliases share nodes, so steps are counted. */
#define INDEX_STEPS_MAX LIMIT_DOCUMENT_NODES
#define INDEX_DEPTH_MAX 512

enum keyword_kind { HOLDS_DATA, HOLDS_SCHEMA, HOLDS_TABLE, HOLDS_UNKNOWN };

/* Where a schema has schemas inside; an $id anywhere else names nothing. */
static enum keyword_kind kind_of(struct bytes keyword)
{
	static const struct {
		const char *name;
		enum keyword_kind kind;
	} kinds[] = {
		{"properties", HOLDS_TABLE},
		{"items", HOLDS_SCHEMA},
		{"allOf", HOLDS_SCHEMA},
		{"anyOf", HOLDS_SCHEMA},
		{"oneOf", HOLDS_SCHEMA},
		{"$defs", HOLDS_TABLE},
		{"definitions", HOLDS_TABLE},
		{"patternProperties", HOLDS_TABLE},
		{"dependentSchemas", HOLDS_TABLE},
		{"dependencies", HOLDS_TABLE},
		{"additionalProperties", HOLDS_SCHEMA},
		{"unevaluatedProperties", HOLDS_SCHEMA},
		{"propertyNames", HOLDS_SCHEMA},
		{"prefixItems", HOLDS_SCHEMA},
		{"additionalItems", HOLDS_SCHEMA},
		{"unevaluatedItems", HOLDS_SCHEMA},
		{"contains", HOLDS_SCHEMA},
		{"not", HOLDS_SCHEMA},
		{"if", HOLDS_SCHEMA},
		{"then", HOLDS_SCHEMA},
		{"else", HOLDS_SCHEMA},
		{"contentSchema", HOLDS_SCHEMA},
		{"enum", HOLDS_DATA},
		{"const", HOLDS_DATA},
		{"default", HOLDS_DATA},
		{"example", HOLDS_DATA},
		{"examples", HOLDS_DATA},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (bytes_equal(keyword, bytes_of(kinds[i].name)))
			return kinds[i].kind;
	return HOLDS_UNKNOWN;
}

/* The way from the document's root, made a pointer only where something has a name. */
struct trail {
	const struct trail *up;
	struct bytes name;
	unsigned depth;
};

struct indexing {
	struct schema_set *set;
	const struct document *document;
	size_t steps;
	bool is_openapi; /* its schemas stand anywhere */
};

static struct bytes trail_pointer(struct schema_set *set, const struct trail *trail)
{
	return trail == NULL || trail->up == NULL
		       ? BYTES("")
		       : schema_pointer_extend(set, trail_pointer(set, trail->up), trail->name);
}

static struct bytes without_fragment(struct bytes uri)
{
	size_t hash = bytes_find_byte(uri, '#');

	return hash == BYTES_NOT_FOUND ? uri : bytes_slice(uri, 0, hash);
}

static void uri_register(struct schema_set *set, struct bytes uri, struct schema_resource *resource)
{
	struct schema_resource **place;
	bool is_new;

	if (uri.len == 0)
		return;
	place = map_put(&set->uris, uri, &is_new);
	set->is_full |= place == NULL;
	if (place != NULL && is_new) /* of two with one name the first counts */
		*place = resource;
}

/* Of an OpenAPI document the dialect is that of its schemas. */
static struct bytes dialect_name(const struct schema_resource *resource)
{
	const struct node *openapi = node_get(resource->root, "openapi");
	const char *keyword = openapi != NULL && resource->root == resource->document->root
				      ? "jsonSchemaDialect"
				      : "$schema";

	return without_fragment(node_text(node_get(resource->root, keyword)));
}

static bool is_known_dialect(struct bytes name)
{
	static const char *const drafts[] = {"draft-04/", "draft-06/", "draft-07/", "draft/2019-09/",
					     "draft/2020-12/"};
	struct bytes rest = name;
	size_t at = bytes_find(name, BYTES("json-schema.org/"));

	if (bytes_starts(name, BYTES("https://spec.openapis.org/oas/3.")))
		return true;
	rest = at == BYTES_NOT_FOUND || at > 8 ? BYTES("") : bytes_from(name, at + 16);
	for (size_t i = 0; i < sizeof(drafts) / sizeof(drafts[0]); i++)
		if (bytes_starts(rest, bytes_of(drafts[i])))
			return true;
	return false;
}

/* What $schema says: a draft, or a metaschema that is at hand with its $vocabulary. */
static void read_vocabulary(struct schema_set *set, struct schema_resource *resource)
{
	struct bytes name = dialect_name(resource);
	struct schema_resource **meta = name.len == 0 ? NULL : map_find(&set->uris, name);
	const struct node *words = meta == NULL ? NULL : node_get((*meta)->root, "$vocabulary");
	bool has_validation = false;

	if (bytes_equal(name, BYTES("http://json-schema.org/draft-04/schema")))
		resource->dialect = DIALECT_DRAFT_4;
	else if (bytes_equal(name, BYTES("https://json-schema.org/draft/2020-12/schema")))
		resource->dialect = DIALECT_2020_12;
	if (name.len == 0)
		return;
	resource->is_unknown = meta == NULL && !is_known_dialect(name);
	resource->is_before_2020 = bytes_find(name, BYTES("json-schema.org/draft/2019-09")) == 8 ||
				   bytes_find(name, BYTES("json-schema.org/draft-0")) != BYTES_NOT_FOUND;
	if (!node_is(words, NODE_TABLE))
		return;
	for (size_t i = 0; i < words->count; i++) {
		has_validation |= bytes_ends(words->entries[i].key, BYTES("/vocab/validation"));
		resource->asserts_formats |=
			bytes_ends(words->entries[i].key, BYTES("/vocab/format-assertion"));
	}
	resource->has_validation = has_validation;
}

static struct schema_resource *resource_add(struct indexing *indexing, const struct schema_resource *parent,
					    const struct node *root, struct bytes uri,
					    const struct trail *trail)
{
	struct schema_set *set = indexing->set;
	struct schema_resource *resource = schema_alloc(set, sizeof(*resource)), **place;
	bool is_new;

	if (resource == NULL)
		return NULL;
	*resource = (struct schema_resource){.document = indexing->document,
					     .root = root,
					     .pointer = trail_pointer(set, trail),
					     .uri = uri,
					     .dialect = parent == NULL ? set->dialect : parent->dialect,
					     .is_before_2020 = parent != NULL && parent->is_before_2020,
					     .is_unknown = parent != NULL && parent->is_unknown,
					     .has_validation = parent == NULL || parent->has_validation,
					     .asserts_formats = parent == NULL ? set->asserts_formats
									       : parent->asserts_formats};
	place = map_put(&set->roots, (struct bytes){.data = (const char *)&root, .len = sizeof(root)},
			&is_new);
	set->is_full |= place == NULL;
	if (place != NULL)
		*place = resource;
	uri_register(set, uri, resource);
	read_vocabulary(set, resource);
	return resource;
}

static void anchor_add(struct indexing *indexing, struct schema_resource *resource, const struct node *node,
		       struct bytes name, bool is_dynamic, const struct trail *trail)
{
	struct schema_anchor *anchor = schema_alloc(indexing->set, sizeof(*anchor));

	if (anchor == NULL)
		return;
	*anchor = (struct schema_anchor){.name = name,
					 .pointer = trail_pointer(indexing->set, trail),
					 .node = node,
					 .is_dynamic = is_dynamic,
					 .next = resource->anchors};
	resource->anchors = anchor;
	resource->has_dynamic |= is_dynamic;
	if (is_dynamic)
		anchor->schema = schema_at_resource(indexing->set, resource, node, anchor->pointer);
}

/* The names that this node gives itself; the resource that it and all below belong to. */
static struct schema_resource *names_take(struct indexing *indexing, struct schema_resource *resource,
					  const struct node *node, const struct trail *trail)
{
	bool is_draft_4 = resource->dialect == DIALECT_DRAFT_4;
	struct bytes id = node_text(node_get(node, is_draft_4 ? "id" : "$id"));
	struct bytes anchor = node_text(node_get(node, "$anchor"));
	struct bytes dynamic = node_text(node_get(node, "$dynamicAnchor"));

	if (is_draft_4 && node_is(node_get(node, "$ref"), NODE_STRING))
		return resource; /* draft 4: beside $ref nothing counts */
	if (is_draft_4 && id.len > 1 && id.data[0] == '#') {
		anchor_add(indexing, resource, node, bytes_from(id, 1), false, trail);
	} else if (without_fragment(id).len > 0 && node != indexing->document->root) {
		struct bytes uri = uri_join(&indexing->set->arena, resource->uri, without_fragment(id));

		resource = resource_add(indexing, resource, node, uri, trail);
	} else if (indexing->is_openapi && node != indexing->document->root &&
		   node_is(node_get(node, "$schema"), NODE_STRING)) {
		/* OpenAPI 3.1 section 4.8.24.5: any root schema may name its dialect; its references are the
		 * document's. */
		struct schema_resource *base = resource->base == NULL ? resource : resource->base;

		resource = resource_add(indexing, resource, node, BYTES(""), trail);
		if (resource != NULL) {
			resource->uri = base->uri;
			resource->base = base;
		}
	}
	if (resource == NULL || is_draft_4)
		return resource;
	if (anchor.len > 0)
		anchor_add(indexing, resource, node, anchor, false, trail);
	if (dynamic.len > 0)
		anchor_add(indexing, resource, node, dynamic, true, trail);
	return resource;
}

static void index_node(struct indexing *indexing, struct schema_resource *resource, const struct node *node,
		       const struct trail *trail);

static void index_members(struct indexing *indexing, struct schema_resource *resource,
			  const struct node *node, const struct trail *trail)
{
	for (size_t i = 0; i < node->count; i++) {
		struct trail inner = {.up = trail, .depth = trail->depth + 1};
		char index[24];

		if (node->kind == NODE_LIST)
			inner.name = (struct bytes){.data = index,
						    .len = (size_t)snprintf(index, sizeof(index), "%zu", i)};
		else
			inner.name = node->entries[i].key;
		index_node(indexing, resource,
			   node->kind == NODE_LIST ? node->items[i] : node->entries[i].value, &inner);
	}
}

static void index_node(struct indexing *indexing, struct schema_resource *resource, const struct node *node,
		       const struct trail *trail)
{
	if (trail->depth > INDEX_DEPTH_MAX || ++indexing->steps > INDEX_STEPS_MAX || indexing->set->is_full)
		return;
	if (node->kind == NODE_LIST)
		index_members(indexing, resource, node, trail);
	if (node->kind != NODE_TABLE)
		return;
	resource = names_take(indexing, resource, node, trail);
	for (size_t i = 0; resource != NULL && i < node->count; i++) {
		const struct node *value = node->entries[i].value;
		enum keyword_kind kind = kind_of(node->entries[i].key);
		struct trail inner = {.up = trail, .name = node->entries[i].key, .depth = trail->depth + 1};

		if (kind == HOLDS_DATA || (kind == HOLDS_UNKNOWN && !indexing->is_openapi))
			continue;
		if (kind == HOLDS_TABLE && value->kind == NODE_TABLE)
			index_members(indexing, resource, value, &inner);
		else if (kind != HOLDS_TABLE)
			index_node(indexing, resource, value, &inner);
	}
}

struct schema_resource *resource_of_document(struct schema_set *set, const struct document *document,
					     struct bytes uri)
{
	struct indexing indexing = {.set = set, .document = document};
	const struct node *root = document->root;
	struct schema_resource *resource = resource_at(set, root, NULL);
	const struct trail trail = {0};
	struct bytes id;

	if (resource != NULL)
		return resource;
	uri = arena_copy(&set->arena, without_fragment(uri));
	indexing.is_openapi = node_get(root, "openapi") != NULL || node_get(root, "swagger") != NULL;
	resource = resource_add(&indexing, NULL, root, uri, &trail);
	if (resource == NULL)
		return NULL;
	id = node_text(node_get(root, indexing.is_openapi                    ? "$self"
				      : resource->dialect == DIALECT_DRAFT_4 ? "id"
									     : "$id"));
	if (resource->dialect == DIALECT_DRAFT_4 && node_is(node_get(root, "$ref"), NODE_STRING))
		id = BYTES_NONE;
	if (without_fragment(id).len > 0) {
		resource->uri = uri_join(&set->arena, uri, without_fragment(id));
		uri_register(set, resource->uri, resource);
	}
	index_node(&indexing, resource, root, &trail);
	return resource;
}

struct schema_resource *resource_at(struct schema_set *set, const struct node *node,
				    struct schema_resource *other)
{
	struct schema_resource **place =
		map_find(&set->roots, (struct bytes){.data = (const char *)&node, .len = sizeof(node)});

	return place == NULL ? other : *place;
}

/* A document that is at hand under this URI, or a metaschema, read when it is first named. */
static struct schema_resource *named(struct schema_set *set, struct bytes uri)
{
	struct schema_resource **place = map_find(&set->uris, uri);
	struct bytes text = place == NULL ? metaschema_text(uri) : BYTES_NONE;
	struct document *document;

	if (place != NULL)
		return *place;
	if (text.len == 0 || set->metaschema_count == SCHEMA_METASCHEMAS_MAX)
		return NULL;
	document = schema_alloc(set, sizeof(*document));
	if (document == NULL || document_read(text, "metaschema", document, set->problems) != STATUS_OK)
		return NULL;
	set->metaschemas[set->metaschema_count++] = document;
	return resource_of_document(set, document, uri);
}

/* RFC 6901 from the root of the resource; an $id on the way changes the resource. */
static bool pointer_walk(struct schema_set *set, struct schema_spot *spot, struct bytes fragment)
{
	const struct node *node = spot->resource->root;
	struct schema_resource *resource = spot->resource;

	for (struct bytes rest = bytes_from(fragment, 1); rest.data != NULL && node != NULL;) {
		node = reference_step(node, bytes_split(&rest, '/'));
		if (node != NULL)
			resource = resource_at(set, node, resource);
	}
	if (node == NULL)
		return false;
	spot->pointer = arena_printf(&set->arena, BYTES_FORMAT BYTES_FORMAT,
				     BYTES_PRINT(spot->resource->pointer), BYTES_PRINT(fragment));
	spot->resource = resource;
	spot->node = node;
	return true;
}

bool resource_find(struct schema_set *set, struct schema_resource *from, struct bytes reference,
		   struct schema_spot *out_spot)
{
	struct bytes uri = without_fragment(reference), fragment = bytes_from(reference, uri.len);
	struct schema_spot spot = {.resource = from->base == NULL ? from : from->base};

	if (fragment.len > 0)
		fragment = bytes_from(fragment, 1);
	if (uri.len > 0)
		spot.resource = named(set, uri_join(&set->arena, from->uri, uri));
	if (spot.resource == NULL)
		return false;
	spot.node = spot.resource->root;
	spot.pointer = spot.resource->pointer;
	if (fragment.len > 0 && fragment.data[0] == '/') {
		if (!pointer_walk(set, &spot, fragment))
			return false;
	} else if (fragment.len > 0) {
		for (spot.anchor = spot.resource->anchors;
		     spot.anchor != NULL && !bytes_equal(spot.anchor->name, fragment);)
			spot.anchor = spot.anchor->next;
		if (spot.anchor == NULL)
			return false;
		spot.node = spot.anchor->node;
		spot.pointer = spot.anchor->pointer;
	}
	*out_spot = spot;
	return true;
}

const struct schema_anchor *resource_dynamic(const struct schema_resource *resource, struct bytes name)
{
	for (const struct schema_anchor *anchor = resource->anchors; anchor != NULL; anchor = anchor->next)
		if (anchor->is_dynamic && bytes_equal(anchor->name, name))
			return anchor;
	return NULL;
}
