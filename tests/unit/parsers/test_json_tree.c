/* parsers/json_tree: the same tree as yyjson makes, or none; on whole texts, cut ones and broken ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/parsers/json_both_ways.h"

/* json_tree reads these itself. */
static const char *const plain[] = {
	"{}",
	"[]",
	" [ ] ",
	"\t\r\n{ \"a\" : [ 1 , 2 ] , \"b\" : { } }\n",
	"[[],[[]],{},{\"\":{}},[{}]]",
	"[true,false,null,true]",
	"[0,1,9,10,12345678,123456789,1234567890123456,999999999999999999]",
	"[-1,-12,-9007199254740992]",
	"[0.0,0.1,-0.5,1.5,59.86,211.26,0.000000000000001,123456789.012345]",
	"[-0,0e0,1e5,1E+5,1.5e-7,12345678901234567890,18446744073709551615,-9223372036854775808]",
	"[18446744073709551616,-9223372036854775809,1e400,-1e400,0.1234567890123456789,1e-400]",
	"[9007199254740993,9007199254740993.5,900719925474099.3,0.30000000000000004,5e-324,4.35,2.675]",
	"[\"\",\"a\",\"fifteen bytes..\",\"sixteen bytes...\",\"seventeen bytes..\"]",
	"[\"a text that is longer than thirty-two bytes are, and then some more of it, to the end\"]",
	"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\",\"handle with "
	"\\\"care\\\"\",\"caf\\u00e9\",\"\\u0000\",\"\\ud834\\udd1e\"]",
	"[\"\\uffff\\u07ff\\u0800\\u007f\\u0080\",\"\\\\\",\"ends in one\\\\\",\"\\\"\"]",
	"[\"Stra\xC3\x9F"
	"e\",\"\xE6\x9D\xB1\xE4\xBA\xAC\",\"\xF0\x9D\x84\x9E\",\"\x7F\"]",
	"{\"a\":1,\"a\":2,\"\\u0061\":3}",
	"{\"page\":23,\"items\":[{\"sku\":\"SKU-70722-T\",\"price\":59.86,\"title\":\"M\xC3\xBCnchen "
	"\\\"12\\\"\","
	"\"fragile\":false,\"weight\":-3,\"of\":null},{\"sku\":\"SKU-20416-G\",\"price\":1e3,\"at\":\"2026-"
	"11-22T"
	"10:00:00Z\"}],\"note\":\"line\\nbreak caf\\u00e9 and what else there is to say about it\"}",
};

/* Not JSON, or left to yyjson. */
static const char *const others[] = {
	"",
	" ",
	"1",
	"\"a\"",
	"null",
	"[",
	"{",
	"]",
	"}",
	"[}",
	"{]",
	"[1}",
	"{\"a\":1]",
	"[[]",
	"[]]",
	"[][]",
	"[] []",
	"{}}",
	"{}{}",
	"[1],[2]",
	"[,]",
	"[1,]",
	"[,1]",
	"[1,,2]",
	"[1 2]",
	"{,}",
	"{\"a\"}",
	"{\"a\":}",
	"{\"a\":1,}",
	"{\"a\" 1}",
	"{:1}",
	"{a:1}",
	"{1:1}",
	"{\"a\"::1}",
	"{\"a\":1 \"b\":2}",
	"[tru]",
	"[truex]",
	"[nul]",
	"[nulll]",
	"[True]",
	"[fals]",
	"[NaN]",
	"[Infinity]",
	"[-]",
	"[+1]",
	"[.5]",
	"[1.]",
	"[1.e5]",
	"[1e]",
	"[1e+]",
	"[01]",
	"[-01]",
	"[00]",
	"[0x1]",
	"[1a]",
	"[1.5.5]",
	"[--1]",
	"[1-]",
	"[1_000]",
	"[\"]",
	"[\"a]",
	"[\"\\]",
	"[\"\\\"]",
	"[\"\\x\"]",
	"[\"\\u\"]",
	"[\"\\u12\"]",
	"[\"\\u12g4\"]",
	"[\"\\ud834\"]",
	"[\"\\ud834\\u0041\"]",
	"[\"\\udd1e\"]",
	"[\"\\ud834\\ud834\"]",
	"[\"\\ud834\\\"]",
	"[\"tab\there\"]",
	"[\"line\nbreak\"]",
	"[\"\x1f\"]",
	"[\"\x80\"]",
	"[\"\xC3\"]",
	"[\"\xC3\x28\"]",
	"[\"\xC0\xAF\"]",
	"[\"\xE0\x80\x80\"]",
	"[\"\xED\xA0\x80\"]",
	"[\"\xF4\x90\x80\x80\"]",
	"[\"\xF8\x88\x80\x80\x80\"]",
	"[\"\xFF\"]",
	"\xEF\xBB\xBF[]",
	"[1,\xC2\xA0 2]",
	"['a']",
	"[/* */]",
	"[1]// ",
	"[\v1]",
	"[\f]",
};

