/*
 * cursor: reads numbers and runs from borrowed bytes. The first short read
 * sticks: it and all later ones give zeroes and empty runs, and ran_out says so.
 * A parser makes its ten reads and looks once.
 *
 *	struct cursor cursor = cursor_of(bytes);
 *	type = cursor_u16(&cursor);
 *	if (cursor.ran_out)
 *		return false;
 */
#pragma once

#include "parsers/base/bytes.h"

struct cursor {
	const unsigned char *at;
	size_t left;
	bool ran_out;
};

struct cursor cursor_of(struct bytes run);

/* Network byte order (RFC 791, appendix B). */
uint8_t cursor_u8(struct cursor *cursor);
uint16_t cursor_u16(struct cursor *cursor);
uint32_t cursor_u24(struct cursor *cursor);
uint32_t cursor_u32(struct cursor *cursor);
uint64_t cursor_u64(struct cursor *cursor);

struct bytes cursor_take(struct cursor *cursor, size_t len);
void cursor_skip(struct cursor *cursor, size_t len);
struct bytes cursor_rest(const struct cursor *cursor); /* what is left, not consumed */
