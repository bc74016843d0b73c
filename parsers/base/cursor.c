#include "parsers/base/cursor.h"

struct cursor cursor_of(struct bytes run)
{
	return (struct cursor){.at = (const unsigned char *)run.data, .left = run.len};
}

static const unsigned char *take(struct cursor *cursor, size_t len)
{
	const unsigned char *at = cursor->at;

	if (cursor->ran_out || len > cursor->left) {
		cursor->ran_out = true;
		cursor->left = 0;
		return NULL;
	}
	if (len > 0)
		cursor->at += len;
	cursor->left -= len;
	return at;
}

static uint64_t number(struct cursor *cursor, size_t len)
{
	const unsigned char *at = take(cursor, len);
	uint64_t value = 0;

	for (size_t i = 0; at != NULL && i < len; i++)
		value = value << 8 | at[i];
	return value;
}

uint8_t cursor_u8(struct cursor *cursor)
{
	return (uint8_t)number(cursor, 1);
}

uint16_t cursor_u16(struct cursor *cursor)
{
	return (uint16_t)number(cursor, 2);
}

uint32_t cursor_u24(struct cursor *cursor)
{
	return (uint32_t)number(cursor, 3);
}

uint32_t cursor_u32(struct cursor *cursor)
{
	return (uint32_t)number(cursor, 4);
}

uint64_t cursor_u64(struct cursor *cursor)
{
	return number(cursor, 8);
}

struct bytes cursor_take(struct cursor *cursor, size_t len)
{
	const unsigned char *at = take(cursor, len);

	return at == NULL ? BYTES_NONE : (struct bytes){.data = (const char *)at, .len = len};
}

void cursor_skip(struct cursor *cursor, size_t len)
{
	(void)take(cursor, len);
}

struct bytes cursor_rest(const struct cursor *cursor)
{
	return (struct bytes){.data = (const char *)cursor->at, .len = cursor->left};
}
