#include "specs/departure.h"

#include "parsers/base/check.h"

const char *keyword_name(enum keyword keyword)
{
	static const char *const names[] = {
		[KEYWORD_REQUIRED] = "required",
		[KEYWORD_ADDITIONAL] = "additional",
		[KEYWORD_TYPE] = "type",
		[KEYWORD_NULL] = "null",
		[KEYWORD_ENUM] = "enum",
		[KEYWORD_CONST] = "const",
		[KEYWORD_PATTERN] = "pattern",
		[KEYWORD_FORMAT] = "format",
		[KEYWORD_RANGE] = "range",
		[KEYWORD_LENGTH] = "length",
		[KEYWORD_ITEMS] = "items",
		[KEYWORD_UNIQUE] = "unique",
		[KEYWORD_COMPOSITION] = "composition",
		[KEYWORD_DISCRIMINATOR] = "discriminator",
		[KEYWORD_READ_ONLY] = "read_only",
		[KEYWORD_WRITE_ONLY] = "write_only",
		[KEYWORD_STYLE] = "style",
		[KEYWORD_MALFORMED] = "malformed",
		[KEYWORD_ENCODING] = "encoding",
		[KEYWORD_MISSING] = "missing",
		[KEYWORD_UNEXPECTED] = "unexpected",
		[KEYWORD_EMPTY_VALUE] = "empty_value",
		[KEYWORD_OVERLIMIT] = "overlimit",
		[KEYWORD_UNDECLARED] = "undeclared",
		[KEYWORD_UNDECLARED_TYPE] = "undeclared_type",
		[KEYWORD_ODATA_ENTITY] = "entity_unknown",
		[KEYWORD_ODATA_PROPERTY] = "property_unknown",
		[KEYWORD_ODATA_OPTION] = "option_not_allowed",
		[KEYWORD_ODATA_BATCH] = "batch_part",
	};

	CHECK((size_t)keyword < sizeof(names) / sizeof(names[0]));
	return names[keyword];
}

const char *part_name(enum part part)
{
	static const char *const names[] = {
		[PART_PATH] = "path",     [PART_QUERY] = "query", [PART_HEADER] = "header",
		[PART_COOKIE] = "cookie", [PART_BODY] = "body",   [PART_STATUS] = "status",
	};

	CHECK((size_t)part < sizeof(names) / sizeof(names[0]));
	return names[part];
}
