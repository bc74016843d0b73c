/*
 * conform: does this exchange do what its operation promises? Parameters, body,
 * status, headers of both directions. What the mirror did not show is not
 * judged: no verdict from a body with a hole.
 */
#pragma once

#include "specs/contract.h"
#include "specs/template.h"

/* `out` has room for LIMIT_DEPARTURES. Without an operation there is nothing to say, but for an OData
 * service, whose model says which name is not known. */
void conform_check(const struct match *match, struct exchange *exchange, const struct body_reading *request,
		   const struct body_reading *response, struct departures *out);

/* May this class of data stand here by contract? Looks at the API, the operation
 * and, for JSON bodies, the schema of the field at `pointer`. */
bool conform_allows_class(const struct match *match, const struct exchange *exchange, enum side side,
			  enum part part, struct bytes name, struct bytes pointer, struct bytes class_id);

/* Does the schema of that place say that this class stands there only masked (x-specular-masked)? */
bool conform_wants_masked(const struct match *match, const struct exchange *exchange, enum side side,
			  enum part part, struct bytes name, struct bytes pointer, struct bytes class_id);

/* The operation says by place what stands in the body of that side. */
bool conform_has_body_schema(const struct match *match, const struct exchange *exchange, enum side side);

/* What the operation promises for this status: exact, then 4XX, then default; NULL when nothing. */
const struct response *operation_response(const struct operation *operation, unsigned status);
