#include "parsers/protobuf.h"

#define NUMBER_MAX ((1u << 29) - 1)

/* Ten bytes of seven bits at most; the tenth has one. */
static uint64_t read_varint(struct cursor *cursor)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte = cursor_u8(cursor);

		value |= (uint64_t)(byte & 0x7f) << (shift < 64 ? shift : 63);
		if (byte < 0x80)
			return value;
	}
	cursor->ran_out = true;
	return 0;
}

bool protobuf_next(struct cursor *cursor, struct protobuf_field *out_field)
{
	struct protobuf_field field = {0};
	uint64_t tag, len;

	if (cursor->ran_out || cursor->left == 0)
		return false;
	tag = read_varint(cursor);
	field.wire = (enum protobuf_wire)(tag & 7);
	if (tag >> 3 == 0 || tag >> 3 > NUMBER_MAX || field.wire > PROTOBUF_FIXED32)
		cursor->ran_out = true;
	if (cursor->ran_out)
		return false;
	field.number = (uint32_t)(tag >> 3);
	if (field.wire == PROTOBUF_VARINT) {
		field.value = read_varint(cursor);
	} else if (field.wire == PROTOBUF_FIXED64) {
		cursor_skip(cursor, 8);
	} else if (field.wire == PROTOBUF_FIXED32) {
		cursor_skip(cursor, 4);
	} else if (field.wire == PROTOBUF_LEN) {
		len = read_varint(cursor);
		if (len > cursor->left)
			cursor->ran_out = true;
		else
			field.bytes = cursor_take(cursor, (size_t)len);
	}
	if (cursor->ran_out)
		return false;
	*out_field = field;
	return true;
}

bool protobuf_is_message(struct bytes run, bool *out_has_len)
{
	struct cursor cursor = cursor_of(run);
	struct protobuf_field field;
	bool has_len = false;
	size_t groups = 0;

	while (protobuf_next(&cursor, &field)) {
		has_len = has_len || field.wire == PROTOBUF_LEN;
		groups += field.wire == PROTOBUF_GROUP;
		if (field.wire == PROTOBUF_GROUP_END && groups-- == 0)
			return false;
	}
	if (cursor.ran_out || groups > 0)
		return false;
	*out_has_len = has_len;
	return true;
}
