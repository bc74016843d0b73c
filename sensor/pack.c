#include "sensor/pack.h"

#include <math.h>
#include <string.h>

#include "sensor/publish/spool_frame.h"

struct pack pack_begin(struct buffer *out)
{
	buffer_clear(out);
	return (struct pack){.out = out, .status = STATUS_OK};
}

void pack_number(struct pack *pack, uint64_t number)
{
	char text[8];

	frame_put_u64(text, number);
	if (pack->status == STATUS_OK)
		pack->status = buffer_append(pack->out, (struct bytes){.data = text, .len = sizeof(text)});
}

void pack_numbers(struct pack *pack, const uint64_t *numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		pack_number(pack, numbers[i]);
}

void pack_text(struct pack *pack, struct bytes text)
{
	pack_number(pack, text.len);
	if (pack->status == STATUS_OK && text.len > 0)
		pack->status = buffer_append(pack->out, text);
}

void pack_real(struct pack *pack, double real)
{
	uint64_t bits;

	memcpy(&bits, &real, sizeof(bits));
	pack_number(pack, bits);
}

double unpack_real(struct cursor *cursor)
{
	uint64_t bits = cursor_u64(cursor);
	double real;

	memcpy(&real, &bits, sizeof(real));
	return isfinite(real) && real >= 0 ? real : 0;
}

void unpack_numbers(struct cursor *cursor, uint64_t *out_numbers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		out_numbers[i] = cursor_u64(cursor);
}

struct bytes unpack_text(struct cursor *cursor)
{
	uint64_t len = cursor_u64(cursor);

	return cursor_take(cursor, len > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t)len);
}
