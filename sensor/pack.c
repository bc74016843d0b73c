#include "sensor/pack.h"

#include <float.h>
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

uint64_t pack_bits(double real)
{
	uint64_t bits;

	memcpy(&bits, &real, sizeof(bits));
	return bits;
}

double unpack_bits(uint64_t bits)
{
	double real;

	memcpy(&real, &bits, sizeof(real));
	return isfinite(real) && real >= 0 ? real : 0;
}

void pack_real(struct pack *pack, double real)
{
	pack_number(pack, pack_bits(real));
}

double unpack_real(struct cursor *cursor)
{
	return unpack_bits(cursor_u64(cursor));
}

float unpack_float(struct cursor *cursor)
{
	double real = unpack_real(cursor);

	return real <= (double)FLT_MAX ? (float)real : 0;
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

/* -- sketches: all registers, or three bytes for each that is set ------------------------- */

void pack_sketch(struct pack *pack, const struct sketch *sketch)
{
	char text[3 * SKETCH_REGISTERS];
	size_t len = 0;

	for (size_t i = 0; i < SKETCH_REGISTERS; i++) {
		if (sketch->registers[i] == 0)
			continue;
		text[len++] = (char)(i >> 8);
		text[len++] = (char)i;
		text[len++] = (char)sketch->registers[i];
	}
	if (len < SKETCH_REGISTERS)
		pack_text(pack, (struct bytes){.data = text, .len = len});
	else
		pack_text(pack, (struct bytes){.data = (const char *)sketch->registers,
					       .len = sizeof(sketch->registers)});
}

void unpack_sketch(struct cursor *cursor, struct sketch *out_sketch)
{
	struct bytes text = unpack_text(cursor);
	const uint8_t *at = (const uint8_t *)text.data;

	*out_sketch = (struct sketch){0};
	if (text.len == sizeof(out_sketch->registers)) {
		for (size_t i = 0; i < SKETCH_REGISTERS; i++)
			sketch_raise(out_sketch, i, at[i]);
		return;
	}
	for (size_t left = text.len; left >= 3; left -= 3, at += 3)
		sketch_raise(out_sketch, (size_t)(at[0] << 8 | at[1]) % SKETCH_REGISTERS, at[2]);
}

/* -- maps ------------------------------------------------------------------------------------ */

#define KEY_LEN_MAX 4096 /* hashes, names of partners and operations: those of today are far shorter */

const void *pack_next(const struct pack_map *maps, size_t map_count, struct pack_place *place,
		      struct pack *pack)
{
	if (place->at != NULL) {
		place->at = map_newer(place->at);
		place->part += place->at == NULL;
	}
	for (; place->at == NULL && place->part < map_count; place->part += place->at == NULL)
		place->at = map_oldest(maps[place->part].map);
	if (place->at == NULL)
		return NULL;
	pack_number(pack, place->part);
	pack_text(pack, map_key(place->at));
	return place->at;
}

void *unpack_next(const struct pack_map *maps, size_t map_count, struct cursor *cursor, size_t *out_part,
		  uint64_t out_numbers[PACK_NUMBERS_MAX])
{
	uint64_t part = cursor_u64(cursor);
	struct bytes key = unpack_text(cursor);
	bool is_new;

	if (cursor->ran_out || part >= map_count || key.len > KEY_LEN_MAX)
		return NULL;
	unpack_numbers(cursor, out_numbers, maps[part].number_count);
	if (cursor->ran_out)
		return NULL;
	*out_part = part;
	return map_put(maps[part].map, key, &is_new);
}
