/*
 * openapi_read: what the files of the OpenAPI reader share: where they stand in
 * the document, and what they have found so far. For openapi*.c only.
 */
#pragma once

#include "specs/openapi.h"

/* Parameters of one operation; more are not checked. */
#define OPENAPI_PARAMETERS_MAX 1000

/* Servers of one spec, variables put in; more are noted and left out. */
#define OPENAPI_SERVERS_MAX 256

/* Token endpoints of one spec; more are not known as such. */
#define OPENAPI_TOKENS_MAX 32

/* A node, the document it stands in and its RFC 6901 pointer there. */
struct spot {
	const struct document *document;
	const struct node *node; /* NULL: not there */
	struct bytes pointer;
};

struct reader {
	struct references *references;
	struct problems *problems;
	struct arena *arena;
	struct arena *scratch; /* until all is read */
	enum formats formats;
	struct schema_resolver resolver;
	struct schema_set *schemas;
	struct spot root;
	bool is_swagger; /* OpenAPI 2.0 */
	bool is_outline; /* only which operations there are */
	struct openapi *out;

	struct token_endpoint *tokens;
	struct server *servers; /* OPENAPI_SERVERS_MAX of them, in scratch until all is read */
	size_t server_count;
	struct bytes *bases; /* of the servers that are read, where they are to be known apart; else NULL */
	size_t base_count;
	bool has_inner_servers; /* a path or an operation has its own */
	struct operation *operations;
	size_t operation_count, operation_max;

	bool has_security; /* of the root, which operations inherit */
	const struct security_requirement *requirements;
	size_t requirement_count;
};

/* -- openapi_spot.c ------------------------------------------------------------ */
struct spot spot_child(const struct reader *reader, struct spot parent, const char *key); /* as it stands */
struct spot spot_entry(const struct reader *reader, struct spot parent,
		       size_t index);                                   /* of a table or list */
struct spot spot_follow(const struct reader *reader, struct spot spot); /* behind its $ref */
struct spot spot_get(const struct reader *reader, struct spot parent, const char *key); /* child, followed */
/* The pointer of a spot, for as long as the spec lives; `schema` was compiled there and may be NULL. */
struct bytes spot_pointer(const struct reader *reader, struct spot spot, const struct schema *schema);
void spot_problem(const struct reader *reader, struct spot spot, enum problem_level level, const char *mend,
		  const char *format, ...) __attribute__((format(printf, 5, 6)));
struct bytes text_lower(struct arena *arena, struct bytes text);

/* A text or a list of texts, as x-specular-sensitive may be written. */
const struct bytes *spot_texts(const struct reader *reader, const struct node *node, size_t *out_count);

const struct schema *spot_schema(const struct reader *reader, struct spot spot); /* NULL: anything */

/* -- openapi_server.c ----------------------------------------------------------- */
void servers_read(struct reader *reader, struct spot list); /* adds to reader->servers */
/* The same for servers that hold for some operations alone, whose base paths come back; none: untouched. */
void inner_servers_read(struct reader *reader, struct spot list, const struct bytes **out_bases,
			size_t *out_count);
void server_url_read(struct reader *reader, struct spot spot, struct bytes url);
struct bytes url_path(struct bytes url);                      /* "https://h/a/b?c" is "/a/b" */
struct bytes url_host(struct arena *arena, struct bytes url); /* "h"; "" when it names none */

/* -- openapi_encoding.c --------------------------------------------------------- */
/* `spot` is a media type object; its schema is read already. */
void encodings_read(const struct reader *reader, struct spot spot, struct media *media);
void headers_read(const struct reader *reader, struct spot headers, const struct response_header **out_list,
		  size_t *out_count);

/* -- openapi_content.c ---------------------------------------------------------- */
void content_read(const struct reader *reader, struct spot content, struct content *out_content);
struct media media_of(const struct reader *reader, struct spot schema, struct bytes range);
void responses_read(const struct reader *reader, struct spot node, struct operation *out_operation);

/* -- openapi_swagger.c ---------------------------------------------------------- */
const struct schema *swagger_schema(const struct reader *reader, struct spot spot); /* of a parameter */
void swagger_style(const struct node *node, struct parameter *parameter);
bool swagger_is_body(const struct node *parameter); /* in: body or formData */
bool swagger_request_read(const struct reader *reader, struct spot item, struct spot node,
			  struct content *out_request); /* false without memory */
void swagger_content_read(const struct reader *reader, struct spot operation, struct spot response,
			  struct content *out_content);
void swagger_servers_read(struct reader *reader);

/* -- openapi_security.c ---------------------------------------------------------- */
/* `list` is a "security" list; false without memory. */
bool security_read(const struct reader *reader, struct spot list,
		   const struct security_requirement **out_requirements, size_t *out_count);
bool token_endpoints_read(struct reader *reader); /* and marks the operations that are some */

/* -- openapi_operation.c --------------------------------------------------------- */
/* Style, explode and what follows from them, of a parameter whose part is known. */
void style_apply(const struct node *node, struct parameter *parameter);
bool is_json_range(struct bytes range);

/* `item` is the path item, which lends its parameters. */
bool operation_read(const struct reader *reader, struct spot item, struct spot node, struct bytes method,
		    struct bytes template, struct operation *out_operation);
