/*
 * http1_lanes: what is looked for in heads, sixteen bytes at a time (SSE2, which every x86-64 has).
 *
 *	at = line_end(at, end);		-> a CR or LF, or end
 *	at = last_line_feed(at, end);	-> an LF with a CR, an LF or nothing behind it, or end
 *	len = name_lower(at, end);	-> of a plain name in front of a colon, now in lower case; 0: look
 *yourself
 *
 * Reads nothing from `end` on.
 */
#pragma once

#include <emmintrin.h>

#include "parsers/base/bytes.h"

#define LANE_LEN 16

static inline __m128i lane_load(const char *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static inline __m128i lane_is(__m128i lane, char byte)
{
	return _mm_cmpeq_epi8(lane, _mm_set1_epi8(byte));
}

static inline __m128i lane_within(__m128i lane, char first, char last)
{
	__m128i from_first = _mm_sub_epi8(lane, _mm_set1_epi8(first));

	return _mm_cmpeq_epi8(_mm_min_epu8(from_first, _mm_set1_epi8((char)(last - first))), from_first);
}

/* A bit for each byte. */
static inline unsigned lane_bits(__m128i lane)
{
	return (unsigned)_mm_movemask_epi8(lane);
}

static inline const char *line_end(const char *at, const char *end)
{
	for (; end - at >= LANE_LEN; at += LANE_LEN) {
		__m128i lane = lane_load(at);
		unsigned found = lane_bits(_mm_or_si128(lane_is(lane, '\r'), lane_is(lane, '\n')));

		if (found != 0)
			return at + __builtin_ctz(found);
	}
	while (at < end && *at != '\r' && *at != '\n')
		at++;
	return at;
}

static inline const char *last_line_feed(const char *at, const char *end)
{
	for (; end - at > LANE_LEN; at += LANE_LEN) {
		__m128i next = lane_load(at + 1);
		__m128i is_end = _mm_or_si128(lane_is(next, '\r'), lane_is(next, '\n'));
		unsigned found = lane_bits(_mm_and_si128(lane_is(lane_load(at), '\n'), is_end));

		if (found != 0)
			return at + __builtin_ctz(found);
	}
	while (at < end && (*at != '\n' || (end - at > 1 && at[1] != '\r' && at[1] != '\n')))
		at++;
	return at;
}

/* Letters, digits, '-' and '_': what nearly all names are made of. */
static inline size_t name_lower(char *at, const char *end)
{
	const __m128i numbers = _mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);

	for (char *part = at; end - part >= LANE_LEN; part += LANE_LEN) {
		__m128i lane = lane_load(part), upper = lane_within(lane, 'A', 'Z'), plain;
		unsigned colons = lane_bits(lane_is(lane, ':'));
		int len = colons == 0 ? LANE_LEN : __builtin_ctz(colons);
		__m128i is_name = _mm_cmplt_epi8(numbers, _mm_set1_epi8((char)len));

		lane = _mm_or_si128(lane, _mm_and_si128(_mm_and_si128(upper, is_name), _mm_set1_epi8(0x20)));
		plain = _mm_or_si128(_mm_or_si128(lane_within(lane, 'a', 'z'), lane_within(lane, '0', '9')),
				     _mm_or_si128(lane_is(lane, '-'), lane_is(lane, '_')));
		if (lane_bits(_mm_andnot_si128(plain, is_name)) != 0)
			return 0;
		_mm_storeu_si128((__m128i *)(void *)part, lane);
		if (colons != 0)
			return (size_t)(part - at) + (size_t)len;
	}
	return 0;
}
