/*
 * glance: how many digits and letters a short value has, sixteen bytes at a time.
 *
 *	if (value.len <= GLANCE_LEN_MAX && glance_at(value).others == 0) letters and digits alone
 */
#pragma once

#include <emmintrin.h>

#include "parsers/base/bytes.h"

#define GLANCE_LEN_MAX  64
#define GLANCE_ENDS_MAX 32

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
		return _mm_set_epi64x((int64_t)(tail >> 8 >> 8 * (15 - len)), (int64_t)head);
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

/* 0xFF where the byte is one of them: moved up so that the last is the largest of all. */
static inline __m128i glance_within(__m128i bytes, char first, char last)
{
	__m128i moved = _mm_add_epi8(bytes, _mm_set1_epi8((char)(INT8_MAX - last)));

	return _mm_cmpgt_epi8(moved, _mm_set1_epi8((char)(INT8_MAX - (last - first) - 1)));
}

/* A value of up to GLANCE_ENDS_MAX bytes: its first sixteen, and its last where it has more. */
struct glance_ends {
	__m128i head, tail; /* zeros where there is nothing */
};

static inline struct glance_ends glance_ends(struct bytes value)
{
	struct glance_ends ends = {.tail = _mm_setzero_si128()};

	if (value.len <= 16) {
		ends.head = glance_load(value.data, value.len);
		return ends;
	}
	ends.head = glance_load(value.data, 16);
	ends.tail = glance_load(value.data + value.len - 16, 16);
	return ends;
}

/* Where the last sixteen bytes are none of the first: all of them in a value of 32 bytes. */
static inline __m128i glance_fresh(size_t len)
{
	static const unsigned char fresh[32] = {
		[16] = 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
		0xFF,        0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
	};

	return _mm_loadu_si128((const __m128i *)(const void *)(fresh + len - 16));
}

/* Of each digit 1, of each letter 64. */
static inline __m128i glance_weigh(__m128i bytes)
{
	__m128i digits = glance_within(bytes, '0', '9');
	__m128i letters = glance_within(_mm_or_si128(bytes, _mm_set1_epi8(' ')), 'a', 'z');

	return _mm_or_si128(_mm_and_si128(digits, _mm_set1_epi8(1)),
			    _mm_and_si128(letters, _mm_set1_epi8(64)));
}

static inline struct glance glance_at_ends(const struct glance_ends *ends, size_t len)
{
	__m128i weights = glance_weigh(ends->head), sums;
	unsigned sum, digits, letters;

	if (len > 16)
		weights = _mm_add_epi8(weights, _mm_and_si128(glance_weigh(ends->tail), glance_fresh(len)));
	sums = _mm_sad_epu8(weights, _mm_setzero_si128());
	sum = (unsigned)_mm_cvtsi128_si32(_mm_add_epi32(sums, _mm_unpackhi_epi64(sums, sums)));
	digits = sum % 64;
	letters = sum / 64;
	return (struct glance){digits, letters, (unsigned)len - digits - letters};
}

/* Two parts, of half the longest at most. */
static inline struct glance glance_at(struct bytes value)
{
	size_t first = value.len < GLANCE_ENDS_MAX ? value.len : GLANCE_ENDS_MAX;
	struct glance_ends ends = glance_ends((struct bytes){value.data, first});
	struct glance glance = glance_at_ends(&ends, first), rest;

	if (value.len > first) {
		ends = glance_ends((struct bytes){value.data + first, value.len - first});
		rest = glance_at_ends(&ends, value.len - first);
		glance.digits += rest.digits;
		glance.letters += rest.letters;
		glance.others += rest.others;
	}
	return glance;
}
