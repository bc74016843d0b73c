#include "parsers/base/limits.h"
#include "specs/conform_check.h"
#include "specs/shape.h"

void departure_add(const struct checking *checking, const struct departure *departure)
{
	struct departures *out = checking->out;

	if (out->count == LIMIT_DEPARTURES) {
		out->left_out++;
		return;
	}
	out->list[out->count] = *departure;
	out->list[out->count++].side = checking->side;
}

struct bytes observed_shape(const struct checking *checking, struct bytes value)
{
	return value.len == 0 ? BYTES("an empty value") : shape_mask(value, &checking->exchange->arena);
}

/* How many bytes follow the first of a sequence (RFC 3629 section 4), and the least code point they may tell.
 */
static int continuation_count(unsigned char byte, uint32_t *out_least)
{
	if (byte < 0x80) {
		*out_least = 0;
		return 0;
	}
	if (byte >= 0xc2 && byte <= 0xdf) {
		*out_least = 0x80;
		return 1;
	}
	if ((byte & 0xf0) == 0xe0) {
		*out_least = 0x800;
		return 2;
	}
	*out_least = 0x10000;
	return byte >= 0xf0 && byte <= 0xf4 ? 3 : -1;
}

bool is_utf8(struct bytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char first = (unsigned char)text.data[i];
		uint32_t least, code;
		int more = continuation_count(first, &least);

		if (more < 0 || text.len - i <= (size_t)more)
			return false;
		code = more == 0 ? first : first & (0x3fu >> more);
		for (int j = 0; j < more; j++) {
			unsigned char next = (unsigned char)text.data[++i];

			if ((next & 0xc0) != 0x80)
				return false;
			code = code << 6 | (next & 0x3f);
		}
		if (code < least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
			return false;
	}
	return true;
}
