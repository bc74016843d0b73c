/*
 * utf8: is a run of bytes text (RFC 3629)?
 */
#pragma once

#include "parsers/base/bytes.h"

/* UTF-8 without NUL: text that can be shown to patterns. */
bool utf8_is_text(struct bytes content);
