#include "rules/scan_layer.h"

#include "parsers/body.h"
#include "parsers/jwt.h"
#include "parsers/utf8.h"
#include "rules/glance.h"

/* How much is decoded to see whether text comes out: a file says what it is in fewer bytes. */
#define BASE64_PROBE_LEN 64

/* Sixteen bytes of a value, some of them twice where it is shorter. At least eight. */
static __m128i bytes_at(struct bytes value, size_t at)
{
	int64_t head, tail;

	if (value.len >= 16)
		return _mm_loadu_si128((const __m128i *)(const void *)(value.data + at));
	memcpy(&head, value.data, sizeof(head));
	memcpy(&tail, value.data + value.len - sizeof(tail), sizeof(tail));
	return _mm_set_epi64x(tail, head);
}

/* Where the sixteen bytes behind `at` begin: the last ones end with the value. */
static size_t next_at(struct bytes value, size_t at)
{
	return value.len - at >= 32 ? at + 16 : value.len - 16;
}

static __m128i is_byte(__m128i bytes, char byte)
{
	return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(byte));
}

static bool has_percent(struct bytes value)
{
	__m128i found;

	if (value.len < 8)
		return bytes_find_byte(value, '%') != BYTES_NOT_FOUND;
	found = is_byte(bytes_at(value, 0), '%');
	for (size_t at = 0; at + 16 < value.len;) {
		at = next_at(value, at);
		found = _mm_or_si128(found, is_byte(bytes_at(value, at), '%'));
	}
	return _mm_movemask_epi8(found) != 0;
}

/* Letters of both cases, as words have that are encoded: neither a number nor an identifier in hexadecimal.
 */
static bool is_base64(struct bytes text)
{
	__m128i lower = _mm_setzero_si128(), upper = lower;
	struct bytes run = text;

	if (text.len < SCAN_BASE64_LEN_MIN)
		return false;
	while (run.len > text.len - 2 && run.data[run.len - 1] == '=')
		run.len--;
	for (size_t at = 0;; at = next_at(run, at)) {
		__m128i bytes = bytes_at(run, at), is_lower = glance_within(bytes, 'a', 'z'),
			is_upper = glance_within(bytes, 'A', 'Z'), is_sign;

		/* '/' and digits stand in a row */
		is_sign = _mm_or_si128(glance_within(bytes, '/', '9'),
				       _mm_or_si128(is_byte(bytes, '+'),
						    _mm_or_si128(is_byte(bytes, '-'), is_byte(bytes, '_'))));
		lower = _mm_or_si128(lower, is_lower);
		upper = _mm_or_si128(upper, is_upper);
		if (_mm_movemask_epi8(_mm_or_si128(is_sign, _mm_or_si128(is_lower, is_upper))) != 0xFFFF)
			return false;
		if (at + 16 >= run.len)
			break;
	}
	return _mm_movemask_epi8(lower) != 0 && _mm_movemask_epi8(upper) != 0 && run.len % 4 != 1;
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

/* "data:text/plain;base64,..." (RFC 2397) */
static struct bytes data_of(struct bytes text)
{
	size_t at;

	if (!bytes_starts(text, BYTES("data:")))
		return text;
	at = bytes_find(bytes_slice(text, 0, 200), BYTES(";base64,"));
	return at == BYTES_NOT_FOUND ? BYTES_NONE : bytes_from(text, at + 8);
}

static struct bytes base64_open(struct bytes text, struct arena *arena)
{
	struct bytes decoded;

	text = data_of(text);
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

unsigned layers_likely(struct bytes value)
{
	unsigned layers = 0;

	if (value.len == 0)
		return 0;
	if (has_percent(value))
		layers |= 1u << SCAN_LAYER_PERCENT;
	if (value.len >= SCAN_BASE64_LEN_MIN && (value.data[0] == 'd' || is_base64(value)))
		layers |= 1u << SCAN_LAYER_BASE64;
	if (value.data[0] == 'e' || value.data[0] == 'B') /* eyJ..., Bearer eyJ... */
		layers |= 1u << SCAN_LAYER_TOKEN;
	return layers;
}
