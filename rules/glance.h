/*
 * glance: how many digits and letters a short value has, sixteen bytes at a time.
 *
 *	if (value.len <= GLANCE_LEN_MAX && glance_at(value).others == 0) letters and digits alone
 */
#pragma once

#include <emmintrin.h>

#include "parsers/base/bytes.h"

#define GLANCE_LEN_MAX 64

struct glance {
	unsigned digits, letters; /* of ASCII */
	unsigned others;
};

/* Up to sixteen bytes, and zeros. */
static inline __m128i glance_load(const char *at, size_t len)
{
	uint64_t head = 0, tail = 0;
	uint32_t first, last;

	if (len == 16)
		return _mm_loadu_si128((const __m128i *)(const void *)at);
	if (len >= 8) {
		memcpy(&head, at, 8);
		memcpy(&tail, at + len - 8, 8);
		return _mm_set_epi64x(len == 8 ? 0 : (int64_t)(tail >> 8 * (16 - len)), (int64_t)head);
	}
	if (len >= 4) {
		memcpy(&first, at, 4);
		memcpy(&last, at + len - 4, 4);
		return _mm_cvtsi64_si128((int64_t)(first | (uint64_t)last << 8 * (len - 4)));
	}
	for (size_t i = 0; i < len; i++)
		head |= (uint64_t)(unsigned char)at[i] << 8 * i;
	return _mm_cvtsi64_si128((int64_t)head);
}

/* 0xFF where the byte is one of them. */
static inline __m128i glance_within(__m128i bytes, char first, char last)
{
	__m128i from_first = _mm_sub_epi8(bytes, _mm_set1_epi8(first));

	return _mm_cmpeq_epi8(_mm_min_epu8(from_first, _mm_set1_epi8((char)(last - first))), from_first);
}

/* The sum of sixteen small counts. */
static inline unsigned glance_sum(__m128i counts)
{
	__m128i sums = _mm_sad_epu8(counts, _mm_setzero_si128());

	return (unsigned)_mm_cvtsi128_si32(_mm_add_epi32(sums, _mm_unpackhi_epi64(sums, sums)));
}

static inline struct glance glance_at(struct bytes value)
{
	__m128i digits = _mm_setzero_si128(), letters = digits;
	struct glance glance;

	for (size_t at = 0; at < value.len; at += 16) {
		size_t left = value.len - at;
		__m128i bytes = glance_load(value.data + at, left < 16 ? left : 16);

		digits = _mm_sub_epi8(digits, glance_within(bytes, '0', '9'));
		letters = _mm_sub_epi8(letters,
				       glance_within(_mm_or_si128(bytes, _mm_set1_epi8(' ')), 'a', 'z'));
	}
	glance.digits = glance_sum(digits);
	glance.letters = glance_sum(letters);
	glance.others = (unsigned)value.len - glance.digits - glance.letters;
	return glance;
}
