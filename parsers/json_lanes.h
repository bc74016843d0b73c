/*
 * json_lanes: where a run of text inside JSON stops, many bytes at a time: sixteen with SSE2, which every
 *x86-64 has (32 and 64 at a time were slower: most texts are short), else one by one.
 *
 *	const char *stop = text_stop(at, end, &wide);	-> a quote, a backslash, a control character, or end
 *	(run_same(expected, at) & bits) == bits	-> these bytes are the expected ones
 *	run_marks(at, '"')			-> a bit for each quote
 *	run_cut(copy, at, 5);			-> five bytes, then zeros
 *
 * text_stop reads nothing from `end` on.
 */
#pragma once

#include <stdint.h>

#include "parsers/base/bytes.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* *wide gets bits when bytes that are no ASCII were seen; they may also stand behind the stop. */
static inline const char *text_stop(const char *at, const char *end, unsigned *wide)
{
	unsigned seen = 0;

#if defined(__SSE2__)
	for (; end - at >= 16; at += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)at);
		__m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
					     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')));
		__m128i controls = _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);
		unsigned stops = (unsigned)_mm_movemask_epi8(_mm_or_si128(marks, controls));

		seen |= (unsigned)_mm_movemask_epi8(bytes);
		if (stops != 0) {
			*wide |= seen;
			return at + (unsigned)__builtin_ctz(stops);
		}
	}
#endif
	for (; at < end && *at != '"' && *at != '\\' && (unsigned char)*at >= ' '; at++)
		seen |= (unsigned char)*at & 0x80;
	*wide |= seen;
	return at;
}

/* How much room behind the copy run_copy needs. */
#define RUN_COPY_OVER 16

/* Short runs, mostly: sixteen bytes at a time where the source, which lasts until `end`, has them. */
static inline void run_copy(char *to, const char *from, size_t len, const char *end)
{
	if ((size_t)(end - from) < len + RUN_COPY_OVER) {
		memcpy(to, from, len);
		return;
	}
	for (size_t i = 0; i < len; i += RUN_COPY_OVER)
		memcpy(to + i, from + i, RUN_COPY_OVER);
}

/* Bytes that are looked at in one go. */
#define LANE_RUN 32

/* One bit for each byte, the first lowest, in which the two runs are the same. */
static inline uint32_t run_same(const char *left, const char *right)
{
	uint32_t same = 0;

#if defined(__SSE2__)
	for (int i = 0; i < LANE_RUN; i += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)(left + i));
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(right + i));

		same |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(a, b)) << i;
	}
#else
	for (int i = 0; i < LANE_RUN; i++)
		same |= (uint32_t)(left[i] == right[i]) << i;
#endif
	return same;
}

static inline uint32_t run_marks(const char *run, char mark)
{
	uint32_t marks = 0;

#if defined(__SSE2__)
	for (int i = 0; i < LANE_RUN; i += 16) {
		__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(run + i));

		marks |= (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8(mark))) << i;
	}
#else
	for (int i = 0; i < LANE_RUN; i++)
		marks |= (uint32_t)(run[i] == mark) << i;
#endif
	return marks;
}

/* `len`: up to LANE_RUN. */
static inline void run_cut(char out[LANE_RUN], const char *run, size_t len)
{
	static const char masks[2 * LANE_RUN] = {
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
		-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1,
	};
	uint64_t bytes[LANE_RUN / 8], mask[LANE_RUN / 8];

	memcpy(bytes, run, LANE_RUN);
	memcpy(mask, masks + LANE_RUN - len, LANE_RUN);
	for (int i = 0; i < LANE_RUN / 8; i++)
		bytes[i] &= mask[i];
	memcpy(out, bytes, LANE_RUN);
}
