/*
 * seen: inventory records read back, as a document that a person or a tool can
 * work with: OpenAPI 3.1 of all that was seen, or an Overlay 1.0 that would make
 * the contracts name it.
 *
 *	seen_init(&seen);
 *	seen_add_lines(&seen, text);	JSON Lines; records that are no inventory are passed over
 *	text = seen_write(&seen, SEEN_OPENAPI);
 *
 * A later record of an endpoint takes the place of an earlier one.
 *
 * Owns     the documents that it read. Thread: one.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/map.h"

struct seen {
	struct map map; /* host, method, template -> its newest record */
	uint64_t records, left_out;
};

enum seen_form { SEEN_OPENAPI, SEEN_OVERLAY };

void seen_init(struct seen *seen);
void seen_finish(struct seen *seen);

/* False without memory. Lines that are no JSON are counted in left_out. */
bool seen_add_lines(struct seen *seen, struct bytes text);
bool seen_add_items(struct seen *seen, struct bytes text); /* of GET /v1/inventory */

/* malloc'ed JSON, the caller frees; NULL without memory. The same records give the same bytes. */
char *seen_write(const struct seen *seen, enum seen_form form, size_t *out_len);
