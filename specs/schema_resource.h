/*
 * schema_resource: what $id, $anchor and $dynamicAnchor name in the documents of
 * one schema set (JSON Schema 2020-12 section 8.2; draft 4 section 7.2), so that
 * a $ref is followed by its URI (RFC 3986 section 5.2). Nothing is ever fetched:
 * documents are those of the set's resolver, those that were offered by URI, and
 * the metaschemas of schema_metaschema.c. OpenAPI 3.0 has none of this.
 *
 * Owns     nothing; all of it lives in the arena of the set.
 */
#pragma once

#include "specs/schema_program.h"

struct schema_anchor {
	struct bytes name;
	struct bytes pointer; /* of its node, into the document */
	const struct node *node;
	struct schema *schema; /* of a dynamic one: compiled at once, any scope may lead to it */
	bool is_dynamic;
	struct schema_anchor *next;
};

struct schema_resource {
	const struct document *document;
	const struct node *root;
	struct bytes pointer; /* of the root, into the document */
	struct bytes uri;     /* absolute, or what there is; no fragment */
	enum schema_dialect dialect;
	bool is_before_2020;          /* a draft without prefixItems */
	bool is_unknown;              /* its dialect is: nothing is checked */
	struct schema_resource *base; /* what references without a URI start from; NULL: it itself */
	bool has_validation;          /* its vocabulary asserts anything */
	bool asserts_formats;         /* formats are assertions, not annotations */
	bool has_dynamic;             /* has dynamic anchors */
	struct schema_anchor *anchors;
};

struct schema_spot {
	struct schema_resource *resource;
	const struct node *node;
	struct bytes pointer;
	const struct schema_anchor *anchor; /* by which it was found; or NULL */
};

/* The resource that the document's root is or belongs to; indexed when seen for the first time. NULL only
 * without memory. */
struct schema_resource *resource_of_document(struct schema_set *set, const struct document *document,
					     struct bytes uri);
/* `other`, or the resource that begins at this very node. */
struct schema_resource *resource_at(struct schema_set *set, const struct node *node,
				    struct schema_resource *other);
/* Where `reference` leads from a schema of `from`; false when nothing known has this name. */
bool resource_find(struct schema_set *set, struct schema_resource *from, struct bytes reference,
		   struct schema_spot *out_spot);
/* The dynamic anchor of this name in one resource; NULL when it has none. */
const struct schema_anchor *resource_dynamic(const struct schema_resource *resource, struct bytes name);

/* RFC 3986 section 5.2, without a fragment; in the arena. */
struct bytes uri_join(struct arena *arena, struct bytes base, struct bytes reference);

/* The text of a metaschema of JSON Schema, by URI; empty when it is none. */
struct bytes metaschema_text(struct bytes uri);
