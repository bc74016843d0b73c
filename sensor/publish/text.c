#include "sensor/publish/text.h"

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

/* In each byte of `word` that is zero its highest bit; perhaps also in bytes above such a one. */
static uint64_t zero_bytes(uint64_t word)
{
	return (word - 0x0101010101010101u) & ~word & 0x8080808080808080u;
}

static bool word_is_plain(uint64_t word)
{
	uint64_t high = word & 0x8080808080808080u;
	uint64_t controls = (word - 0x2020202020202020u) & ~word & 0x8080808080808080u;

	return (high | controls | zero_bytes(word ^ 0x2222222222222222u) |
		zero_bytes(word ^ 0x5c5c5c5c5c5c5c5cu)) == 0;
}

static uint64_t word_at(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

bool text_is_plain(struct bytes run)
{
	const size_t len = sizeof(uint64_t);
	uint64_t word = 0x2020202020202020u;

	if (run.len < len) {
		memcpy(&word, run.data == NULL ? "" : run.data, run.len);
		return word_is_plain(word);
	}
	for (size_t at = 0; at + len < run.len; at += len)
		if (!word_is_plain(word_at(run.data + at)))
			return false;
	return word_is_plain(word_at(run.data + run.len - len)); /* some of it once more */
}

bool text_copy_plain(char *to, struct bytes run)
{
	const size_t len = sizeof(uint64_t);
	uint64_t word;

	if (run.len < len) {
		if (run.len > 0)
			memcpy(to, run.data, run.len);
		return text_is_plain(run);
	}
	for (size_t at = 0; at + len < run.len; at += len) {
		word = word_at(run.data + at);
		if (!word_is_plain(word))
			return false;
		memcpy(to + at, &word, len);
	}
	word = word_at(run.data + run.len - len);
	memcpy(to + run.len - len, &word, len);
	return word_is_plain(word);
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
