/*
 * openapi: an OpenAPI 2.0 (Swagger), 3.0, 3.1 or 3.2 document as operations. What cannot be used
 * is a problem with its place, and everything else still loads.
 *
 *	if (openapi_is(document->root))
 *		status = openapi_load(&references, document, &arena, &openapi);
 *	openapi_finish(&openapi);
 *
 * Owns     compiled schemas and routes. Its texts lend from the documents and the arena.
 */
#pragma once

#include "specs/contract.h"
#include "specs/odata.h"
#include "specs/reference.h"
#include "specs/routes.h"

/* One place where a spec is served. */
struct server {
	struct bytes host;      /* lower case, "" any, "*.example.com" any below it */
	struct bytes base_path; /* "" or "/v1/{tenant}", no trailing slash */
	bool is_floating;       /* "{apiRoot}/v1": more may stand before the base path */
};

/* Where tokens come from (tokenUrl, refreshUrl of an oauth2 scheme): a POST that no path needs to declare. */
struct token_endpoint {
	struct server at; /* the base path is the whole path; host "": where the spec is served */
	struct operation operation;
};

struct openapi {
	struct spec spec;
	const struct server *servers; /* at least one */
	size_t server_count;
	const struct token_endpoint *tokens;
	size_t token_count;
	struct schema_set *schemas;
	struct routes *routes;
	struct odata *odata; /* of a $metadata file: then routes and schemas are NULL */
	size_t schema_count;
	size_t unsecured_count; /* operations without any `security` */
};

/* Has the root "openapi" or "swagger"? */
bool openapi_is(const struct node *root);

/* STATUS_INVALID: refused, with at least one error. */
MUST_CHECK enum status openapi_load(struct references *references, const struct document *document,
				    enum formats formats, struct arena *arena, struct openapi *out_openapi);
void openapi_finish(struct openapi *openapi); /* accepts zeroed */

/* Only which operations there are: method, template, id. Those that were read stay when it fails on the way.
 */
MUST_CHECK enum status openapi_outline(struct references *references, const struct document *document,
				       struct arena *arena, struct operation **out_operations,
				       size_t *out_count);
