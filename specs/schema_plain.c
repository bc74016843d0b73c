#include "specs/schema_plain.h"

#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/* Engines stop at 65535; real contracts say ^.{0,262144}$. */
#define COUNT_MAX 100000000

static void item_add(struct plain_item *item, unsigned char byte)
{
	item->ascii[byte >> 6] |= 1ull << (byte & 63);
}

static void item_add_run(struct plain_item *item, unsigned char from, unsigned char to)
{
	for (unsigned byte = from; byte <= to; byte++)
		item_add(item, (unsigned char)byte);
}

static bool item_has(const struct plain_item *item, unsigned char byte)
{
	return (item->ascii[byte >> 6] >> (byte & 63) & 1) != 0;
}

/* \d, \w, or an escaped mark; *out_single the character, or 0x80 for a class. */
static bool escape_read(struct bytes *rest, struct plain_item *item, unsigned char *out_single)
{
	char letter = rest->len > 1 ? rest->data[1] : '\0';

	*out_single = 0x80;
	if (letter == 'd' || letter == 'w')
		item_add_run(item, '0', '9');
	if (letter == 'w') {
		item_add_run(item, 'a', 'z');
		item_add_run(item, 'A', 'Z');
		item_add(item, '_');
	} else if (letter != 'd') {
		if (letter <= ' ' || letter >= 0x7f || ascii_is_alnum(letter))
			return false;
		*out_single = (unsigned char)letter;
		item_add(item, *out_single);
	}
	*rest = bytes_from(*rest, 2);
	return true;
}

/* One character or escape of a class. */
static bool member_read(struct bytes *rest, struct plain_item *item, unsigned char *out_single)
{
	unsigned char byte = rest->len > 0 ? (unsigned char)rest->data[0] : 0x80;

	if (byte == '\\')
		return escape_read(rest, item, out_single);
	if (byte < ' ' || byte >= 0x7f || byte == '[')
		return false;
	*out_single = byte;
	item_add(item, byte);
	*rest = bytes_from(*rest, 1);
	return true;
}

static bool class_read(struct bytes *rest, struct plain_item *item)
{
	bool is_negated = rest->len > 1 && rest->data[1] == '^';

	*rest = bytes_from(*rest, is_negated ? 2 : 1);
	while (rest->len > 0 && rest->data[0] != ']') {
		unsigned char from, to;

		if (!member_read(rest, item, &from))
			return false;
		if (rest->len < 2 || rest->data[0] != '-' || rest->data[1] == ']')
			continue;
		*rest = bytes_from(*rest, 1);
		if (!member_read(rest, item, &to) || from >= 0x80 || to >= 0x80 || from > to)
			return false;
		item_add_run(item, from, to);
	}
	if (rest->len == 0)
		return false;
	*rest = bytes_from(*rest, 1);
	if (is_negated) {
		item->ascii[0] = ~item->ascii[0];
		item->ascii[1] = ~item->ascii[1];
		item->has_wide = true;
	}
	return true;
}

/* ECMA-262 22.2.2.7.1: all but the line terminators. */
static void dot_add(struct plain_item *item)
{
	item_add(item, '\n');
	item_add(item, '\r');
	item->ascii[0] = ~item->ascii[0];
	item->ascii[1] = ~item->ascii[1];
	item->has_wide = item->is_dot = true;
}

static bool atom_read(struct bytes *rest, struct plain_item *item)
{
	char byte = rest->data[0];
	unsigned char single;

	if (byte == '.') {
		dot_add(item);
		*rest = bytes_from(*rest, 1);
		return true;
	}

	if (byte == '[')
		return class_read(rest, item);
	if (byte == '\\')
		return escape_read(rest, item, &single);
	if (byte <= 0 || byte < ' ' || byte >= 0x7f || strchr("^$.*+?()[]{}|/", byte) != NULL)
		return false;
	item_add(item, (unsigned char)byte);
	*rest = bytes_from(*rest, 1);
	return true;
}

static bool number_take(struct bytes *rest, uint32_t *out_number)
{
	uint64_t value = 0;
	size_t len = 0;

	for (; len < rest->len && ascii_is_digit(rest->data[len]); len++)
		value = value > COUNT_MAX ? value : value * 10 + (uint64_t)(rest->data[len] - '0');
	*rest = bytes_from(*rest, len);
	*out_number = (uint32_t)value;
	return len > 0 && value <= COUNT_MAX;
}

static bool count_read(struct bytes *rest, struct plain_item *item)
{
	char mark = rest->len > 0 ? rest->data[0] : '\0';

	item->min = item->max = 1;
	if (mark == '\0' || strchr("*+?{", mark) == NULL)
		return true;
	*rest = bytes_from(*rest, 1);
	item->min = mark == '+';
	item->max = mark == '?' ? 1 : UINT32_MAX;
	if (mark == '{') {
		if (!number_take(rest, &item->min))
			return false;
		item->max = item->min;
		if (rest->len > 0 && rest->data[0] == ',') {
			*rest = bytes_from(*rest, 1);
			item->max = UINT32_MAX;
			if (rest->len > 0 && rest->data[0] != '}' && !number_take(rest, &item->max))
				return false;
		}
		if (rest->len == 0 || rest->data[0] != '}' || item->min > item->max)
			return false;
		*rest = bytes_from(*rest, 1);
	}
	return rest->len == 0 || strchr("*+?{", rest->data[0]) == NULL; /* lazy: an engine's business */
}

