/*
 * scan_memory: header fields that hold nothing. The fields of a client are the same
 * in each of its requests, byte for byte: one in which the scan found nothing, and
 * that cost no work of the matcher, is known again and not scanned again. Nothing else
 * is remembered, and no credential: its field is scanned each time.
 *
 *	if (memory_has(memory, &field)) count it as seen, and go on
 *	...
 *	memory_put(memory, &field);	nothing was found
 *
 * Owns     a table of fixed size; a field that is new takes the place of another. Wiped when it goes.
 * Thread   one scanner's.
 */
#pragma once

#include "rules/pack.h"

struct scan_memory;

struct scan_field {
	enum scan_place place;
	struct bytes name, text;
};

struct scan_memory *memory_new(void); /* NULL without memory */
void memory_free(struct scan_memory *memory);

bool memory_has(const struct scan_memory *memory, const struct scan_field *field);
void memory_put(struct scan_memory *memory, const struct scan_field *field);
