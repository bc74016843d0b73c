/*
 * odata: the operations of an OData service, and which of them a request path names (OData URL
 *Conventions 2.0 and 4.01). Beside routes: a path is walked by the model, one lookup a segment, however many
 *sets there are.
 *
 *	odata_load(document, &arena, &problems, &openapi);	openapi.spec.odata is set
 *	odata_find(odata, &request, &found);
 *	odata_path_read(odata, segments, count, &path, &notes);
 *
 * Operations are those of each entity set, singleton and import, one navigation deep; what lies below is
 * "/Orders({OrderID})/{path}", whose path is walked and checked all the same.
 *
 * Owns     its model and map. Thread   frozen once loaded; shared.
 */
#pragma once

#include "parsers/exchange.h"
#include "specs/csdl.h"
#include "specs/routes.h"

struct odata;
struct openapi;

/* Departures of a path or query found while it is read; more than these are not told. */
#define ODATA_NOTES_MAX 16

struct odata_note {
	enum part part;
	enum keyword keyword;
	struct bytes name, expected, value; /* the value as sent: it is masked later */
};

struct odata_notes {
	struct odata_note list[ODATA_NOTES_MAX];
	size_t count;
};

void odata_note(struct odata_notes *notes, const struct odata_note *note); /* accepts NULL notes */

/* What a path ends at. */
enum odata_end {
	ODATA_UNKNOWN, /* no such thing in the model */
	ODATA_SERVICE,
	ODATA_METADATA,
	ODATA_BATCH,
	ODATA_SEVERAL, /* $all, $crossjoin, $entity */
	ODATA_COLLECTION,
	ODATA_ENTITY,
	ODATA_PROPERTY, /* primitive, complex or a collection of these */
	ODATA_VALUE,    /* $value: a property's, or a media stream */
	ODATA_COUNT,
	ODATA_LINKS, /* $links, $ref */
	ODATA_FUNCTION,
	ODATA_ACTION,
	ODATA_ANYTHING, /* below what the model does not know: nothing is checked */
};

#define ODATA_TEMPLATE_MAX 1024

struct odata_path {
	enum odata_end end;
	const struct csdl_child *child;
	struct csdl_value value;               /* what stands there */
	const struct csdl_property *property;  /* the last one on the way */
	const struct csdl_operation *function; /* ODATA_FUNCTION, ODATA_ACTION */
	size_t navigation_count;
	char template[ODATA_TEMPLATE_MAX];
	size_t template_len;
	size_t root_len; /* of the template, as far as the set and its key */
};

/* `segments` as path_split leaves them, behind the base path. */
void odata_path_read(const struct odata *odata, const struct bytes *segments, size_t segment_count,
		     struct arena *arena, struct odata_path *out_path, struct odata_notes *notes);

/* The method that is meant: of X-HTTP-Method, where a POST carries it. */
struct bytes odata_method(const struct exchange *exchange);

void odata_find(const struct odata *odata, const struct route_request *request, struct arena *arena,
		struct route_found *out_found);
struct bytes odata_methods(const struct odata *odata, const struct operation *path_operation,
			   const bool *agreed, struct arena *arena);

/* STATUS_INVALID: refused, with at least one error. The document must outlive it. */
MUST_CHECK enum status odata_load(const struct document *document, const char *sha256, struct arena *arena,
				  struct problems *problems, struct openapi *out_openapi);
void odata_free(struct odata *odata); /* accepts NULL */
const struct csdl *odata_csdl(const struct odata *odata);