/* In memory of just its size: a read beyond it is noticed. */
static bool exact_both_ways(const char *text, size_t len)
{
	char *exact = malloc(len == 0 ? 1 : len);
	bool is_read;

	assert_non_null(exact);
	memcpy(exact, text, len);
	is_read = json_both_ways((struct bytes){.data = exact, .len = len});
	free(exact);
	return is_read;
}

static void plain_texts_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		assert_true(exact_both_ways(plain[i], strlen(plain[i])));
}

static void others_are_left_to_yyjson(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(exact_both_ways(others[i], strlen(others[i])));
	assert_false(exact_both_ways("[\"\0\"]", 5));
	assert_false(exact_both_ways("[1\0]", 4));
	assert_false(exact_both_ways("[]\0", 3));
}

/* Each text cut anywhere, also with a bracket behind the cut, and with each byte another. */
static void broken_texts_are_judged_as_yyjson_does(void **state)
{
	static const char bytes[] = "\"\\{}[],:0-.eu \n\x01\x80\xC3";
	char text[1024];

	(void)state;
	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		size_t len = strlen(plain[i]);

		for (size_t cut = 0; cut < len; cut++) {
			memcpy(text, plain[i], cut);
			exact_both_ways(text, cut);
			text[cut] = plain[i][0] == '{' ? '}' : ']';
			exact_both_ways(text, cut + 1);
			memcpy(text + cut, plain[i] + cut, len - cut);
			for (size_t k = 0; k < sizeof(bytes) - 1; k++) {
				text[cut] = bytes[k];
				exact_both_ways(text, len);
			}
		}
	}
}

/* Wherever a text ends or an escape stands, of all distances from the end. */
static void texts_of_every_length(void **state)
{
	char text[200];

	(void)state;
	for (int len = 0; len < 70; len++)
		for (int escape = 0; escape <= len; escape++) {
			int end = snprintf(
				text, sizeof(text), "[\"%.*s\\n%.*s\",\"%.*s\xC3\xA9\"]", escape,
				"abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqr",
				len - escape,
				"ABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQRSTUVWXYZABCDEFGHIJKLMNOPQR", len,
				"0123456789012345678901234567890123456789012345678901234567890123456789");

			assert_true(exact_both_ways(text, (size_t)end));
		}
}

static char *repeated(const char *start, const char *part, size_t count, const char *end, size_t *out_len)
{
	size_t start_len = strlen(start), part_len = strlen(part), end_len = strlen(end);
	char *text = malloc(start_len + count * part_len + end_len);

	assert_non_null(text);
	memcpy(text, start, start_len);
	for (size_t i = 0; i < count; i++)
		memcpy(text + start_len + i * part_len, part, part_len);
	memcpy(text + start_len + count * part_len, end, end_len);
	*out_len = start_len + count * part_len + end_len;
	return text;
}

static bool repeated_both_ways(const char *start, const char *part, size_t count, const char *end)
{
	size_t len;
	char *text = repeated(start, part, count, end, &len);
	bool is_read = json_both_ways((struct bytes){.data = text, .len = len});

	free(text);
	return is_read;
}

static void the_tree_grows_and_has_ceilings(void **state)
{
	char *deep;
	size_t len;

	(void)state;
	assert_true(repeated_both_ways("[", "1,", 100000, "1]"));
	assert_true(repeated_both_ways("[", "{},", 100000, "[]]"));
	assert_true(repeated_both_ways("[", "{\"a\":[\"\\n\"]},", 50000, "0]"));
	assert_true(repeated_both_ways("[\"\\n\",", "1,", 1000, "\"\\t\"]")); /* grows behind its texts */
	assert_false(repeated_both_ways("[", "1,", LIMIT_BODY_VALUES / 2 + 1, "1]"));
	for (size_t depth = LIMIT_JSON_DEPTH - 1; depth < LIMIT_JSON_DEPTH + 2; depth++) {
		deep = repeated("", "[", depth, "", &len);
		deep = realloc(deep, 2 * depth);
		assert_non_null(deep);
		memset(deep + depth, ']', depth);
		assert_int_equal(json_both_ways((struct bytes){.data = deep, .len = 2 * depth}),
				 depth <= LIMIT_JSON_DEPTH);
		free(deep);
	}
}

static void a_full_arena_is_left_as_it_was(void **state)
{
	struct bytes text = bytes_of(plain[sizeof(plain) / sizeof(plain[0]) - 1]);
	struct arena arena;
	bool is_read = false;

	(void)state;
	for (size_t bytes_max = 64; bytes_max < 4096; bytes_max += 64) {
		arena_init(&arena, bytes_max);
		assert_non_null(arena_take(&arena, 32));
		is_read = json_tree_read(text, &arena, NULL) != NULL;
		assert_true(is_read || (arena.used == 32 && !arena.is_full));
		arena_finish(&arena);
	}
	assert_true(is_read);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plain_texts_are_read),
		cmocka_unit_test(others_are_left_to_yyjson),
		cmocka_unit_test(broken_texts_are_judged_as_yyjson_does),
		cmocka_unit_test(texts_of_every_length),
		cmocka_unit_test(the_tree_grows_and_has_ceilings),
		cmocka_unit_test(a_full_arena_is_left_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
