#include "sensor/publish/text.h"

#include <emmintrin.h>
#include <string.h>

#define REPLACEMENT BYTES("\xef\xbf\xbd")

/* Second bytes that table 3-7 allows after a first byte: overlong forms, surrogates and what lies past
 * U+10FFFF are excluded there and nowhere else. */
static bool second_is_valid(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xe0:
		return second >= 0xa0 && second <= 0xbf;
	case 0xed:
		return second >= 0x80 && second <= 0x9f;
	case 0xf0:
		return second >= 0x90 && second <= 0xbf;
	case 0xf4:
		return second >= 0x80 && second <= 0x8f;
	default:
		return second >= 0x80 && second <= 0xbf;
	}
}

static size_t len_by_first(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	if (first >= 0xf0 && first <= 0xf4)
		return 4;
	return 0;
}

size_t text_character_len(struct bytes run)
{
	const unsigned char *at = (const unsigned char *)run.data;
	size_t len;

	if (run.len == 0)
		return 0;
	len = len_by_first(at[0]);
	if (len > run.len)
		return 0;
	if (len > 1 && !second_is_valid(at[0], at[1]))
		return 0;
	for (size_t i = 2; i < len; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return len;
}

/* How many bytes at the start are text as they are. */
static size_t valid_len(struct bytes run)
{
	size_t at = 0, len;

	while ((len = text_character_len(bytes_from(run, at))) > 0)
		at += len;
	return at;
}

/* Compared as signed numbers, what is not ASCII is below the controls. */
static bool lane_is_plain(__m128i lane)
{
	__m128i odd = _mm_or_si128(_mm_cmplt_epi8(lane, _mm_set1_epi8(' ')),
				   _mm_or_si128(_mm_cmpeq_epi8(lane, _mm_set1_epi8('"')),
						_mm_cmpeq_epi8(lane, _mm_set1_epi8('\\'))));

	return _mm_movemask_epi8(odd) == 0;
}

static __m128i lane_at(const char *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

static void lane_put(char *at, __m128i lane)
{
	_mm_storeu_si128((__m128i *)(void *)at, lane);
}

/* Shorter than a lane: its halves overlap, or quarters, or bytes. None: blanks. */
static __m128i lane_of_short(struct bytes run)
{
	int64_t head, tail;
	int32_t quarters[2];

	if (run.len >= sizeof(head)) {
		memcpy(&head, run.data, sizeof(head));
		memcpy(&tail, run.data + run.len - sizeof(tail), sizeof(tail));
		return _mm_set_epi64x(tail, head);
	}
	if (run.len >= sizeof(quarters[0])) {
		memcpy(&quarters[0], run.data, sizeof(quarters[0]));
		memcpy(&quarters[1], run.data + run.len - sizeof(quarters[0]), sizeof(quarters[0]));
		return _mm_set_epi32(quarters[0], quarters[1], quarters[0], quarters[1]);
	}
	if (run.len == 0)
		return _mm_set1_epi8(' ');
	return _mm_unpacklo_epi8(_mm_set1_epi16((int16_t)((unsigned char)run.data[0] |
							  (unsigned char)run.data[run.len / 2] << 8)),
				 _mm_set1_epi8(run.data[run.len - 1]));
}

static bool short_is_plain(struct bytes run)
{
	return lane_is_plain(lane_of_short(run));
}

static void short_copy(char *to, struct bytes run)
{
	const size_t half = sizeof(int64_t), quarter = sizeof(int32_t);

	if (run.len >= half) {
		memcpy(to, run.data, half);
		memcpy(to + run.len - half, run.data + run.len - half, half);
	} else if (run.len >= quarter) {
		memcpy(to, run.data, quarter);
		memcpy(to + run.len - quarter, run.data + run.len - quarter, quarter);
	} else if (run.len > 0) {
		to[0] = run.data[0];
		to[run.len / 2] = run.data[run.len / 2];
		to[run.len - 1] = run.data[run.len - 1];
	}
}

bool text_copy_plain(char *to, struct bytes run)
{
	const size_t len = sizeof(__m128i);
	__m128i lane;

	if (run.len < len) {
		short_copy(to, run);
		return short_is_plain(run);
	}
	for (size_t at = 0; at + len < run.len; at += len) {
		lane = lane_at(run.data + at);
		if (!lane_is_plain(lane))
			return false;
		lane_put(to + at, lane);
	}
	lane = lane_at(run.data + run.len - len);
	lane_put(to + run.len - len, lane);
	return lane_is_plain(lane);
}

static struct bytes cut(struct bytes text, size_t len_max, bool *is_cut)
{
	if (text.len <= len_max)
		return text;
	*is_cut = true;
	while (len_max > 0 && ((unsigned char)text.data[len_max] & 0xc0) == 0x80)
		len_max--;
	return bytes_slice(text, 0, len_max);
}

static struct bytes mend(struct bytes run, struct arena *arena)
{
	char *out = arena_alloc(arena, run.len * REPLACEMENT.len + 1);
	size_t len = 0;

	if (out == NULL)
		return BYTES_NONE;
	while (run.len > 0) {
		size_t taken = text_character_len(run);
		struct bytes part = taken > 0 ? bytes_slice(run, 0, taken) : REPLACEMENT;

		memcpy(out + len, part.data, part.len);
		len += part.len;
		run = bytes_from(run, taken > 0 ? taken : 1);
	}
	return (struct bytes){.data = out, .len = len};
}

struct bytes text_clean(struct bytes run, size_t len_max, struct arena *arena, bool *is_cut)
{
	/* Three bytes past the ceiling: a character that straddles it must not look broken. */
	struct bytes head = bytes_slice(run, 0, len_max + 3);
	size_t valid = valid_len(head);

	if (run.data == NULL)
		return BYTES("");
	if (valid < head.len && valid < len_max)
		head = mend(head, arena);
	if (head.data == NULL)
		return BYTES_NONE;
	return cut(head, len_max, is_cut);
}
