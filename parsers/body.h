/*
 * body: the content of a message, read once by its media type into values that
 * the schema check and the data scan both walk. The narrow door: who reads a
 * body knows this header and nothing of JSON text, forms or coding.
 *
 * Owns     nothing; trees are allocated in the exchange's arena.
 * Lends    names of JSON objects, from `names`.
 */
#pragma once

#include <yyjson.h>

#include "parsers/exchange.h"
#include "parsers/json_names.h"
#include "parsers/multipart.h"
#include "parsers/xml_read.h"

enum body_kind {
	BODY_EMPTY,     /* no body, or zero bytes */
	BODY_JSON,      /* json is set */
	BODY_FORM,      /* fields are set (application/x-www-form-urlencoded) */
	BODY_GRPC,      /* fields are set: the texts in its messages, named by their path of field numbers */
	BODY_MULTIPART, /* parts are set, json is an object of named values, or an array when one has no name
			 */
	BODY_XML,       /* xml is set, json shows the same: attributes and elements by their names */
	BODY_ITEMS,     /* a sequence (JSON Lines, JSON text sequences, event streams): json is their array */
	BODY_TEXT,      /* text/ and unknown types that are UTF-8 */
	BODY_OPAQUE,    /* binary, or a type that is not read */
	BODY_MALFORMED, /* said to be one of these and is not */
	BODY_UNREAD,    /* not whole, or over a ceiling: no verdict about it is possible */
};

struct form_field {
	struct bytes name, value;         /* percent-decoded, '+' is a space */
	struct bytes raw_name, raw_value; /* raw_value.data is NULL when there was no '=' */
};

struct body_part {
	struct multipart_part part;
	enum body_kind kind; /* BODY_EMPTY, BODY_JSON, BODY_TEXT, BODY_OPAQUE or BODY_MALFORMED */
	yyjson_val *json;    /* BODY_JSON: the root */
};

struct body_reading {
	enum body_kind kind;
	yyjson_val *json; /* BODY_JSON: the root; of others what the data scan walks */
	struct body_part *parts;
	size_t part_count;
	const struct xml_element *xml;
	struct form_field *fields;
	size_t field_count;
	struct bytes text; /* BODY_TEXT: the content; also of MALFORMED and UNREAD, what there is */
	size_t error_offset;
	const char *error; /* BODY_MALFORMED, BODY_UNREAD: why, a static string */
};

/* How a body that is not kept whole is written, by its media type and its first bytes. */
enum body_syntax {
	SYNTAX_JSON,
	SYNTAX_SEQUENCE, /* JSON texts one after another */
	SYNTAX_TEXT,     /* without a structure that anybody reads */
	SYNTAX_MARKED,   /* text with one: XML, forms, multipart, event streams */
	SYNTAX_BINARY,
	SYNTAX_GRPC, /* messages of gRPC; body_syntax_of does not look for them */
};

enum body_syntax body_syntax_of(const struct message *message, struct bytes start);

/* Reads by the media type; "application/json", "+json" suffixes, and, with no
 * Content-Type at all, by the first byte. `names`: of JSON that came before; or NULL. */
void body_read(struct exchange *exchange, struct message *message, struct json_names *names,
	       struct body_reading *out_reading);

/* Splits a query or form; at most LIMIT_BODY_VALUES fields. NULL and 0 when empty or without memory. */
struct form_field *form_read(struct bytes text, struct arena *arena, size_t *out_count);

/* %XX decoding into the arena; '+' becomes a space when plus_is_space. The same
 * run when there is nothing to decode; bad sequences are kept as they are. */
struct bytes percent_decode(struct bytes text, bool plus_is_space, struct arena *arena);
