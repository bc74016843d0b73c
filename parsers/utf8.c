#include "parsers/utf8.h"

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

bool utf8_is_text(struct bytes content)
{
	for (size_t i = 0; i < content.len; i++) {
		int tail = utf8_tail(content, i);

		if (tail < 0 || content.data[i] == '\0' || content.len - i <= (size_t)tail)
			return false;
		for (; tail > 0; tail--) {
			i++;
			if (((unsigned char)content.data[i] & 0xC0) != 0x80)
				return false;
		}
	}
	return true;
}
