/*
 * http1_lanes: what is looked for in heads, sixteen bytes at a time (SSE2, which every x86-64 has).
 *
 *	at = line_end(at, end);		-> a CR or LF, or end
 *	at = likely_head_end(at, end);	-> an LF with a CR, an LF, something odd or nothing behind it, or end
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

/* Both ends of lines are below 14, and little else that stands in heads. */
static inline __m128i lane_last_line_feed(const char *at)
{
	return _mm_and_si128(lane_is(lane_load(at), '\n'),
			     _mm_cmplt_epi8(lane_load(at + 1), _mm_set1_epi8(14)));
}

static inline const char *likely_head_end(const char *at, const char *end)
{
	for (; end - at > 2 * LANE_LEN; at += 2 * LANE_LEN) {
		__m128i first = lane_last_line_feed(at), second = lane_last_line_feed(at + LANE_LEN);

		if (lane_bits(_mm_or_si128(first, second)) != 0)
			return at + __builtin_ctz(lane_bits(first) | lane_bits(second) << LANE_LEN);
	}
	while (at < end && (*at != '\n' || (end - at > 1 && at[1] != '\r' && at[1] != '\n')))
		at++;
	return at;
}

/* Letters, digits and '-': what nearly all names are made of. */
static inline size_t name_lower(char *at, const char *end)
{
	static const char bits[2 * LANE_LEN] =
		"                "; /* of an upper-case letter the bit that it lacks */

	for (char *part = at; end - part >= LANE_LEN; part += LANE_LEN) {
		__m128i lane = lane_load(part), lower, plain;
		unsigned colons = lane_bits(lane_is(lane, ':'));
		unsigned len = colons == 0 ? LANE_LEN : (unsigned)__builtin_ctz(colons);

		lower = _mm_or_si128(lane, lane_load(bits + LANE_LEN - len));
		plain = _mm_or_si128(_mm_or_si128(lane_within(lower, 'a', 'z'), lane_within(lane, '0', '9')),
				     lane_is(lane, '-'));
		if ((~lane_bits(plain) & ((1u << len) - 1)) != 0)
			return 0;
		_mm_storeu_si128((__m128i *)(void *)part, lower);
		if (colons != 0)
			return (size_t)(part - at) + len;
	}
	return 0;
}
