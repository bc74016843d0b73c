#include "parsers/hpack.h"

#include "parsers/base/limits.h"
#include "parsers/hpack_huffman.h"

/* What a first byte says (RFC 7541 section 6). */
#define IS_KNOWN  0x80 /* a field of the table; else it is literal, or */
#define IS_KEPT   0x40 /* and becomes one of the table */
#define IS_RESIZE 0x20 /* of the table, when neither of the others */

#define IS_HUFFMAN 0x80 /* of a text's first byte */

struct hpack_block hpack_block(struct bytes bytes, struct arena *arena)
{
	const unsigned char *at = (const unsigned char *)bytes.data;

	return (struct hpack_block){.at = at, .end = bytes.len == 0 ? at : at + bytes.len, .arena = arena};
}

/* RFC 7541 section 5.1. Seven bits a byte: five bytes are more than anything here may be. */
static bool read_number(struct hpack_block *block, unsigned prefix_bits, uint32_t number_max,
			uint32_t *out_number)
{
	uint64_t ones = (1u << prefix_bits) - 1, number;

	if (block->at == block->end)
		return false;
	number = *block->at++ & ones;
	for (unsigned shift = 0, byte = number == ones ? 0x80 : 0; byte & 0x80; shift += 7) {
		if (block->at == block->end || shift > 28)
			return false;
		byte = *block->at++;
		number += (uint64_t)(byte & 0x7f) << shift;
	}
	*out_number = (uint32_t)number;
	return number <= number_max;
}

/* RFC 7541 section 5.2. */
static bool read_text(struct hpack_block *block, struct bytes *out_text)
{
	bool is_huffman = block->at < block->end && *block->at & IS_HUFFMAN;
	struct bytes coded = {0};
	uint32_t len;
	char *text;

	if (!read_number(block, 7, LIMIT_HPACK_TEXT, &len) || len > (size_t)(block->end - block->at))
		return false;
	coded = (struct bytes){.data = (const char *)block->at, .len = len};
	block->at += len;
	*out_text = coded;
	if (!is_huffman)
		return true;
	text = arena_take(block->arena, HPACK_HUFFMAN_ROOM(coded.len) + 1);
	out_text->data = text;
	return text != NULL && hpack_huffman_decode(coded, text, &out_text->len);
}

/* RFC 9113 section 8.2.1: no upper case, nothing below '!' nor beyond '~', no colon. */
static bool name_is_valid(struct bytes name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.data[i] <= ' ' || name.data[i] > '~' || name.data[i] == ':' ||
		    name.data[i] != ascii_lower(name.data[i]))
			return false;
	return name.len > 0;
}

static const struct hpack_name *read_name(struct hpack_block *block)
{
	const struct hpack_name *known;
	struct hpack_name *name;
	struct bytes text;

	if (!read_text(block, &text))
		return NULL;
	known = bytes_starts(text, BYTES(":")) ? hpack_table_pseudo(text) : NULL;
	if (known != NULL)
		return known;
	name = arena_take(block->arena, sizeof(*name));
	if (name != NULL)
		*name = (struct hpack_name){.text = text, .is_valid = name_is_valid(text)};
	return name;
}

static bool read_known(struct hpack_table *table, struct hpack_block *block, struct hpack_field *out_field)
{
	const struct hpack_field *field;
	uint32_t number;

	if (!read_number(block, 7, UINT32_MAX, &number))
		return false;
	field = hpack_table_find(table, number);
	if (field == NULL)
		return false;
	*out_field = *field;
	return true;
}

static bool read_literal(struct hpack_table *table, struct hpack_block *block, struct hpack_field *out_field)
{
	bool is_kept = *block->at & IS_KEPT;
	const struct hpack_field *known;
	struct hpack_field field;
	uint32_t number;

	if (!read_number(block, is_kept ? 6 : 4, UINT32_MAX, &number))
		return false;
	known = hpack_table_find(table, number);
	if (number > 0 && known == NULL)
		return false;
	field.name = known != NULL ? known->name : read_name(block);
	if (field.name == NULL || !read_text(block, &field.value))
		return false;
	*out_field = field;
	return !is_kept || hpack_table_add(table, &field);
}

/* RFC 7541 sections 4.2 and 6.3: before the fields only. */
static bool read_resize(struct hpack_table *table, struct hpack_block *block)
{
	uint32_t bytes_max;

	if (block->has_fields || !read_number(block, 5, LIMIT_HPACK_TABLE, &bytes_max))
		return false;
	hpack_table_resize(table, bytes_max);
	return true;
}

bool hpack_next(struct hpack_table *table, struct hpack_block *block, struct hpack_field *out_field)
{
	while (block->at < block->end && !block->is_wrong) {
		unsigned first = *block->at;

		if (!(first & IS_KNOWN) && !(first & IS_KEPT) && first & IS_RESIZE) {
			block->is_wrong = !read_resize(table, block);
			continue;
		}
		block->has_fields = true;
		block->is_wrong = first & IS_KNOWN ? !read_known(table, block, out_field)
						   : !read_literal(table, block, out_field);
		return !block->is_wrong;
	}
	return false;
}
