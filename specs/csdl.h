/*
 * csdl: the entity model of an OData service, read from its $metadata: CSDL as XML
 *(OData 2.0, 3.0, 4.0, 4.01) or JSON (4.0, 4.01). Types, containers, functions and actions, with what
 *annotations (Org.OData.Capabilities, Org.OData.Core, sap:) say of them.
 *
 *	if (csdl_is(document->root))
 *		csdl = csdl_read(document, &problems);
 *	set = csdl_child(csdl, BYTES("Orders"));
 *	property = csdl_property(set->type, BYTES("OrderID"));
 *
 * Nothing is fetched: what a Reference names is not known, and types from there are not checked.
 *
 * Owns     its memory. Lends from the document, which must outlive it.
 * Thread   frozen once read; shared.
 */
#pragma once

#include "parsers/base/map.h"
#include "specs/document.h"

/* Primitive types, of all versions. */
enum edm {
	EDM_UNKNOWN, /* of a type that is not known: nothing is checked */
	EDM_STRUCTURED,
	EDM_ENUM,
	EDM_BINARY,
	EDM_BOOLEAN,
	EDM_BYTE,
	EDM_SBYTE,
	EDM_INT16,
	EDM_INT32,
	EDM_INT64,
	EDM_DECIMAL,
	EDM_DOUBLE,
	EDM_SINGLE,
	EDM_DATE,
	EDM_DATETIME,
	EDM_DATETIMEOFFSET,
	EDM_DURATION,
	EDM_TIME,
	EDM_TIMEOFDAY,
	EDM_GUID,
	EDM_STRING,
	EDM_STREAM,
	EDM_COUNT,
};

struct csdl_type;

/* What a value is. */
struct csdl_value {
	enum edm edm;
	const struct csdl_type *type; /* EDM_STRUCTURED, EDM_ENUM */
	bool is_collection;
	bool is_nullable;
	bool is_scale_variable;
	uint32_t length_max, precision, scale; /* 0: not said; of scale: with has_scale */
	bool has_scale;
};

struct csdl_property {
	struct bytes name;
	struct csdl_value value;
	bool is_navigation;
	bool is_required; /* on creation: not nullable, without a default, not computed */
	bool is_unfilterable, is_unsortable;
	const struct node *node;
};

enum csdl_kind { CSDL_ENTITY, CSDL_COMPLEX, CSDL_ENUM, CSDL_DEFINITION };

struct csdl_type {
	enum csdl_kind kind;
	struct bytes name; /* "Namespace.Name" */
	struct csdl_type *base;
	struct csdl_property *properties; /* its own, sorted by name */
	size_t property_count;
	const struct bytes *keys; /* of the nearest base that has some */
	size_t key_count;
	bool is_open, is_abstract, has_stream;
	struct csdl_type *derived;   /* the first whose base it is */
	struct csdl_type *sibling;   /* the next with the same base */
	const struct bytes *members; /* CSDL_ENUM */
	const struct bytes *member_values;
	size_t member_count;
	bool is_flags;
	struct csdl_value underlying; /* CSDL_ENUM, CSDL_DEFINITION */
	const struct node *node;
};

struct csdl_operation {
	struct csdl_operation *next; /* an overload */
	struct bytes name;           /* "Namespace.Name"; of a v2 function import its name */
	bool is_action, is_bound;
	struct bytes method; /* v2: m:HttpMethod; else GET or POST */
	struct csdl_property *parameters;
	size_t parameter_count; /* with the binding parameter, which is the first */
	bool has_return;
	struct csdl_value returned;
	struct bytes set_name; /* v2: EntitySet */
};

/* A child of a container. */
struct csdl_child {
	struct bytes name;
	enum { CSDL_SET, CSDL_SINGLETON, CSDL_IMPORT } kind;
	const struct csdl_type *type;           /* of sets and singletons; NULL: not known */
	const struct csdl_operation *operation; /* CSDL_IMPORT: the first overload; NULL: not known */
	bool is_not_insertable, is_not_updatable, is_not_deletable, is_not_readable;
	bool is_not_filterable, is_not_sortable, is_not_expandable, is_not_searchable, is_not_countable;
	bool is_not_topped, is_not_skipped, must_filter;
	const struct bytes *unfilterable, *unsortable, *unexpandable; /* properties, of annotations */
	size_t unfilterable_count, unsortable_count, unexpandable_count;
	const struct node *node;
};

struct csdl;

bool csdl_is(const struct node *root); /* an Edmx or Schema element, or a table with "$Version" */

/* NULL when it is refused: at least one error says why. */
struct csdl *csdl_read(const struct document *document, struct problems *problems);
void csdl_free(struct csdl *csdl); /* accepts NULL */

unsigned csdl_version(const struct csdl *csdl); /* 2, 3 or 4 */
const struct csdl_child *csdl_child(const struct csdl *csdl, struct bytes name);

/* By qualified name, an alias in front or not. */
const struct csdl_type *csdl_type(const struct csdl *csdl, struct bytes name);
bool csdl_has_namespace(const struct csdl *csdl, struct bytes name); /* of a qualified name */
const struct csdl_operation *csdl_operation(const struct csdl *csdl, struct bytes name); /* first overload */

const struct csdl_property *csdl_property(const struct csdl_type *type,
					  struct bytes name); /* inherited too */
/* Some type that derives from it has the property, or is open. */
bool csdl_derived_has(const struct csdl_type *type, struct bytes name);
bool csdl_derives(const struct csdl_type *type, const struct csdl_type *base);
bool csdl_is_key(const struct csdl_type *type, struct bytes name);
bool csdl_is_open(const struct csdl_type *type);
struct csdl_value csdl_value_of_type(const struct csdl *csdl,
				     struct bytes type); /* "Collection(Edm.Int32)" */
const char *edm_name(enum edm edm);                      /* "Edm.Int32" */
