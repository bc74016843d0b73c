#include "specs/shape.h"

static char shape_of(char byte)
{
	if (ascii_is_digit(byte))
		return '9';
	if (byte >= 'a' && byte <= 'z')
		return 'a';
	if (byte >= 'A' && byte <= 'Z')
		return 'A';
	return byte >= ' ' && byte <= '~' ? byte : '?';
}

struct bytes shape_mask(struct bytes value, struct arena *arena)
{
	char shape[SHAPE_BYTES_MAX];
	size_t len = value.len < sizeof(shape) ? value.len : sizeof(shape);

	for (size_t i = 0; i < len; i++)
		shape[i] = shape_of(value.data[i]);
	return arena_printf(arena, "%.*s%s", (int)len, shape, value.len > len ? "..." : "");
}
