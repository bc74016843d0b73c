/*
 * risk_step: the codes of compiled risk expressions. Included by the compiler
 * and by what runs them, alone.
 */
#pragma once

enum risk_code {
	CODE_NUMBER, /* pushes the step's number */
	CODE_TEXT,   /* pushes the step's text */
	CODE_FIELD,  /* pushes what enum risk_field names */
	CODE_COUNT,
	CODE_CLASS,
	CODE_AUTH,
	CODE_PARTNER,
	CODE_NOT,
	CODE_MINUS, /* of one */
	CODE_ADD,
	CODE_SUBTRACT,
	CODE_MULTIPLY,
	CODE_DIVIDE,
	CODE_EQUAL,
	CODE_UNEQUAL,
	CODE_LESS,
	CODE_AT_MOST,
	CODE_MORE,
	CODE_AT_LEAST,
	CODE_LIKE, /* texts; the right one may hold * and ? */
	CODE_UNLIKE,
	CODE_AND,
	CODE_OR
};

enum risk_field {
	FIELD_CALLS,
	FIELD_ERRORS,
	FIELD_PARTNERS,
	FIELD_CLASSES,
	FIELD_SEVERITY,
	FIELD_DOCUMENTED,
	FIELD_DEPRECATED,
	FIELD_OPEN,
	FIELD_EXPOSURE,
	FIELD_METHOD,
	FIELD_HOST,
	FIELD_PATH,
	FIELD_OPERATION,
	FIELD_API
};