/* Taking as many as there are is right when no later item could have wanted one of them. */
static bool is_greedy_right(const struct plain_pattern *pattern)
{
	for (size_t i = 0; i < pattern->count; i++) {
		const struct plain_item *item = &pattern->items[i];

		for (size_t j = i + 1; item->min != item->max && j < pattern->count; j++) {
			const struct plain_item *next = &pattern->items[j];

			if ((item->ascii[0] & next->ascii[0]) != 0 ||
			    (item->ascii[1] & next->ascii[1]) != 0 || (item->has_wide && next->has_wide))
				return false;
			if (next->min > 0)
				break;
		}
	}
	return true;
}

/* Are its characters a run? From which, and how many follow it? */
static bool run_of(const struct plain_item *item, unsigned char *out_low, unsigned char *out_span)
{
	unsigned low = 0, high = 0x7f;

	while (low < high && !item_has(item, (unsigned char)low))
		low++;
	while (high > low && !item_has(item, (unsigned char)high))
		high--;
	for (unsigned byte = low; byte <= high; byte++)
		if (!item_has(item, (unsigned char)byte))
			return false;
	*out_low = (unsigned char)low;
	*out_span = (unsigned char)(high - low);
	return !item->has_wide;
}

static void fixed_find(struct plain_pattern *pattern)
{
	size_t len = 0;

	for (size_t i = 0; i < pattern->count; i++) {
		const struct plain_item *item = &pattern->items[i];
		unsigned char low, span;

		if (item->min != item->max || item->min > PLAIN_FIXED_MAX - len || !run_of(item, &low, &span))
			return;
		memset(pattern->low + len, low, item->min);
		memset(pattern->span + len, span, item->min);
		len += item->min;
	}
	pattern->fixed_len = len;
}

bool plain_pattern_read(struct bytes expression, struct plain_pattern *out_pattern)
{
	struct plain_pattern pattern = {.is_open = true};
	struct bytes rest = bytes_from(expression, 1);

	if (expression.len == 0 || expression.data[0] != '^')
		return false;
	while (rest.len > 0) {
		struct plain_item item = {.min = 1};

		if (rest.len == 1 && rest.data[0] == '$') {
			pattern.is_open = false;
			break;
		}
		if (pattern.count == PLAIN_ITEMS_MAX || !atom_read(&rest, &item) || !count_read(&rest, &item))
			return false;
		pattern.items[pattern.count++] = item;
	}
	if (!is_greedy_right(&pattern))
		return false;
	fixed_find(&pattern);
	*out_pattern = pattern;
	return true;
}

/* The length of the character at `at`; 0 when it is not UTF-8. */
static size_t wide_len(struct bytes text, size_t at)
{
	unsigned char lead = (unsigned char)text.data[at];
	size_t len = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;

	if (lead < 0xc2 || lead > 0xf4 || text.len - at < len)
		return 0;
	for (size_t i = 1; i < len; i++)
		if (((unsigned char)text.data[at + i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* U+2028 and U+2029 */
static bool is_line_end(const char *wide)
{
	return memcmp(wide, "\xe2\x80\xa8", 3) == 0 || memcmp(wide, "\xe2\x80\xa9", 3) == 0;
}

#if defined(__SSE2__)
static inline __m128i eights(const void *a, const void *b)
{
	return _mm_unpacklo_epi64(_mm_loadl_epi64(a), _mm_loadl_epi64(b));
}
#endif

/* Of eight bytes or more the first eight and the last eight, which may be the same in part. */
static bool fixed_fits(const struct plain_pattern *pattern, struct bytes text)
{
	unsigned other = 0;

	if (pattern->is_open ? text.len < pattern->fixed_len : text.len != pattern->fixed_len)
		return false;
#if defined(__SSE2__)
	if (pattern->fixed_len >= 8) {
		size_t last = pattern->fixed_len - 8;
		__m128i bytes = eights(text.data, text.data + last);
		__m128i low = eights(pattern->low, pattern->low + last);
		__m128i span = eights(pattern->span, pattern->span + last);
		__m128i over = _mm_subs_epu8(_mm_sub_epi8(bytes, low), span);

		return _mm_movemask_epi8(_mm_cmpeq_epi8(over, _mm_setzero_si128())) == 0xFFFF;
	}
#endif
	for (size_t i = 0; i < pattern->fixed_len; i++)
		other |= (unsigned char)((unsigned char)text.data[i] - pattern->low[i]) > pattern->span[i];
	return other == 0;
}

bool plain_pattern_fits(const struct plain_pattern *pattern, struct bytes text)
{
	size_t at = 0;

	if (pattern->fixed_len > 0)
		return fixed_fits(pattern, text);
	for (size_t i = 0; i < pattern->count; i++) {
		const struct plain_item *item = &pattern->items[i];
		uint32_t count = 0;

		while (count < item->max && at < text.len) {
			unsigned char byte = (unsigned char)text.data[at];
			size_t len = 1;

			if (byte < 0x80 ? !item_has(item, byte) : !item->has_wide)
				break;
			if (byte >= 0x80)
				len = wide_len(text, at);
			if (len == 0)
				return false;
			if (item->is_dot && len == 3 && is_line_end(text.data + at))
				break;
			at += len;
			count++;
		}
		if (count < item->min)
			return false;
	}
	return pattern->is_open || at == text.len;
}
