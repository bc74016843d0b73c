/* schema_format: the formats that are asserted; all others are annotations. */
#pragma once

#include "parsers/base/bytes.h"

enum format {
	FORMAT_NONE,
	FORMAT_DATE,
	FORMAT_DATE_TIME,
	FORMAT_TIME,
	FORMAT_EMAIL,
	FORMAT_UUID,
	FORMAT_URI,
	FORMAT_HOSTNAME,
	FORMAT_IPV4,
	FORMAT_IPV6,
	FORMAT_BYTE,
	FORMAT_BASE64URL,
	FORMAT_DURATION,
	FORMAT_INT32, /* from here on: of numbers */
	FORMAT_INT64,
};

enum format format_of(struct bytes name);
const char *format_name(enum format format);
bool format_fits(enum format format, struct bytes text); /* of text; the number formats always fit */
