#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "rules/pattern.h"
#include "rules/pattern_size.h"
#include "rules/scan_context.h"

static void size_is(const char *pattern, size_t size, size_t repeat_max)
{
	size_t repeat;

	assert_int_equal(pattern_size(bytes_of(pattern), &repeat), size);
	assert_int_equal(repeat, repeat_max);
}

static void repeats_are_written_out(void **state)
{
	(void)state;
	size_is("abc", 3, 0);
	size_is("a{3}", 3, 3);
	size_is("[a-z]{2,10}b", 11, 10);
	size_is("(ab){5}", 10, 5);
	size_is("((ab){5}c){10}", 110, 10);
	size_is("a{3,}", 3, 3);
	size_is("[]{9}]x", 2, 0);
	size_is("\\{9}", 3, 0);
	size_is("a{x}", 4, 0);
	size_is("(((((a{1000}){1000}){1000}){1000}){1000}){1000}", 1000000000, 1000);
	size_is(")))", 0, 0);
	size_is("((((", 0, 0);
	size_is("[", 1, 0);
	size_is("\\", 1, 0);
	size_is("a{99999999999999999999", 22, 0);
}

/* The dearest patterns that pass the guard: none may take as long as LIMIT_PATTERN_COMPILE_NS. */
static void what_passes_compiles_soon(void **state)
{
	static const char *const dear[] = {
		".{1,1000}",
		"^.{0,1000}$",
		"[a-z]{1,1000}@[a-z]{1,1000}",
		"(?:[a-z]{1,30}\\.){1,30}com",
		"a.{0,999}b.{0,999}c",
		"(a|b|ab){1,600}c",
		"(?i)[a-z0-9]{1,1000}x",
		"\\w{1,500}-\\w{1,500}-\\w{1,500}",
	};
	char reason[256];

	(void)state;
	for (size_t i = 0; i < sizeof(dear) / sizeof(dear[0]); i++) {
		struct timespec start, end;
		bool is_usable;
		double took;

		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
		reason[0] = '\0';
		is_usable = pattern_is_usable(bytes_of(dear[i]), reason, sizeof(reason));
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
		took = (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9;
		print_message("%-32s %5.2f s %s\n", dear[i], took, is_usable ? "" : reason);
		assert_true(is_usable || reason[0] != '\0');
		assert_true(took * (double)SECONDS < (double)LIMIT_PATTERN_COMPILE_NS * 4);
	}
}

/* A match of nothing would stand everywhere, and end before a text begins. */
static void a_match_has_a_character(void **state)
{
	static const char *const empty[] = {"\\A", "^", "$", "\\b", "\\z", "^$", "x*", "a|\\A", "(?:\\b|a)"};
	static const char *const usable[] = {"^a", "a$", "\\ba\\b", "\\A[0-9]", "[^a]"};
	char reason[256];

	(void)state;
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++) {
		reason[0] = '\0';
		if (pattern_is_usable(bytes_of(empty[i]), reason, sizeof(reason)))
			fail_msg("%s is usable", empty[i]);
		assert_true(reason[0] != '\0');
	}
	for (size_t i = 0; i < sizeof(usable) / sizeof(usable[0]); i++)
		if (!pattern_is_usable(bytes_of(usable[i]), reason, sizeof(reason)))
			fail_msg("%s: %s", usable[i], reason);
}

static bool has(const char *name, const char *word)
{
	struct scan_context context;

	context_clear(&context);
	context_add(&context, bytes_of(name));
	return context_has(&context, bytes_of(word));
}

static void names_are_taken_apart(void **state)
{
	char large[2000];

	(void)state;
	assert_true(has("ssn", "ssn"));
	assert_true(has("customerSSN2", "ssn"));
	assert_true(has("customer_ssn", "ssn"));
	assert_true(has("SSNs", "ssn"));
	assert_true(has("socialSecurityNo", "socialsecurity"));
	assert_true(has("X-Social-Security", "socialsecurity"));
	assert_true(has("UNLocationTIN", "tin"));
	assert_true(has("membership_no", "member"));
	assert_false(has("session", "ssn"));
	assert_false(has("routing", "tin"));
	assert_false(has("", "ssn"));
	assert_false(has("ssn", ""));
	memset(large, 'a', sizeof(large) - 1);
	large[sizeof(large) - 1] = '\0';
	assert_false(has(large, "ssn"));
	for (size_t i = 1; i < sizeof(large) - 1; i += 2)
		large[i] = '_';
	assert_false(has(large, "ssn"));
}

static void before_is(const char *text, const char *expected)
{
	struct bytes run = bytes_of(text);

	assert_true(bytes_equal(context_before(run, run.len), bytes_of(expected)));
}

static void text_before_a_match(void **state)
{
	(void)state;
	before_is("ssn: ", "ssn: ");
	before_is("a=1; ssn: ", " ssn: ");
	before_is("<sin>1</sin><code>", "<code>");
	before_is("name=\"cnpj\"\r\n\r\n", "name=\"cnpj\"\r\n\r\n");
	before_is("ssn\nx ", "x ");
	before_is("build 1. uid is ", " uid is ");
	before_is("", "");
	before_is("0123456789012345678901234567890123456789012345678901234567890",
		  "1234567890123456789012345678901234567890");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(repeats_are_written_out), cmocka_unit_test(what_passes_compiles_soon),
		cmocka_unit_test(a_match_has_a_character), cmocka_unit_test(names_are_taken_apart),
		cmocka_unit_test(text_before_a_match),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
