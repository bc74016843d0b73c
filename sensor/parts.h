/*
 * parts: several texts as one key, and back, without any of them being able to
 * look like two.
 */
#pragma once

#include "parsers/base/buffer.h"

/* Clears the buffer first. */
MUST_CHECK enum status parts_join(struct buffer *key, const struct bytes *parts, size_t count);
void parts_split(struct bytes key, struct bytes *out_parts, size_t count); /* borrowed from the key */
