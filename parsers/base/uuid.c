#include "parsers/base/uuid.h"

#include <emmintrin.h>

/* A bit for each of sixteen bytes that is a hexadecimal digit. */
static unsigned hex_at(const char *at)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
	__m128i digits = _mm_sub_epi8(bytes, _mm_set1_epi8('0'));
	__m128i letters = _mm_sub_epi8(_mm_or_si128(bytes, _mm_set1_epi8(' ')), _mm_set1_epi8('a'));

	digits = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
	letters = _mm_cmpeq_epi8(_mm_min_epu8(letters, _mm_set1_epi8(5)), letters);
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(digits, letters));
}

/* The dashes first: few other texts have them. Then the digits before, between and behind them. */
bool uuid_is(struct bytes text)
{
	const char *at = text.data;

	if (text.len != UUID_LEN || at[8] != '-' || at[13] != '-' || at[18] != '-' || at[23] != '-')
		return false;
	return hex_at(at) == 0xDEFF && hex_at(at + 16) == 0xFF7B && hex_at(at + 20) == 0xFFF7;
}
