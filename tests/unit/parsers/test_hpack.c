/* Header blocks of HTTP/2: the examples of RFC 7541, and what nobody should send, as nghttp2 reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/unit/parsers/hpack_both_ways.h"

/* -- the examples of RFC 7541, appendix C -------------------------------------------- */

static struct bytes from_hex(const char *text, char *bytes)
{
	size_t len = 0;

	for (; *text != '\0'; text += text[2] == ' ' ? 3 : 2)
		bytes[len++] = (char)(ascii_hex_value(text[0]) << 4 | ascii_hex_value(text[1]));
	return (struct bytes){bytes, len};
}

static void expect(struct hpack_table *table, const char *hex, const char *fields, size_t table_bytes)
{
	char bytes[500], *said = NULL;
	struct hpack_block block;
	struct hpack_field field;
	struct arena arena;
	size_t said_len;
	FILE *to = open_memstream(&said, &said_len);

	arena_init(&arena, MIB);
	block = hpack_block(from_hex(hex, bytes), &arena);
	while (hpack_next(table, &block, &field))
		fprintf(to, BYTES_FORMAT "=" BYTES_FORMAT "\n", BYTES_PRINT(field.name->text),
			BYTES_PRINT(field.value));
	fclose(to);
	assert_false(block.is_wrong);
	assert_string_equal(said, fields);
	assert_int_equal(table->bytes, table_bytes);
	hpack_table_forget(table);
	arena_finish(&arena);
	free(said);
}

static void single_fields(void **state)
{
	struct hpack_table table = {.bytes_max = HPACK_TABLE_AT_FIRST};

	(void)state;
	expect(&table, "400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572",
	       "custom-key=custom-header\n", 55);
	expect(&table, "040c 2f73 616d 706c 652f 7061 7468", ":path=/sample/path\n", 55);
	expect(&table, "1008 7061 7373 776f 7264 0673 6563 7265 74", "password=secret\n", 55);
	expect(&table, "82", ":method=GET\n", 55);
	hpack_table_finish(&table);
}

#define FIRST_REQUEST  ":method=GET\n:scheme=http\n:path=/\n:authority=www.example.com\n"
#define SECOND_REQUEST FIRST_REQUEST "cache-control=no-cache\n"
#define THIRD_REQUEST                                                                                        \
	":method=GET\n:scheme=https\n:path=/index.html\n:authority=www.example.com\n"                        \
	"custom-key=custom-value\n"

static void requests(void **state)
{
	struct hpack_table table = {.bytes_max = HPACK_TABLE_AT_FIRST};

	(void)state;
	expect(&table, "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", FIRST_REQUEST, 57);
	expect(&table, "8286 84be 5808 6e6f 2d63 6163 6865", SECOND_REQUEST, 110);
	expect(&table, "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
	       THIRD_REQUEST, 164);
	hpack_table_finish(&table);
	expect(&table, "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", FIRST_REQUEST, 57);
	expect(&table, "8286 84be 5886 a8eb 1064 9cbf", SECOND_REQUEST, 110);
	expect(&table, "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf", THIRD_REQUEST, 164);
	hpack_table_finish(&table);
}

#define FIRST_DATE      "date=Mon, 21 Oct 2013 20:13:21 GMT\n"
#define FIRST_RESPONSE  ":status=302\ncache-control=private\n" FIRST_DATE "location=https://www.example.com\n"
#define SECOND_RESPONSE ":status=307\ncache-control=private\n" FIRST_DATE "location=https://www.example.com\n"
#define THIRD_RESPONSE                                                                                       \
	":status=200\ncache-control=private\ndate=Mon, 21 Oct 2013 20:13:22 GMT\n"                           \
	"location=https://www.example.com\ncontent-encoding=gzip\n"                                          \
	"set-cookie=foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1\n"

