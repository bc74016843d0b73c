/* Files of the JSON Schema test suite that pass completely, and must go on doing so. */
#pragma once

#include <stddef.h>

static const char *const complete_draft_4[] = {
	"additionalItems.json", "additionalProperties.json",
	"allOf.json",           "anyOf.json",
	"maxItems.json",        "maxLength.json",
	"maximum.json",         "minProperties.json",
	"oneOf.json",           "properties.json",
	"required.json",        NULL,
};

static const char *const complete_2020_12[] = {
	"additionalProperties.json",
	"allOf.json",
	"anyOf.json",
	"contains.json",
	"exclusiveMaximum.json",
	"exclusiveMinimum.json",
	"if-then-else.json",
	"maxContains.json",
	"maxItems.json",
	"maxLength.json",
	"maximum.json",
	"minProperties.json",
	"oneOf.json",
	"properties.json",
	"propertyNames.json",
	"required.json",
	NULL,
};

static const char *const complete_formats[] = {
	"date.json", "email.json", "ipv4.json", "unknown.json", "uri.json", NULL,
};

static const char *const complete_optional[] = {
	"cross-draft.json",
	"dependencies-compatibility.json",
	"float-overflow.json",
	"non-bmp-regex.json",
	NULL,
};
