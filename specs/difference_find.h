/*
 * difference_find: what the files of the comparison share. For difference*.c only.
 */
#pragma once

#include "parsers/base/limits.h"
#include "specs/difference.h"
#include "specs/openapi.h"

/* One of the two versions. */
struct version {
	struct references references;
	struct arena arena;
	const struct document *document;
	struct openapi openapi;
};

struct comparing {
	struct version old, new;
	struct differences *out;
	struct map seen; /* pairs of schema nodes already compared, by direction */
	struct bytes operation;
	struct place old_place, new_place; /* of the operation */
};

enum direction_of_use { USE_REQUEST, USE_RESPONSE };

struct bytes where_below(const struct comparing *comparing, struct bytes where, struct bytes name);

/* `place` NULL: that of the operation. */
void difference_add(const struct comparing *comparing, const struct difference *difference,
		    const char *format, ...) __attribute__((format(printf, 3, 4)));

/* -- difference_schema.c ---------------------------------------------------------- */

/* Either may be NULL: anything. */
void schemas_compare(struct comparing *comparing, enum direction_of_use use, struct bytes where,
		     const struct schema *old, const struct schema *new);
