/* parsers/utf8: the same verdict for short text and for long, which many lanes look at, at every place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/utf8.h"

/* RFC 3629 section 4, by the letter. */
static bool follows(unsigned char byte)
{
	return byte >= 0x80 && byte <= 0xBF;
}

static size_t character_len(const unsigned char *at, size_t len)
{
	if (len >= 1 && at[0] >= 0x01 && at[0] <= 0x7F)
		return 1;
	if (len >= 2 && at[0] >= 0xC2 && at[0] <= 0xDF && follows(at[1]))
		return 2;
	if (len >= 3 && follows(at[1]) && follows(at[2]) &&
	    ((at[0] == 0xE0 && at[1] >= 0xA0) || (at[0] >= 0xE1 && at[0] <= 0xEC) ||
	     (at[0] == 0xED && at[1] <= 0x9F) || at[0] == 0xEE || at[0] == 0xEF))
		return 3;
	if (len >= 4 && follows(at[1]) && follows(at[2]) && follows(at[3]) &&
	    ((at[0] == 0xF0 && at[1] >= 0x90) || (at[0] >= 0xF1 && at[0] <= 0xF3) ||
	     (at[0] == 0xF4 && at[1] <= 0x8F)))
		return 4;
	return 0;
}

static bool is_text(const unsigned char *at, size_t len)
{
	for (size_t i = 0; i < len;) {
		size_t step = character_len(at + i, len - i);

		if (step == 0)
			return false;
		i += step;
	}
	return true;
}

static void assert_same(const char *text, size_t len)
{
	char *copy = malloc(len == 0 ? 1 : len); /* of its own: reads behind it show */

	assert_non_null(copy);
	memcpy(copy, text, len);
	if (utf8_is_text((struct bytes){.data = copy, .len = len}) !=
	    is_text((const unsigned char *)copy, len))
		fail_msg("%zu bytes: %02x %02x %02x %02x", len, (unsigned char)text[0],
			 (unsigned char)text[1], (unsigned char)text[2], (unsigned char)text[3]);
	free(copy);
}

/* Every byte that a rule begins or ends with. */
static const unsigned char edges[] = {0x00, 0x01, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0,
				      0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED,
				      0xEE, 0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF};
#define EDGES sizeof(edges)

static void test_short(void **state)
{
	(void)state;
	for (size_t n = 0; n < EDGES * EDGES * EDGES * EDGES; n++) {
		const char text[] = {(char)edges[n % EDGES], (char)edges[n / EDGES % EDGES],
				     (char)edges[n / EDGES / EDGES % EDGES],
				     (char)edges[n / EDGES / EDGES / EDGES]};

		assert_same(text, sizeof(text));
	}
}

/* The same four bytes inside a long text. */
static void test_long(void **state)
{
	char text[160];

	(void)state;
	for (size_t n = 0; n < EDGES * EDGES * EDGES * EDGES; n++) {
		size_t place = 4 + n % 97;

		memset(text, 'a', sizeof(text));
		memcpy(text, "\xC3\xBC\xC3\xBC", 4); /* the lanes begin behind them */
		text[place] = (char)edges[n % EDGES];
		text[place + 1] = (char)edges[n / EDGES % EDGES];
		text[place + 2] = (char)edges[n / EDGES / EDGES % EDGES];
		text[place + 3] = (char)edges[n / EDGES / EDGES / EDGES];
		assert_same(text, sizeof(text));
	}
}

/* Of each length, cut anywhere. */
static void test_cut(void **state)
{
	static const char *const characters[] = {"\xC3\xBC", "\xE6\x9D\xB1", "\xF0\x9D\x84\x9E", "a\xC3\xBC"};
	char text[200];

	(void)state;
	for (size_t i = 0; i < sizeof(characters) / sizeof(characters[0]); i++) {
		size_t step = strlen(characters[i]);

		for (size_t at = 0; at < sizeof(text); at++)
			text[at] = characters[i][at % step];
		for (size_t len = 0; len <= sizeof(text); len++)
			for (size_t from = 0; from < 4 && from <= len; from++)
				assert_same(text + from, len - from);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_short),
		cmocka_unit_test(test_long),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
