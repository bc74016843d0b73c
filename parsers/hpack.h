/*
 * hpack: reads the header blocks of one direction of HTTP/2 (HPACK, RFC 7541), field by field.
 *
 *	struct hpack_block block = hpack_block(bytes, &arena);
 *	while (hpack_next(&table, &block, &field)) ...
 *	if (block.is_wrong) ...			the table is worth nothing any more
 *	hpack_table_forget(&table);		when the fields of the block are no longer needed
 *
 * Nothing is copied that lies somewhere: a field's texts are in the table, in
 * the block, or in the arena where they had to be decoded.
 *
 * Lends    the fields, until hpack_table_forget and as long as block and arena are there.
 * Thread   one.
 */
#pragma once

#include "parsers/base/arena.h"
#include "parsers/hpack_table.h"

struct hpack_block {
	const unsigned char *at, *end;
	struct arena *arena;
	bool has_fields; /* one came: the table's size may no longer change */
	bool is_wrong;   /* the rest is no header block, or there is no memory */
};

struct hpack_block hpack_block(struct bytes bytes, struct arena *arena);

/* False: there are no more, or it is_wrong. */
bool hpack_next(struct hpack_table *table, struct hpack_block *block, struct hpack_field *out_field);