/* A table of 256 bytes, out of which fields have to go. */
static void responses(void **state)
{
	struct hpack_table table = {.bytes_max = 256};

	(void)state;
	expect(&table,
	       "4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a "
	       "3133 3a32 3120 474d 546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d",
	       FIRST_RESPONSE, 222);
	expect(&table, "4803 3330 37c1 c0bf", SECOND_RESPONSE, 222);
	expect(&table,
	       "88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 "
	       "677a 6970 7738 666f 6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 "
	       "553b 206d 6178 2d61 6765 3d33 3630 303b 2076 6572 7369 6f6e 3d31",
	       THIRD_RESPONSE, 215);
	hpack_table_finish(&table);
	hpack_table_resize(&table, 256);
	expect(&table,
	       "4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e "
	       "919d 29ad 1718 63c7 8f0b 97c8 e9ae 82ae 43d3",
	       FIRST_RESPONSE, 222);
	expect(&table, "4883 640e ffc1 c0bf", SECOND_RESPONSE, 222);
	expect(&table,
	       "88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 "
	       "821d d7f2 e6c7 b335 dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed "
	       "4ee5 b106 3d50 07",
	       THIRD_RESPONSE, 215);
	hpack_table_finish(&table);
}

/* -- against nghttp2 ------------------------------------------------------------------- */

/* Two of each byte, so that Huffman codes begin at odd places; nghttp2 says what they are. */
static void every_byte(void **state)
{
	nghttp2_hd_deflater *encoder;
	struct hpack_ways ways;

	(void)state;
	hpack_ways_begin(&ways, 0);
	assert_int_equal(nghttp2_hd_deflate_new(&encoder, 4096), 0);
	for (int first = 0; first < 256; first++)
		for (int second = 0; second < 256; second++) {
			uint8_t value[40], block[100];
			nghttp2_nv field = {(uint8_t *)(uintptr_t) "age", value, 3, sizeof(value), 0};
			ssize_t len;

			memset(value, 'a', sizeof(value));
			value[3] = (uint8_t)first;
			value[4] = (uint8_t)second;
			len = nghttp2_hd_deflate_hd(encoder, block, sizeof(block), &field, 1);
			assert_true(len > 0 && len < 40); /* coded */
			assert_true(hpack_ways_read(&ways, (struct bytes){(char *)block, (size_t)len}));
		}
	nghttp2_hd_deflate_del(encoder);
	hpack_ways_end(&ways);
}

/* Every text of two bytes, and of three with the last all ones: what of it is padding, what is wrong. */
static void every_code(void **state)
{
	struct hpack_ways ways;

	(void)state;
	for (int i = 0; i < 1 << 16; i++) {
		const char two[] = {0x00, 0x01, 'x', (char)0x82, (char)(i >> 8), (char)i};
		const char three[] = {0x00, 0x01, 'x', (char)0x83, (char)(i >> 8), (char)i, (char)0xff};

		hpack_ways_begin(&ways, 0);
		(void)hpack_ways_read(&ways, (struct bytes){two, sizeof(two)});
		hpack_ways_end(&ways);
		hpack_ways_begin(&ways, 0);
		(void)hpack_ways_read(&ways, (struct bytes){three, sizeof(three)});
		hpack_ways_end(&ways);
	}
}

static void refused(void **state)
{
	static const char *const blocks[] = {
		"80",                            /* field 0 */
		"be",                            /* of a table that is empty */
		"7f",                            /* a number without its end */
		"ff 80 80 80 80 80 00",          /* too long a number, which is 127 */
		"ff ff ff ff ff 7f",             /* too large a one */
		"82 20",                         /* the table's size behind a field */
		"3f e2 ff 03",                   /* a table of 65537 bytes */
		"40 05 61",                      /* a name that is cut */
		"40 01 61",                      /* no value */
		"40 01 61 05 62",                /* a value that is cut */
		"00 01 61 ff 82 ff 03",          /* a value of 65537 bytes */
		"00 01 61 84 ff ff ff ff",       /* the end of all texts */
		"00 01 61 82 1f ff",             /* padding of eight bits and more */
		"00 01 61 81 18",                /* padding that is not all ones */
		"00 81 00 01 61",                /* the same, of a name */
		"7f 00 00 be c0",                /* behind a field that was kept, one that is not there */
		"40 01 61 01 62 20 be",          /* size, behind fields */
		"20 3f e1 1f 40 01 61 01 62 bf", /* two sizes, and what is not there */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++) {
		struct hpack_ways ways;
		char bytes[100];

		hpack_ways_begin(&ways, 0);
		assert_false(hpack_ways_read(&ways, from_hex(blocks[i], bytes)));
		hpack_ways_end(&ways);
	}
}

