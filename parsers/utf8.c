#include "parsers/utf8.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* How many continuation bytes follow a first byte of UTF-8 (RFC 3629 section 4); -1 when none may. */
static int utf8_tail(struct bytes text, size_t at)
{
	unsigned char first = (unsigned char)text.data[at];
	unsigned char second = at + 1 < text.len ? (unsigned char)text.data[at + 1] : 0;

	if (first < 0x80)
		return 0;
	if (first >= 0xC2 && first <= 0xDF)
		return 1;
	if (first >= 0xE0 && first <= 0xEF)
		return (first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ? -1 : 2;
	if (first >= 0xF0 && first <= 0xF4)
		return (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F) ? -1 : 3;
	return -1;
}

/* From `at` on the first byte that is NUL or no ASCII, or the end: most text is ASCII. */
static size_t plain_end(struct bytes text, size_t at)
{
#if defined(__SSE2__)
	for (; text.len - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(text.data + at));
		int others =
			_mm_movemask_epi8(_mm_or_si128(bytes, _mm_cmpeq_epi8(bytes, _mm_setzero_si128())));

		if (others != 0)
			return at + (unsigned)__builtin_ctz((unsigned)others);
	}
#endif
	while (at < text.len && (unsigned char)(text.data[at] - 1) < 0x7F)
		at++;
	return at;
}

bool utf8_is_text(struct bytes content)
{
	for (size_t i = plain_end(content, 0); i < content.len; i = plain_end(content, i)) {
		int tail = content.data[i] == '\0' ? -1 : utf8_tail(content, i);

		if (tail < 0 || content.len - i <= (size_t)tail)
			return false;
		for (i++; tail > 0; tail--, i++)
			if (((unsigned char)content.data[i] & 0xC0) != 0x80)
				return false;
	}
	return true;
}
