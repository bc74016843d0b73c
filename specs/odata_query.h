/*
 * odata_query: the query options of an OData request ($filter, $select ...) against the model: known,
 * well-formed, of names that the type has, and allowed by what annotations say of the set. Options without
 * "$" are the service's own (sap-client, sap-language ...) and nobody's business here.
 */
#pragma once

#include "specs/odata.h"

/* What is being looked at; `type` is NULL where the model says nothing about names. */
struct odata_context {
	const struct csdl *csdl;
	const struct csdl_type *type;
	const struct csdl_child *child; /* whose annotations hold; NULL: none */
	struct odata_notes *notes;
	struct arena *arena;
	struct bytes option; /* "$filter" */
	unsigned depth;      /* of nested options */
};

void odata_query_check(const struct odata_context *context, const struct odata_path *path,
		       const struct exchange *exchange);

/* A path like "Address/City" or "Items/Product/Name" of the type. What is not known is noted. The property at
 * its end, or NULL: not known, a cast, or nothing to say. */
const struct csdl_property *odata_name_check(const struct odata_context *context, struct bytes path);

void odata_option_note(const struct odata_context *context, const char *expected, struct bytes value);

/* A boolean or other expression of $filter, $orderby; false when it is none. */
bool odata_expression_check(const struct odata_context *context, struct bytes text);
