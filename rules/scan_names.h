/*
 * scan_names: which classes does a name give context to? Names repeat, so the
 * answers are kept.
 *
 *	bits = names_classes(names, key);
 *	if (bits != NULL && (bits[index / 64] >> index % 64 & 1))
 *
 * Owns     a table of fixed size; a name that is new takes the place of another.
 * Lends    the bits, until the next call.
 * Thread   one scanner's.
 */
#pragma once

#include "rules/pack.h"

struct scan_names;

struct scan_names *names_new(const struct packs *packs); /* NULL without memory */
void names_free(struct scan_names *names);

size_t names_words(const struct scan_names *names); /* of 64 bits each, in one answer */
const uint64_t *names_classes(struct scan_names *names, struct bytes name); /* NULL: none */
