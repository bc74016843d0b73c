/*
 * departure: one way in which an exchange leaves its contract. The vocabulary
 * of conform.* and shadow.*: an undeclared name is shadow, a
 * declared one that is broken is conform.
 *
 * Lends    its texts: in the exchange's arena, or in the frozen contract.
 */
#pragma once

#include "parsers/base/bytes.h"

enum side { SIDE_REQUEST, SIDE_RESPONSE };

enum part { PART_PATH, PART_QUERY, PART_HEADER, PART_COOKIE, PART_BODY, PART_STATUS };

/* The closed list of keywords of conform.<side>.<part>.<keyword>; the shadow ones stand at the end. */
enum keyword {
	KEYWORD_REQUIRED,
	KEYWORD_ADDITIONAL, /* additionalProperties or unevaluatedProperties: false */
	KEYWORD_TYPE,
	KEYWORD_NULL,
	KEYWORD_ENUM,
	KEYWORD_CONST,
	KEYWORD_PATTERN,
	KEYWORD_FORMAT,
	KEYWORD_RANGE, /* minimum, maximum, exclusive bounds, multipleOf */
	KEYWORD_LENGTH,
	KEYWORD_ITEMS, /* minItems, maxItems, contains; min/maxProperties */
	KEYWORD_UNIQUE,
	KEYWORD_COMPOSITION, /* oneOf, anyOf, not, if */
	KEYWORD_DISCRIMINATOR,
	KEYWORD_READ_ONLY,
	KEYWORD_WRITE_ONLY,
	KEYWORD_STYLE,
	KEYWORD_MALFORMED,
	KEYWORD_ENCODING,
	KEYWORD_MISSING,
	KEYWORD_UNEXPECTED,
	KEYWORD_EMPTY_VALUE,
	KEYWORD_OVERLIMIT,
	KEYWORD_CONFORM_COUNT,

	/* undeclared names: shadow.query_param, .request_field, .response_field, .status, .content_type */
	KEYWORD_UNDECLARED = KEYWORD_CONFORM_COUNT,
	KEYWORD_UNDECLARED_TYPE, /* the media type */

	/* conform.odata.*, whatever the side and part */
	KEYWORD_ODATA_ENTITY,   /* no such entity set, singleton or import */
	KEYWORD_ODATA_PROPERTY, /* no such property, navigation, parameter or function */
	KEYWORD_ODATA_OPTION,   /* a query option that is unknown, broken or not allowed here */
	KEYWORD_ODATA_BATCH,    /* a part of a batch that is no request or response */
};

struct departure {
	enum side side;
	enum part part;
	enum keyword keyword;
	struct bytes name;           /* of the parameter or field line; empty for bodies */
	struct bytes pointer;        /* RFC 6901, into the body or the parameter's value; "" is the root */
	struct bytes schema_pointer; /* RFC 6901, into the spec file */
	struct bytes expected;       /* for humans: "integer", "at most 40 characters" */
	struct bytes observed;       /* masked: kinds, lengths and shapes, never a raw value */
};

struct departures {
	struct departure *list; /* LIMIT_DEPARTURES of them */
	size_t count;
	uint64_t left_out;
};

const char *keyword_name(enum keyword keyword); /* "required", "range" ... */
const char *part_name(enum part part);          /* "path", "body" ... */
