#include "rules/scan_layer.h"

#include "parsers/body.h"
#include "parsers/jwt.h"
#include "parsers/utf8.h"

/* How much is decoded to see whether text comes out: a file says what it is in fewer bytes. */
#define BASE64_PROBE_LEN 64

enum {
	LETTER_LOWER = 1,
	LETTER_UPPER = 2,
	NOT_BASE64 = 4,
};

static unsigned kind_of_base64(char byte)
{
	if (byte >= 'a' && byte <= 'z')
		return LETTER_LOWER;
	if (byte >= 'A' && byte <= 'Z')
		return LETTER_UPPER;
	return ascii_is_digit(byte) || byte == '+' || byte == '/' || byte == '-' || byte == '_' ? 0
												: NOT_BASE64;
}

/* Letters of both cases, as words have that are encoded: neither a number nor an identifier in hexadecimal.
 */
static bool is_base64(struct bytes text)
{
	unsigned kinds = 0;
	size_t end = text.len;

	if (text.len < SCAN_BASE64_LEN_MIN)
		return false;
	while (end > text.len - 2 && text.data[end - 1] == '=')
		end--;
	for (size_t i = 0; i < end && kinds < NOT_BASE64; i++)
		kinds |= kind_of_base64(text.data[i]);
	return kinds == (LETTER_LOWER | LETTER_UPPER) && end % 4 != 1;
}

static bool is_text(struct bytes run)
{
	for (size_t i = 0; i < run.len; i++)
		if ((unsigned char)run.data[i] < 0x20 && !ascii_is_space(run.data[i]))
			return false;
	return run.len > 0 && utf8_is_text(run);
}

/* The probe may end inside a character: its bytes are left away. */
static bool is_text_so_far(struct bytes run)
{
	for (int i = 0; i < 3 && run.len > 0 && (unsigned char)run.data[run.len - 1] >= 0x80; i++)
		run.len--;
	return is_text(run);
}

static struct bytes base64_open(struct bytes text, struct arena *arena)
{
	struct bytes decoded;

	/* "data:text/plain;base64,..." (RFC 2397) */
	if (bytes_starts(text, BYTES("data:"))) {
		size_t at = bytes_find(bytes_slice(text, 0, 200), BYTES(";base64,"));

		text = at == BYTES_NOT_FOUND ? BYTES_NONE : bytes_from(text, at + 8);
	}
	if (!is_base64(text))
		return BYTES_NONE;
	if (text.len > BASE64_PROBE_LEN &&
	    !is_text_so_far(base64_decode(bytes_slice(text, 0, BASE64_PROBE_LEN), arena)))
		return BYTES_NONE;
	decoded = base64_decode(text, arena);
	return is_text(decoded) ? decoded : BYTES_NONE;
}

static struct bytes token_open(struct bytes text, struct arena *arena)
{
	struct bytes rest;

	if (bytes_starts(text, BYTES("Bearer ")))
		text = bytes_from(text, 7);
	if (!jwt_is_likely(text))
		return BYTES_NONE;
	rest = text;
	(void)bytes_split(&rest, '.');
	return base64_decode(bytes_split(&rest, '.'), arena);
}

static bool is_hex(char byte)
{
	return ascii_is_digit(byte) || (byte >= 'A' && byte <= 'F') || (byte >= 'a' && byte <= 'f');
}

static struct bytes percent_open(struct bytes text, struct arena *arena)
{
	size_t at = bytes_find_byte(text, '%');
	struct bytes decoded;

	if (at == BYTES_NOT_FOUND || at + 2 >= text.len || !is_hex(text.data[at + 1]) ||
	    !is_hex(text.data[at + 2]))
		return BYTES_NONE;
	decoded = percent_decode(text, false, arena);
	return decoded.data == text.data ? BYTES_NONE : decoded;
}

struct bytes layer_open(enum scan_layer layer, struct bytes value, struct arena *arena)
{
	switch (layer) {
	case SCAN_LAYER_PERCENT:
		return percent_open(value, arena);
	case SCAN_LAYER_BASE64:
		return base64_open(value, arena);
	case SCAN_LAYER_TOKEN:
		return token_open(value, arena);
	case SCAN_LAYER_NONE:
	case SCAN_LAYER_COUNT:
		break;
	}
	return BYTES_NONE;
}
