/* The wire format field by field, and everything that is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "parsers/protobuf.h"

static void every_wire_type(void **state)
{
	struct cursor cursor = cursor_of(BYTES("\x08\x96\x01\x11"
					       "12345678"
					       "\x1a\x02hi\x23\x28\x01\x24\x35"
					       "1234"
					       "\x38\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"));
	static const struct {
		uint32_t number;
		enum protobuf_wire wire;
	} expected[] = {{1, PROTOBUF_VARINT},  {2, PROTOBUF_FIXED64}, {3, PROTOBUF_LEN},
			{4, PROTOBUF_GROUP},   {5, PROTOBUF_VARINT},  {4, PROTOBUF_GROUP_END},
			{6, PROTOBUF_FIXED32}, {7, PROTOBUF_VARINT}};
	struct protobuf_field field;

	(void)state;
	for (size_t i = 0; i < sizeof(expected) / sizeof(expected[0]); i++) {
		assert_true(protobuf_next(&cursor, &field));
		assert_int_equal(field.number, expected[i].number);
		assert_int_equal(field.wire, expected[i].wire);
		if (field.number == 1)
			assert_int_equal(field.value, 150);
		if (field.number == 3)
			assert_true(bytes_equal(field.bytes, BYTES("hi")));
	}
	assert_true(field.value == UINT64_MAX);
	assert_false(protobuf_next(&cursor, &field));
	assert_false(cursor.ran_out);
}

static void what_is_no_field(void **state)
{
	static const struct bytes broken[] = {
		BYTES_INIT("\x08"),     /* no value */
		BYTES_INIT("\x00\x01"), /* number 0 */
		BYTES_INIT("\x0e\x01"), /* wire type 6 */
		BYTES_INIT("\x0f"),     /* wire type 7 */
		BYTES_INIT("\x0a\x05"
			   "abc"), /* longer than what is there */
		BYTES_INIT("\x0a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"
			   "a"),                                                /* by far */
		BYTES_INIT("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), /* eleven bytes of number */
		BYTES_INIT("\xf8\xff\xff\xff\xff\x01\x01"), /* field number above 2^29 - 1 */
		BYTES_INIT("\x09"
			   "1234567"),
		BYTES_INIT("\x0d"
			   "123"),
	};
	struct protobuf_field field = {.number = 77};

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct cursor cursor = cursor_of(broken[i]);
		bool has_len;

		assert_false(protobuf_next(&cursor, &field));
		assert_true(cursor.ran_out);
		assert_false(protobuf_next(&cursor, &field));
		assert_int_equal(field.number, 77);
		assert_false(protobuf_is_message(broken[i], &has_len));
	}
}

static void whole_messages(void **state)
{
	bool has_len = true;

	(void)state;
	assert_true(protobuf_is_message(BYTES(""), &has_len));
	assert_false(has_len);
	assert_true(protobuf_is_message(BYTES("\x08\x01"), &has_len));
	assert_false(has_len);
	assert_true(protobuf_is_message(BYTES("\x0a\x01x\x08\x01"), &has_len));
	assert_true(has_len);
	assert_true(protobuf_is_message(BYTES("\x0b\x13\x14\x0c"), &has_len));
	assert_false(protobuf_is_message(BYTES("\x0b"), &has_len));     /* a group without end */
	assert_false(protobuf_is_message(BYTES("\x0c"), &has_len));     /* an end without group */
	assert_false(protobuf_is_message(BYTES("\x0c\x0b"), &has_len)); /* in the wrong order */
	assert_false(protobuf_is_message(BYTES("hello world"), &has_len));
}

/* Any bytes end, and read nothing past their end. */
static void any_bytes(void **state)
{
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		size_t len = (size_t)rand_r(&seed) % 24;
		char *data = malloc(len + 1);
		struct cursor cursor = cursor_of((struct bytes){data, len});
		struct protobuf_field field;
		size_t count = 0;

		for (size_t j = 0; j < len; j++)
			data[j] = (char)(rand_r(&seed) % (j % 2 == 0 ? 64 : 256));
		data = realloc(data, len == 0 ? 1 : len);
		cursor = cursor_of((struct bytes){data, len});
		while (protobuf_next(&cursor, &field))
			count++;
		assert_true(count <= len);
		free(data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_wire_type),
		cmocka_unit_test(what_is_no_field),
		cmocka_unit_test(whole_messages),
		cmocka_unit_test(any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