static void allowed(void **state)
{
	static const char *const blocks[] = {
		"",
		"00 00 00",                      /* neither name nor value */
		"00 80 80",                      /* the same, coded */
		"00 01 61 81 1f",                /* padding */
		"ff 80 80 80 00 c1",             /* a number with zeroes behind it: 127 */
		"20",                            /* an empty table, */
		"40 01 61 01 62",                /* which keeps nothing */
		"20 3f e1 ff 03",                /* a large one again */
		"40 01 61 01 62 7e 01 63 be bf", /* a name of the table */
		"3f 04 be 7e 01 64 be",          /* the name of a field that has to go for it; */
		"7e 01 65 7e 01 66 7e 01 67 be", /* again and again */
		"0f 2f 00 1f 2f 00",             /* not to be kept, never to be */
	};
	struct hpack_ways ways;
	char bytes[100];

	(void)state;
	hpack_ways_begin(&ways, HPACK_TABLE_AT_FIRST / HPACK_UNSEEN_COST);
	for (size_t i = 0; i < sizeof(blocks) / sizeof(blocks[0]); i++)
		assert_true(hpack_ways_read(&ways, from_hex(blocks[i], bytes)));
	hpack_ways_end(&ways);
}

/* Texts about as long as they may be. */
static void long_texts(void **state)
{
	static char block[70000];

	(void)state;
	for (size_t len = LIMIT_HPACK_TEXT - 40; len <= LIMIT_HPACK_TEXT + 1; len++) {
		struct hpack_ways ways;

		memset(block, 'v', sizeof(block));
		memcpy(block, "\x3f\xe1\xff\x03\x40\x01x\x7f", 8);
		block[8] = (char)(((len - 127) & 0x7f) | 0x80);
		block[9] = (char)(((len - 127) >> 7 & 0x7f) | 0x80);
		block[10] = (char)((len - 127) >> 14);
		hpack_ways_begin(&ways, 1000);
		assert_int_equal(hpack_ways_read(&ways, (struct bytes){block, 11 + len}),
				 len <= LIMIT_HPACK_TEXT);
		hpack_ways_end(&ways);
	}
}

/* What was found stays as it is until it is said to be needed no more, even if it had to go. */
static void found_stays(void **state)
{
	struct hpack_table table = {.bytes_max = 40};
	struct hpack_block block;
	struct hpack_field one, other;
	struct arena arena;
	char bytes[100];

	(void)state;
	arena_init(&arena, MIB);
	expect(&table, "40 03 61 62 63 03 64 65 66", "abc=def\n", 38);
	block = hpack_block(from_hex("be 7e 03 67 68 69 be", bytes), &arena);
	assert_true(hpack_next(&table, &block, &one));
	assert_true(hpack_next(&table, &block, &other));
	assert_int_equal(table.count, 1);
	assert_true(bytes_equal(one.name->text, BYTES("abc")) && bytes_equal(one.value, BYTES("def")));
	assert_true(hpack_next(&table, &block, &other));
	assert_true(bytes_equal(other.name->text, BYTES("abc")) && bytes_equal(other.value, BYTES("ghi")));
	hpack_table_forget(&table);
	assert_null(table.gone);
	hpack_table_finish(&table);
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_fields), cmocka_unit_test(requests),   cmocka_unit_test(responses),
		cmocka_unit_test(every_byte),    cmocka_unit_test(every_code), cmocka_unit_test(refused),
		cmocka_unit_test(allowed),       cmocka_unit_test(long_texts), cmocka_unit_test(found_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
