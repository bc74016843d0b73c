/*
 * operation: one method on one path template of a spec, compiled: what its
 * requests and responses must look like. Frozen after loading.
 */
#pragma once

#include "specs/departure.h"
#include "specs/schema.h"

/* How a parameter is written on the wire (OpenAPI 3, "Style Values"). */
enum style {
	STYLE_SIMPLE,
	STYLE_LABEL,
	STYLE_MATRIX,
	STYLE_FORM,
	STYLE_SPACE_DELIMITED,
	STYLE_PIPE_DELIMITED,
	STYLE_DEEP_OBJECT,
	STYLE_COOKIE,        /* 3.2: as form, but nothing is percent-encoded */
	STYLE_TAB_DELIMITED, /* Swagger 2.0 "tsv"; "csv" is form (query) or simple, "ssv" space, "pipes" pipe,
				"multi" form exploded */
};

struct parameter {
	struct bytes name; /* of headers in lower case */
	enum part part;    /* path, query, header or cookie */
	bool is_required;
	bool is_empty_allowed;
	bool is_exploded;
	bool is_deep_object;
	bool is_json;  /* declared by `content` as JSON: the value is JSON text */
	bool is_plain; /* declared by `content` as text: the value is one text */
	bool is_whole; /* 3.2, in: querystring: the whole query is the value, a form unless is_json or
			  is_plain */
	enum style style;
	char separator;              /* of arrays that are not exploded: ',', ' ', '|' or a tab */
	const struct schema *schema; /* NULL: anything */
	struct bytes schema_pointer;
};

struct response_header {
	struct bytes name; /* lower case */
	bool is_required;
	bool is_exploded;
	bool is_json; /* declared by `content` as JSON */
	const struct schema *schema;
	struct bytes schema_pointer;
};

/* How one property of a form or multipart body is written (OpenAPI 3, Encoding Object). */
struct encoding {
	struct bytes name;          /* of the property; empty: of every part (3.2 itemEncoding) */
	struct bytes content_types; /* "image/png, image/jpeg"; empty: the default */
	bool has_style;
	struct parameter parameter;            /* with has_style: the property as a query parameter */
	const struct response_header *headers; /* of a part */
	size_t header_count;
};

struct media {
	struct bytes range;          /* lower case, "application/json", or "application" with any subtype as
					"application/" and a star, without parameters */
	struct bytes parameters;     /* "version=2", lower case without spaces; usually empty */
	const struct schema *schema; /* NULL: anything */
	struct bytes schema_pointer;
	const struct schema *item_schema; /* 3.2, of sequences: each item; NULL: anything */
	struct bytes item_schema_pointer;
	const struct encoding *encodings;
	size_t encoding_count;
};

struct content {
	const struct media *list;
	size_t count;
	bool is_declared; /* a "content" (or body) is there, even if empty */
	bool is_required; /* requests */
};

struct response {
	unsigned status_from, status_to; /* 200..200, 400..499; default is 0..999 */
	bool is_default;
	struct content content;
	const struct response_header *headers;
	size_t header_count;
};

enum security_kind {
	SECURITY_API_KEY,
	SECURITY_BASIC,
	SECURITY_BEARER,
	SECURITY_DIGEST,
	SECURITY_HTTP,   /* another http scheme, by name */
	SECURITY_OAUTH2, /* shown as a bearer token */
	SECURITY_OPENID, /* the same */
	SECURITY_MUTUAL_TLS,
	SECURITY_UNKNOWN, /* names a scheme that the spec does not define */
};

struct security_scheme {
	enum security_kind kind;
	struct bytes id;   /* its key under components/securitySchemes */
	struct bytes name; /* of the API key: field (lower case), parameter or cookie; of SECURITY_HTTP the
			      scheme */
	enum part part;    /* of the API key: header, query or cookie */
	const struct bytes *scopes; /* required here */
	size_t scope_count;
};

/* All of these together (AND). */
struct security_requirement {
	const struct security_scheme *schemes;
	size_t count; /* 0: no credential needed */
};

/* Places in memory that its check looks at. */
#define OPERATION_LINES_MAX 15

struct operation {
	struct bytes method;   /* upper case */
	struct bytes template; /* "/orders/{id}", without the base path */
	struct bytes id;       /* operationId; "GET /orders/{id}" when it has none */
	bool is_deprecated;
	struct bytes sunset;         /* x-sunset, RFC 3339 date, or empty */
	struct bytes query_template; /* of a path key "/x?action=y&id={id}": "action=y&id={id}", else empty */
	struct bytes query_literal;  /* its pairs without variables: "action=y" */
	bool is_lookalike; /* others of the spec look the same on the wire: what fits one of them fits */
	const struct bytes *bases; /* base paths of the servers that it has instead of others */
	size_t base_count;         /* 0: those of the spec, whatever they are */
	bool is_token_endpoint;    /* its path is the tokenUrl of an oauth2 flow */

	const struct parameter *parameters;
	size_t parameter_count;
	struct content request;
	const struct response *responses;
	size_t response_count;

	bool has_security;                               /* false: the spec says nothing about it */
	const struct security_requirement *requirements; /* any one is enough (OR) */
	size_t requirement_count;                        /* 0 with has_security: public */

	const struct bytes *sensitive; /* data classes that x-specular-sensitive allows here */
	size_t sensitive_count;

	int32_t lines[OPERATION_LINES_MAX]; /* operation_lines.h */
	uint32_t line_count;
};
