/* rules/words_memory: it says what words says, asked for the first time or again. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "rules/words.h"
#include "rules/words_memory.h"

static void same(struct words_memory *memory, struct bytes text)
{
	struct arena arena;

	arena_init(&arena, MIB);
	for (int round = 0; round < 2; round++) {
		struct bytes shown = words_memory_text(memory, text, &arena);

		assert_true(bytes_equal(shown, words_text(text, &arena)));
		assert_true(shown.data != text.data);
		assert_true(bytes_equal(words_memory_host(memory, text, &arena), words_host(text, &arena)));
	}
	arena_finish(&arena);
}

static void it_says_what_words_says(void **state)
{
	static const struct bytes TEXTS[] = {
		BYTES_INIT(""),
		BYTES_INIT("curl"),
		BYTES_INIT("curl/8.0.1"),
		BYTES_INIT("application/json"),
		BYTES_INIT("api.example.com"),
		BYTES_INIT("order mail to jane@example.com"), /* masked in a text, and as a host */
		BYTES_INIT("jobs for 4111 1111 1111 1111"),
		BYTES_INIT("cleaner-4111111111111111"),
		BYTES_INIT("203-0-113-110-99.example.com"), /* shown as text, masked as a host */
		BYTES_INIT("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjF9"),
	};
	struct words_memory *memory = words_memory_new();

	(void)state;
	assert_non_null(memory);
	for (size_t i = 0; i < sizeof(TEXTS) / sizeof(TEXTS[0]); i++) {
		same(memory, TEXTS[i]);
		same(NULL, TEXTS[i]);
	}
	words_memory_free(memory);
}

/* More texts than it has room for, which begin, end and stand in the middle alike: only some are masked. */
static void texts_that_are_nearly_the_same_are_told_apart(void **state)
{
	struct words_memory *memory = words_memory_new();
	char text[300];

	(void)state;
	assert_non_null(memory);
	for (int round = 0; round < 2; round++)
		for (unsigned i = 0; i < 4 * LIMIT_WORDS; i++) {
			int len = snprintf(text, sizeof(text), "agent %0*d%s %*d of agents", (int)(i % 50), 7,
					   i % 3 == 0 ? "@" : "x", (int)(200 - i % 50), 7);

			same(memory, (struct bytes){text, (size_t)len});
			same(memory, (struct bytes){text, 8 + i % 200});
		}
	words_memory_free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_words_says),
		cmocka_unit_test(texts_that_are_nearly_the_same_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
