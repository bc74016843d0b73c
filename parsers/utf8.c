#include "parsers/utf8.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

/* Fewer bytes are not worth the preparations. */
#define RUN_MIN 64

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

/* -- thirty-two bytes at a time ------------------------------------------------- */

#if defined(__x86_64__)

/* Which byte may not follow which (RFC 3629 section 4) is told by both halves of the first and the upper half
 *of the second: eight rules, a bit each. A rule is broken when all three are in its sets of halves (bit n:
 *n).
 *
 *	0	C0..FF, then none of 80..BF		4	ED, then A0..BF: surrogates
 *	1	00..7F, then 80..BF			5	F0 or F5..FF, then 80..8F
 *	2	C0 or C1, then 80..BF: too long		6	F4..FF, then 90..BF: beyond U+10FFFF
 *	3	E0, then 80..9F: too long		7	80..BF twice: right where the second is the
 *third or fourth of a character
 */
#define IN(set, half, rule) (((set) >> (half)&1) << (rule))
#define UPPER(half)                                                                                          \
	(char)(IN(0xF000, half, 0) | IN(0x00FF, half, 1) | IN(0x1000, half, 2) | IN(0x4000, half, 3) |       \
	       IN(0x4000, half, 4) | IN(0x8000, half, 5) | IN(0x8000, half, 6) | IN(0x0F00, half, 7))
#define LOWER(half)                                                                                          \
	(char)(IN(0xFFFF, half, 0) | IN(0xFFFF, half, 1) | IN(0x0003, half, 2) | IN(0x0001, half, 3) |       \
	       IN(0x2000, half, 4) | IN(0xFFE1, half, 5) | IN(0xFFF0, half, 6) | IN(0xFFFF, half, 7))
#define SECOND(half)                                                                                         \
	(char)(IN(0xF0FF, half, 0) | IN(0x0F00, half, 1) | IN(0x0F00, half, 2) | IN(0x0300, half, 3) |       \
	       IN(0x0C00, half, 4) | IN(0x0100, half, 5) | IN(0x0E00, half, 6) | IN(0x0F00, half, 7))
#define HALVES(rules)                                                                                        \
	rules(0), rules(1), rules(2), rules(3), rules(4), rules(5), rules(6), rules(7), rules(8), rules(9),  \
		rules(10), rules(11), rules(12), rules(13), rules(14), rules(15)
#define TABLE(rules) _mm256_setr_epi8(HALVES(rules), HALVES(rules))

/* `count` times thirty-two bytes from `at`, where a character begins, three bytes or more behind the start.
 * What begins in the last three of them may be wrong yet. */
static __attribute__((target("avx2"))) bool run_fits(const char *at, size_t count)
{
	const __m256i upper = TABLE(UPPER), lower = TABLE(LOWER), second = TABLE(SECOND);
	const __m256i half = _mm256_set1_epi8(0x0F), none = _mm256_setzero_si256();
	__m256i bad = none;

	for (; count > 0; count--, at += 32) {
		__m256i byte = _mm256_loadu_si256((const __m256i *)(const void *)at);
		__m256i before = _mm256_loadu_si256((const __m256i *)(const void *)(at - 1));
		__m256i before_2 = _mm256_loadu_si256((const __m256i *)(const void *)(at - 2));
		__m256i before_3 = _mm256_loadu_si256((const __m256i *)(const void *)(at - 3));
		__m256i broken = _mm256_and_si256(
			_mm256_shuffle_epi8(upper, _mm256_and_si256(_mm256_srli_epi16(before, 4), half)),
			_mm256_shuffle_epi8(lower, _mm256_and_si256(before, half)));
		/* from 80 on: the third byte of a character is due, or the fourth */
		__m256i due = _mm256_or_si256(_mm256_subs_epu8(before_2, _mm256_set1_epi8(0xE0 - 0x80)),
					      _mm256_subs_epu8(before_3, _mm256_set1_epi8(0xF0 - 0x80)));

		broken = _mm256_and_si256(
			broken,
			_mm256_shuffle_epi8(second, _mm256_and_si256(_mm256_srli_epi16(byte, 4), half)));
		broken = _mm256_xor_si256(broken, _mm256_and_si256(due, _mm256_set1_epi8((char)0x80)));
		bad = _mm256_or_si256(bad, _mm256_or_si256(broken, _mm256_cmpeq_epi8(byte, none)));
	}
	return _mm256_testz_si256(bad, bad) != 0;
}

static bool has_lanes(void)
{
	return __builtin_cpu_supports("avx2");
}

#else

static bool run_fits(const char *at, size_t count)
{
	(void)at;
	return count == 0;
}

static bool has_lanes(void)
{
	return false;
}

#endif

/* Back to where the character begins of which the byte before `at` is part. */
static size_t character_start(struct bytes content, size_t at)
{
	do
		at--;
	while (at > 0 && ((unsigned char)content.data[at] & 0xC0) == 0x80);
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
		if (i >= 3 && content.len - i >= RUN_MIN && has_lanes()) {
			size_t count = (content.len - i) / 32;

			if (!run_fits(content.data + i, count))
				return false;
			i = character_start(content, i + count * 32);
		}
	}
	return true;
}
