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

#include <endian.h>
#include <string.h>

#include "parsers/base/bytes.h"

struct cursor {
	const unsigned char *at;
	size_t left;
	bool ran_out;
};

static inline struct cursor cursor_of(struct bytes run)
{
	return (struct cursor){.at = (const unsigned char *)run.data, .left = run.len};
}

static inline struct bytes cursor_take(struct cursor *cursor, size_t len)
{
	const unsigned char *at = cursor->at;

	if (cursor->ran_out || len > cursor->left) {
		cursor->ran_out = true;
		cursor->left = 0;
		return BYTES_NONE;
	}
	if (len > 0)
		cursor->at += len;
	cursor->left -= len;
	return (struct bytes){.data = (const char *)at, .len = at == NULL ? 0 : len};
}

static inline void cursor_skip(struct cursor *cursor, size_t len)
{
	(void)cursor_take(cursor, len);
}

/* What is left, not consumed. */
static inline struct bytes cursor_rest(const struct cursor *cursor)
{
	return (struct bytes){.data = (const char *)cursor->at, .len = cursor->left};
}

/* Network byte order (RFC 791, appendix B). */
static inline uint64_t cursor_number(struct cursor *cursor, size_t len)
{
	struct bytes run = cursor_take(cursor, len);
	uint64_t value = 0;

	for (size_t i = 0; run.len == len && i < len; i++)
		value = value << 8 | (unsigned char)run.data[i];
	return value;
}

/* Of a run that is known to be so long: headers of a fixed length are looked at once. */
static inline uint16_t bytes_u16(struct bytes run, size_t at)
{
	uint16_t value;

	memcpy(&value, run.data + at, sizeof(value));
	return be16toh(value);
}

static inline uint32_t bytes_u32(struct bytes run, size_t at)
{
	uint32_t value;

	memcpy(&value, run.data + at, sizeof(value));
	return be32toh(value);
}

static inline uint8_t cursor_u8(struct cursor *cursor)
{
	return (uint8_t)cursor_number(cursor, 1);
}

static inline uint16_t cursor_u16(struct cursor *cursor)
{
	return (uint16_t)cursor_number(cursor, 2);
}

static inline uint32_t cursor_u24(struct cursor *cursor)
{
	return (uint32_t)cursor_number(cursor, 3);
}

static inline uint32_t cursor_u32(struct cursor *cursor)
{
	return (uint32_t)cursor_number(cursor, 4);
}

static inline uint64_t cursor_u64(struct cursor *cursor)
{
	return cursor_number(cursor, 8);
}
