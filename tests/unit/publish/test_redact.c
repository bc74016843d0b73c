/* sensor/publish/redact. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/publish/redact.h"

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, MIB);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_finish(&arena);
	return 0;
}

static void expect(struct bytes got, const char *expected)
{
	assert_non_null(got.data);
	assert_int_equal(got.len, strlen(expected));
	assert_memory_equal(got.data, expected, got.len);
}

static void path_spans_are_masked(void **state)
{
	struct bytes path = BYTES("/users/123-45-6789/mail/a@b.c");
	const struct span apart[] = {{24, 5}, {7, 11}};
	const struct span overlapping[] = {{9, 4}, {7, 4}, {12, 6}, {7, 1}};
	const struct span touching[] = {{7, 3}, {10, 8}};
	const struct span whole[] = {{0, 29}};

	(void)state;
	expect(redact_path(path, NULL, 0, &arena), "/users/123-45-6789/mail/a@b.c");
	expect(redact_path(path, apart, 2, &arena), "/users/{masked}/mail/{masked}");
	expect(redact_path(path, overlapping, 4, &arena), "/users/{masked}/mail/a@b.c");
	expect(redact_path(path, touching, 2, &arena), "/users/{masked}/mail/a@b.c");
	expect(redact_path(path, whole, 1, &arena), "{masked}");
	expect(redact_path(BYTES_NONE, whole, 1, &arena), "");
}

static void path_spans_may_be_absurd(void **state)
{
	const struct span absurd[] = {{SIZE_MAX, SIZE_MAX}, {3, 0}, {2, SIZE_MAX}, {4, 1}, {0, 0}};

	(void)state;
	expect(redact_path(BYTES("/a/b"), absurd, 5, &arena), "/a{masked}");
	expect(redact_path(BYTES("/a/b"), absurd, 2, &arena), "/a/b");
}

static void query_loses_its_values(void **state)
{
	(void)state;
	expect(redact_query(BYTES("a=1&b=2"), &arena), "a=&b=");
	expect(redact_query(BYTES("token=a=b=c&flag&x="), &arena), "token=&flag&x=");
	expect(redact_query(BYTES("&&=secret&"), &arena), "&&=&");
	expect(redact_query(BYTES(""), &arena), "");
	expect(redact_query(BYTES_NONE, &arena), "");
	expect(redact_query(BYTES("123-45-6789"), &arena), "999-99-9999");
	expect(redact_query(BYTES("me@example.com=1&page=2"), &arena), "aa@aaaaaaa.aaa=&page=");
}

static void name_that_looks_like_a_value_keeps_its_shape(void **state)
{
	char longest[65];
	struct bytes masked;

	(void)state;
	expect(redact_name(BYTES("filter[id]"), &arena), "filter[id]");
	expect(redact_name(BYTES("v12345"), &arena), "v12345");
	expect(redact_name(BYTES("V123456"), &arena), "A999999");
	expect(redact_name(BYTES("%31%32%33%34%35%36"), &arena), "999999");
	expect(redact_name(BYTES("user%40host"), &arena), "aaaa@aaaa");
	expect(redact_name(BYTES("AKIAQYLPMN5HHHFPZAM2"), &arena), "AAAAAAAAAA9AAAAAAAA9");
	expect(redact_name(BYTES("123456\x01\xff%"), &arena), "999999??%");
	memset(longest, 'k', sizeof(longest));
	expect(bytes_slice(redact_name((struct bytes){longest, 64}, &arena), 0, 2), "kk");
	masked = redact_name((struct bytes){longest, 65}, &arena);
	assert_int_equal(masked.len, 64);
	assert_int_equal(bytes_find_byte(masked, 'k'), BYTES_NOT_FOUND);
}

static void without_memory_nothing_raw_is_left(void **state)
{
	struct arena small;
	const struct span span = {0, 1};

	(void)state;
	arena_init(&small, 1);
	assert_null(redact_path(BYTES("/a/b"), &span, 1, &small).data);
	assert_null(redact_query(BYTES("a=1"), &small).data);
	assert_null(redact_name(BYTES("a"), &small).data);
	arena_finish(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(path_spans_are_masked, begin, end),
		cmocka_unit_test_setup_teardown(path_spans_may_be_absurd, begin, end),
		cmocka_unit_test_setup_teardown(query_loses_its_values, begin, end),
		cmocka_unit_test_setup_teardown(name_that_looks_like_a_value_keeps_its_shape, begin, end),
		cmocka_unit_test_setup_teardown(without_memory_nothing_raw_is_left, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
