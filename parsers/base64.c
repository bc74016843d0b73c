#include "parsers/jwt.h"

/* RFC 4648 sections 4 and 5: both alphabets, even mixed. -1 for anything else. */
static int sextet(char byte)
{
	if (byte >= 'A' && byte <= 'Z')
		return byte - 'A';
	if (byte >= 'a' && byte <= 'z')
		return byte - 'a' + 26;
	if (ascii_is_digit(byte))
		return byte - '0' + 52;
	if (byte == '+' || byte == '-')
		return 62;
	if (byte == '/' || byte == '_')
		return 63;
	return -1;
}

static struct bytes unpadded(struct bytes text)
{
	for (int i = 0; i < 2 && text.len > 0 && text.data[text.len - 1] == '='; i++)
		text.len--;
	return text;
}

struct bytes base64_decode(struct bytes text, struct arena *arena)
{
	struct bytes rest = unpadded(text);
	unsigned held = 0, held_bits = 0;
	size_t len = 0;
	char *out;

	if (rest.len % 4 == 1)
		return BYTES_NONE;
	out = arena_alloc(arena, rest.len / 4 * 3 + 3);
	if (out == NULL)
		return BYTES_NONE;
	for (size_t i = 0; i < rest.len; i++) {
		int value = sextet(rest.data[i]);

		if (value < 0)
			return BYTES_NONE;
		held = (held << 6 | (unsigned)value) & 0xFFFF;
		held_bits += 6;
		if (held_bits >= 8) {
			held_bits -= 8;
			out[len++] = (char)(held >> held_bits & 0xFF);
		}
	}
	return (struct bytes){.data = out, .len = len};
}
