/*
 * uuid: is a text a UUID as it is written (RFC 9562 section 4)?
 */
#pragma once

#include "parsers/base/bytes.h"

#define UUID_LEN 36

/* Of any version, in letters of either case. */
bool uuid_is(struct bytes text);
