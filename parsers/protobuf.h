/*
 * protobuf: the wire format of Protocol Buffers ("Encoding",
 * protobuf.dev/programming-guides/encoding), one field after another. Without
 * its schema a message says numbers and wire types, never names.
 *
 *	struct cursor cursor = cursor_of(message);
 *	while (protobuf_next(&cursor, &field))
 *		use(&field);
 *	if (cursor.ran_out)			this was no message
 *
 * Owns     nothing. Lends field.bytes of the message.
 */
#pragma once

#include "parsers/base/cursor.h"

enum protobuf_wire {
	PROTOBUF_VARINT = 0,
	PROTOBUF_FIXED64 = 1,
	PROTOBUF_LEN = 2, /* a text, bytes, a message or packed numbers */
	PROTOBUF_GROUP = 3,
	PROTOBUF_GROUP_END = 4,
	PROTOBUF_FIXED32 = 5,
};

struct protobuf_field {
	uint32_t number; /* from 1 */
	enum protobuf_wire wire;
	uint64_t value;     /* PROTOBUF_VARINT */
	struct bytes bytes; /* PROTOBUF_LEN */
};

/* False at the end, and where it is no field: then cursor->ran_out. */
bool protobuf_next(struct cursor *cursor, struct protobuf_field *out_field);

/* Is this a message from its first byte to its last, groups balanced? Looks at one level only: what is in
 * PROTOBUF_LEN fields is not asked. *out_has_len: it has such fields. */
bool protobuf_is_message(struct bytes run, bool *out_has_len);
