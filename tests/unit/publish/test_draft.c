/* sensor/publish/draft: whatever is added, and wherever it is cut, one JSON object comes out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/publish/draft.h"

static void write_record(draft_fill *fill, const void *record, struct buffer *out)
{
	assert_int_equal(draft_write(fill, record, out), STATUS_OK);
	assert_true(out->len <= LIMIT_RECORD_BYTES);
}

static void expect(const struct buffer *out, const char *text)
{
	assert_int_equal(out->len, strlen(text));
	assert_memory_equal(out->data, text, out->len);
}

static void fill_number(struct draft *draft, struct draft_at root, const void *record)
{
	const uint64_t *value = record;

	draft_number(draft, root, "n", *value);
	draft_text_number(draft, root, "t", *value);
}

static void expect_number(uint64_t value)
{
	struct buffer out = BUFFER_MAX(LIMIT_RECORD_BYTES);
	char text[128];

	snprintf(text, sizeof(text), "{\"n\":%llu,\"t\":\"%llu\"}",
		 (unsigned long long)(value > INT64_MAX ? INT64_MAX : value), (unsigned long long)value);
	write_record(fill_number, &value, &out);
	expect(&out, text);
	buffer_finish(&out);
}

static void numbers_have_all_their_digits(void **state)
{
	uint64_t power = 1;

	(void)state;
	for (uint64_t i = 0; i < 1100; i++)
		expect_number(i);
	for (unsigned bit = 0; bit < 64; bit++) {
		expect_number(1ull << bit);
		expect_number((1ull << bit) - 1);
	}
	for (unsigned digits = 1; digits < 20; digits++, power *= 10) {
		expect_number(power - 1);
		expect_number(power);
		expect_number(power + 1);
	}
	expect_number(UINT64_MAX);
}

static void fill_nested(struct draft *draft, struct draft_at root, const void *record)
{
	struct draft_at one = draft_object(draft, root, "one"), two, list;

	(void)record;
	list = draft_array(draft, one, "list");
	draft_array_text(draft, list, BYTES("a\"b"));
	two = draft_array_object(draft, list);
	draft_bool(draft, two, "yes", true);
	draft_text_or_null(draft, two, "none", BYTES_NONE);
	draft_array_text(draft, list, BYTES(""));
	draft_members(draft, one, BYTES("\"p\":1,\"q\":2"));
	draft_object(draft, root, "empty");
	draft_number(draft, draft_object_named(draft, root, BYTES("k\n")), "v", 0);
	draft_real_or_null(draft, root, "real", 0.5);
	draft_real_or_null(draft, root, "null", -1);
	draft_text_joined(draft, root, "joined", BYTES("plain "), BYTES("text"));
}

static void what_stands_deeper_ends_by_itself(void **state)
{
	struct buffer out = BUFFER_MAX(LIMIT_RECORD_BYTES);

	(void)state;
	write_record(fill_nested, NULL, &out);
	expect(&out, "{\"one\":{\"list\":[\"a\\\"b\",{\"yes\":true,\"none\":null},\"\"],\"p\":1,\"q\":2},"
		     "\"empty\":{},\"k\\n\":{\"v\":0},\"real\":0.5,\"null\":null,\"joined\":\"plain text\"}");
	buffer_finish(&out);
}

static void fill_text(struct draft *draft, struct draft_at root, const void *record)
{
	const struct bytes *text = record;

	draft_text(draft, root, "t", *text);
	draft_number(draft, root, "n", 1);
}

/* Up to the last byte that a record may have, and past it, whether or not its buffer has room for more. */
static void a_record_is_never_too_large(void **state)
{
	const size_t around = sizeof("{\"t\":\"\",\"n\":1}") - 1;
	char *text = malloc(LIMIT_RECORD_BYTES + 200);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', LIMIT_RECORD_BYTES + 200);
	for (size_t len = LIMIT_RECORD_BYTES - 200; len < LIMIT_RECORD_BYTES + 200; len++) {
		struct bytes value = {text, len};
		struct buffer wide = BUFFER_MAX(2 * LIMIT_RECORD_BYTES),
			      narrow = BUFFER_MAX(LIMIT_RECORD_BYTES);

		write_record(fill_text, &value, &wide);
		assert_int_equal(wide.len,
				 len + around > LIMIT_RECORD_BYTES ? 4 * KIB + around : len + around);
		write_record(fill_text, &value, &narrow);
		buffer_finish(&wide);
		buffer_finish(&narrow);
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_all_their_digits),
		cmocka_unit_test(what_stands_deeper_ends_by_itself),
		cmocka_unit_test(a_record_is_never_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
