/* sensor/publish: text, digest. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/publish/digest.h"
#include "sensor/publish/text.h"

#define BAD "\xef\xbf\xbd"

static void text_is_mended(void **state)
{
	static const struct {
		struct bytes given, expected;
	} CASES[] = {
		{BYTES_INIT(""), BYTES_INIT("")},
		{BYTES_INIT("plain"), BYTES_INIT("plain")},
		{BYTES_INIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"),
		 BYTES_INIT("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80")},
		{BYTES_INIT("a\xff"
			    "b"),
		 BYTES_INIT("a" BAD "b")},
		{BYTES_INIT("\xc0\xaf"), BYTES_INIT(BAD BAD)},                 /* overlong */
		{BYTES_INIT("\xe0\x80\xaf"), BYTES_INIT(BAD BAD BAD)},         /* overlong */
		{BYTES_INIT("\xed\xa0\x80"), BYTES_INIT(BAD BAD BAD)},         /* surrogate */
		{BYTES_INIT("\xf4\x90\x80\x80"), BYTES_INIT(BAD BAD BAD BAD)}, /* past U+10FFFF */
		{BYTES_INIT("x\xe2\x82"), BYTES_INIT("x" BAD BAD)},            /* ends too early */
		{BYTES_INIT("\xe2\x82z"), BYTES_INIT(BAD BAD "z")},
		{BYTES_INIT("\x80"), BYTES_INIT(BAD)},
	};
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB);
	for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
		bool is_cut = false;
		struct bytes text = text_clean(CASES[i].given, 1000, &arena, &is_cut);

		assert_int_equal(text.len, CASES[i].expected.len);
		assert_memory_equal(text.data, CASES[i].expected.data, text.len);
		assert_false(is_cut);
	}
	arena_finish(&arena);
}

/* Of every length up to some lanes, with one byte that is not plain at every place, or none. */
static void plain_text_is_copied_and_no_other(void **state)
{
	static const char ODD[] = {'"', '\\', '\0', '\n', '\x1f', '\x80', '\xff'};
	char text[70], copy[72];

	(void)state;
	for (size_t len = 0; len < sizeof(text); len++) {
		for (size_t i = 0; i < len; i++)
			text[i] = (char)('a' + i % 26);
		text[0] = ' ';
		memset(copy, '#', sizeof(copy));
		assert_true(text_copy_plain(copy + 1, (struct bytes){text, len}));
		assert_memory_equal(copy + 1, text, len);
		assert_int_equal(copy[0], '#');
		assert_int_equal(copy[len + 1], '#');
		for (size_t at = 0; at < len; at++)
			for (size_t i = 0; i < sizeof(ODD); i++) {
				char held = text[at];

				text[at] = ODD[i];
				assert_false(text_copy_plain(copy + 1, (struct bytes){text, len}));
				text[at] = held;
			}
	}
}

static void text_is_cut_between_characters(void **state)
{
	struct bytes euros = BYTES("\xe2\x82\xac\xe2\x82\xac\xe2\x82\xac");
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB);
	for (size_t len_max = 0; len_max < 12; len_max++) {
		bool is_cut = false;
		struct bytes text = text_clean(euros, len_max, &arena, &is_cut);

		assert_int_equal(text.len, len_max >= 9 ? 9 : len_max / 3 * 3);
		assert_true(is_cut == (len_max < 9));
		assert_true(bytes_starts(euros, text));
	}
	assert_int_equal(arena.used, 0); /* nothing was bad, nothing is copied */
	arena_finish(&arena);
}

/* Every two bytes, cut everywhere: always valid, never longer than asked. */
static void text_is_always_valid(void **state)
{
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB);
	for (unsigned value = 0; value < 0x10000; value++) {
		char bytes[4] = {(char)(value >> 8), (char)value, (char)0xac, 'z'};
		size_t len_max = value % 5;
		bool is_cut = false;
		struct bytes text = text_clean((struct bytes){bytes, 4}, len_max, &arena, &is_cut);

		assert_true(text.len <= len_max);
		assert_true(is_cut || len_max >= 4);
		while (text.len > 0) {
			assert_int_not_equal(text_character_len(text), 0);
			text = bytes_from(text, text_character_len(text));
		}
		arena_reset(&arena);
	}
	arena_finish(&arena);
}

static void text_without_memory_is_nothing(void **state)
{
	struct arena arena;
	bool is_cut = false;

	(void)state;
	arena_init(&arena, 8);
	assert_null(text_clean(BYTES("\xff\xff\xff\xff"), 100, &arena, &is_cut).data);
	arena_finish(&arena);
}

static void digest_of(struct bytes a, struct bytes b, uint8_t digest[DIGEST_LEN])
{
	struct digest state;

	digest_init(&state, "test");
	digest_text(&state, a);
	digest_text(&state, b);
	assert_int_equal(digest_finish(&state, digest), STATUS_OK);
}

static void digest_keeps_fields_apart(void **state)
{
	uint8_t one[DIGEST_LEN], other[DIGEST_LEN];
	char text[DIGEST_TEXT_LEN + 1];

	(void)state;
	digest_of(BYTES("ab"), BYTES("c"), one);
	digest_of(BYTES("a"), BYTES("bc"), other);
	assert_memory_not_equal(one, other, DIGEST_LEN);
	digest_of(BYTES("ab"), BYTES("c"), other);
	assert_memory_equal(one, other, DIGEST_LEN);
	digest_print(one, text);
	/* printf '\4\0\0\0\0\0\0\0test\2\0\0\0\0\0\0\0ab\1\0\0\0\0\0\0\0c' | sha256sum */
	assert_string_equal(text, "131f27f5907dbc434b14426855b9d16a");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_mended),
		cmocka_unit_test(plain_text_is_copied_and_no_other),
		cmocka_unit_test(text_is_cut_between_characters),
		cmocka_unit_test(text_is_always_valid),
		cmocka_unit_test(text_without_memory_is_nothing),
		cmocka_unit_test(digest_keeps_fields_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
