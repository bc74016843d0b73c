/*
 * scan_context: does a word stand in a name or beside a match? Names are taken
 * apart as people write them: "socialSecurityNo2", "social_security-no".
 *
 *	context_clear(&context);
 *	context_add(&context, key);
 *	if (context_has(&context, BYTES("socialsecurity")))
 */
#pragma once

#include "parsers/base/bytes.h"

#define CONTEXT_TEXT_MAX  256
#define CONTEXT_PARTS_MAX 64

struct scan_context {
	char text[CONTEXT_TEXT_MAX]; /* letters and digits, lower case */
	size_t len;
	uint16_t starts[CONTEXT_PARTS_MAX + 1]; /* of the parts, and the end */
	size_t part_count;
};

void context_clear(struct scan_context *context);
void context_add(struct scan_context *context, struct bytes name);

/* The word as one part or several in a row; a word of six letters and more also inside a part. */
bool context_has(const struct scan_context *context, struct bytes word);

bool context_has_any(const struct scan_context *context, const struct bytes *words, size_t count);

/* What stands before a match in running text and belongs to it: at most 40 bytes, not beyond the
 * line, the sentence, the list item or the element. */
struct bytes context_before(struct bytes text, size_t from);
