/*
 * body_read: what the files that read bodies share. For body*.c only.
 *
 * Lends    as parsers/body.h says: runs of the content, trees in the arena.
 */
#pragma once

#include "parsers/body.h"

/* -- body.c ----------------------------------------------------------------- */
bool body_is_json_type(struct bytes type);
struct body_reading body_not_read(enum body_kind kind, struct bytes content, const char *error,
				  size_t error_offset);
/* `names`: NULL for a tree that is copied. */
struct body_reading body_read_json(struct bytes content, struct arena *arena, struct json_names *names);

/* -- body_multipart.c ------------------------------------------------------- */
struct body_reading body_read_multipart(struct bytes content, struct bytes content_type, struct arena *arena);

/* -- body_xml.c --------------------------------------------------------------- */
struct body_reading body_read_xml(struct bytes content, struct arena *arena);

/* -- body_items.c ------------------------------------------------------------- */
struct body_reading body_read_lines(struct bytes content, struct arena *arena);
struct body_reading body_read_sequence(struct bytes content, struct arena *arena);
struct body_reading body_read_events(struct bytes content, struct arena *arena);
