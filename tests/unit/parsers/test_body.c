/* parsers/body, form, json_read: contents by media type, exact numbers, ceilings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "parsers/body.h"
#include "parsers/json_read.h"

static struct header type_header = {.name = BYTES_INIT("content-type")};

/* A whole request body of that type; NULL gives no Content-Type. */
static struct exchange *with_body(const char *type, struct bytes content)
{
	struct exchange *exchange = exchange_new(NULL);

	assert_non_null(exchange);
	exchange->request.is_seen = true;
	exchange->request.is_complete = true;
	exchange->request.body = (struct body){.content = content, .state = BODY_WHOLE};
	type_header.value = bytes_of(type);
	exchange->request.headers = &type_header;
	exchange->request.header_count = type != NULL;
	return exchange;
}

static enum body_kind kind_of(const char *type, struct bytes content)
{
	struct exchange *exchange = with_body(type, content);
	struct body_reading reading;

	body_read(exchange, &exchange->request, NULL, &reading);
	exchange_free(exchange);
	return reading.kind;
}

static void media_types_choose_the_reader(void **state)
{
	(void)state;
	assert_int_equal(kind_of("application/json", BYTES("{}")), BODY_JSON);
	assert_int_equal(kind_of("Application/JSON; charset=utf-8", BYTES(" [1] ")), BODY_JSON);
	assert_int_equal(kind_of("application/problem+json", BYTES("\"text\"")), BODY_JSON);
	assert_int_equal(kind_of("application/json", BYTES("\xEF\xBB\xBF{}")), BODY_JSON);
	assert_int_equal(kind_of("application/x-www-form-urlencoded", BYTES("a=1")), BODY_FORM);
	assert_int_equal(kind_of("text/plain", BYTES("{}")), BODY_TEXT);
	assert_int_equal(kind_of("application/unheard-of", BYTES("gr\xC3\xBC\xC3\x9F")), BODY_TEXT);
	assert_int_equal(kind_of("application/unheard-of", BYTES("\xFF\xFE\x00")), BODY_OPAQUE);
	assert_int_equal(kind_of("multipart/form-data; boundary=x", BYTES("--x")), BODY_MALFORMED);
	assert_int_equal(kind_of("multipart/form-data; boundary=x", BYTES("--x--")), BODY_MULTIPART);
	assert_int_equal(kind_of("application/soap+xml", BYTES("<a/>")), BODY_XML);
	assert_int_equal(kind_of("text/xml", BYTES("<a>")), BODY_MALFORMED);
	assert_int_equal(kind_of("application/jsonl", BYTES("1\n2\n")), BODY_ITEMS);
	assert_int_equal(kind_of("application/x-ndjson", BYTES("1\n{\n")), BODY_MALFORMED);
	assert_int_equal(kind_of("application/json-seq", BYTES("\x1e{}\n\x1e[]\n")), BODY_ITEMS);
	assert_int_equal(kind_of("application/json-seq", BYTES("{}")), BODY_MALFORMED);
	assert_int_equal(kind_of("text/event-stream", BYTES("data: a\n\n")), BODY_ITEMS);
	assert_int_equal(kind_of("application/json", BYTES("")), BODY_EMPTY);
}

static void without_a_type_the_first_byte_tells(void **state)
{
	(void)state;
	assert_int_equal(kind_of(NULL, BYTES(" {\"a\":1}")), BODY_JSON);
	assert_int_equal(kind_of(NULL, BYTES("{not json")), BODY_TEXT);
	assert_int_equal(kind_of(NULL, BYTES("hello")), BODY_TEXT);
	assert_int_equal(kind_of(NULL, BYTES("\xC0\x80")), BODY_OPAQUE);
	assert_int_equal(kind_of(NULL, BYTES("\xED\xA0\x80")), BODY_OPAQUE);
	assert_int_equal(kind_of(NULL, BYTES("\xF4\x90\x80\x80")), BODY_OPAQUE);
	assert_int_equal(kind_of(NULL, BYTES("cut \xE2\x82")), BODY_OPAQUE);
}

static struct bytes raw_at(yyjson_val *list, size_t index)
{
	yyjson_val *value = yyjson_arr_get(list, index);

	return (struct bytes){.data = yyjson_get_raw(value), .len = yyjson_get_len(value)};
}

static void numbers_stay_exact(void **state)
{
	struct exchange *exchange =
		with_body("application/json",
			  BYTES("[9007199254740993,18446744073709551616,-9223372036854775808,1e999,0.5]"));
	struct body_reading reading;

	(void)state;
	body_read(exchange, &exchange->request, NULL, &reading);
	assert_int_equal(reading.kind, BODY_JSON);
	assert_true(yyjson_get_uint(yyjson_arr_get(reading.json, 0)) == 9007199254740993u);
	assert_true(bytes_equal(raw_at(reading.json, 1), BYTES("18446744073709551616")));
	assert_true(yyjson_get_sint(yyjson_arr_get(reading.json, 2)) == INT64_MIN);
	assert_true(bytes_equal(raw_at(reading.json, 3), BYTES("1e999")));
	assert_true(yyjson_is_real(yyjson_arr_get(reading.json, 4)));
	exchange_free(exchange);
}

static void malformed_says_where(void **state)
{
	static const char *const broken[] = {"{",     "{\"a\":}",   "[1,]",   "nul",
					     "{} {}", "\"\xFF\"",   "\"open", "\"\\",
					     " ",     "{\"a\":01}", "[1}",    "\xEF\xBB\xBF"};
	struct exchange *exchange;
	struct body_reading reading;

	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++)
		assert_int_equal(kind_of("application/json", bytes_of(broken[i])), BODY_MALFORMED);
	assert_int_equal(kind_of("application/x-www-form-urlencoded", BYTES("{\"a\":1}")), BODY_MALFORMED);
	assert_int_equal(kind_of("application/x-www-form-urlencoded", BYTES("a\0b")), BODY_MALFORMED);

	exchange = with_body("application/json", BYTES("\xEF\xBB\xBF{\"a\":x}"));
	body_read(exchange, &exchange->request, NULL, &reading);
	assert_int_equal(reading.error_offset, 8);
	assert_non_null(reading.error);
	assert_int_equal(reading.text.len, 10);
	exchange_free(exchange);
}

static void what_is_not_whole_is_unread(void **state)
{
	static const enum body_state states[] = {BODY_CUT, BODY_HOLED, BODY_UNENDED};
	static const enum coding_outcome codings[] = {CODING_UNSUPPORTED, CODING_BROKEN, CODING_BOMB,
						      CODING_COSTLY, CODING_PARTIAL};
	struct exchange *exchange = with_body("application/json", BYTES("{\"a\":"));
	struct body_reading reading;

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		exchange->request.body.state = states[i];
		body_read(exchange, &exchange->request, NULL, &reading);
		assert_int_equal(reading.kind, BODY_UNREAD);
		assert_int_equal(reading.text.len, 5);
		assert_non_null(reading.error);
	}
	exchange->request.body.state = BODY_WHOLE;
	for (size_t i = 0; i < 5; i++) {
		exchange->request.body.coding = codings[i];
		body_read(exchange, &exchange->request, NULL, &reading);
		assert_int_equal(reading.kind, BODY_UNREAD);
	}
	exchange->request.body.coding = CODING_DECODED;
	body_read(exchange, &exchange->request, NULL, &reading);
	assert_int_equal(reading.kind, BODY_MALFORMED);
	exchange->request.is_seen = false;
	body_read(exchange, &exchange->request, NULL, &reading);
	assert_int_equal(reading.kind, BODY_UNREAD);
	exchange_free(exchange);
}

static struct bytes repeated(const char *start, const char *part, size_t count, const char *end)
{
	size_t part_len = strlen(part), start_len = strlen(start), end_len = strlen(end);
	char *text = malloc(start_len + count * part_len + end_len + 1);

	assert_non_null(text);
	memcpy(text, start, start_len);
	for (size_t i = 0; i < count; i++)
		memcpy(text + start_len + i * part_len, part, part_len);
	memcpy(text + start_len + count * part_len, end, end_len + 1);
	return (struct bytes){.data = text, .len = start_len + count * part_len + end_len};
}

static enum body_kind repeated_kind(const char *start, const char *part, size_t count, const char *end)
{
	struct bytes text = repeated(start, part, count, end);
	enum body_kind kind = kind_of("application/json", text);

	free((char *)(uintptr_t)text.data);
	return kind;
}

static void ceilings_are_unread_not_malformed(void **state)
{
	(void)state;
	assert_int_equal(repeated_kind("", "[", LIMIT_JSON_DEPTH, ""), BODY_MALFORMED);
	assert_int_equal(repeated_kind("", "[", LIMIT_JSON_DEPTH + 1, ""), BODY_UNREAD);
	assert_int_equal(repeated_kind("", "{\"a\":", 100000, ""), BODY_UNREAD);
	assert_int_equal(repeated_kind("\"", "[", 100000, "\""), BODY_JSON);
	assert_int_equal(repeated_kind("[", "1,", LIMIT_BODY_VALUES - 2, "1]"), BODY_JSON);
	assert_int_equal(repeated_kind("[", "1,", LIMIT_BODY_VALUES, "1]"), BODY_UNREAD);
}

static void a_full_arena_is_a_ceiling(void **state)
{
	struct json_reading reading;
	struct arena arena;

	(void)state;
	for (size_t bytes_max = 16; bytes_max < 4096; bytes_max += 16) {
		arena_init(&arena, bytes_max);
		json_read(BYTES("{\"a\":[1,2,3,4,5,6,7,8,9,{\"b\":null}]}"), &arena, &reading);
		assert_true(reading.outcome == JSON_READ || reading.outcome == JSON_CEILING);
		assert_true((reading.root != NULL) == (reading.outcome == JSON_READ));
		arena_finish(&arena);
	}
	assert_int_equal(reading.outcome, JSON_READ);
}

/* The tree grows to the foretold size at most once, whatever the shape. */
static void pretty_and_dense_texts_are_read(void **state)
{
	(void)state;
	assert_int_equal(repeated_kind("[\n", "                                 1\n,", 5000, "2]"),
			 BODY_JSON);
	assert_int_equal(repeated_kind("[", "{},", 50000, "[]]"), BODY_JSON);
	assert_int_equal(repeated_kind("[\n", "1,", 50000, "[]]"), BODY_JSON);
}

static void forms_are_split_and_decoded(void **state)
{
	struct arena arena;
	struct form_field *fields;
	size_t count;

	(void)state;
	arena_init(&arena, MIB);
	fields = form_read(BYTES("a=1&b%20c=d+e%2B&&flag&x==y&bad=%zz%4"), &arena, &count);
	assert_int_equal(count, 5);
	assert_true(bytes_equal(fields[0].value, BYTES("1")));
	assert_true(bytes_equal(fields[1].name, BYTES("b c")));
	assert_true(bytes_equal(fields[1].raw_name, BYTES("b%20c")));
	assert_true(bytes_equal(fields[1].value, BYTES("d e+")));
	assert_true(bytes_equal(fields[2].name, BYTES("flag")) && fields[2].raw_value.data == NULL);
	assert_true(bytes_equal(fields[3].value, BYTES("=y")));
	assert_true(bytes_equal(fields[4].value, BYTES("%zz%4")));
	assert_null(form_read(BYTES(""), &arena, &count));
	assert_int_equal(count, 0);
	assert_null(form_read(BYTES("&&&"), &arena, &count));
	assert_int_equal(count, 0);
	arena_finish(&arena);
	arena_init(&arena, 64);
	assert_null(form_read(BYTES("a=1&b=2"), &arena, &count));
	assert_int_equal(count, 0);
	arena_finish(&arena);
}

static void percent_decoding_keeps_what_is_not_encoded(void **state)
{
	struct bytes plain = BYTES("plain+text");
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB);
	assert_ptr_equal(percent_decode(plain, false, &arena).data, plain.data);
	assert_true(bytes_equal(percent_decode(plain, true, &arena), BYTES("plain text")));
	assert_true(bytes_equal(percent_decode(BYTES("%41%"), false, &arena), BYTES("A%")));
	assert_true(bytes_equal(percent_decode(BYTES("%00"), false, &arena), BYTES("\0")));
	assert_true(bytes_equal(percent_decode(BYTES("%4"), false, &arena), BYTES("%4")));
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(media_types_choose_the_reader),
		cmocka_unit_test(without_a_type_the_first_byte_tells),
		cmocka_unit_test(numbers_stay_exact),
		cmocka_unit_test(malformed_says_where),
		cmocka_unit_test(what_is_not_whole_is_unread),
		cmocka_unit_test(ceilings_are_unread_not_malformed),
		cmocka_unit_test(a_full_arena_is_a_ceiling),
		cmocka_unit_test(pretty_and_dense_texts_are_read),
		cmocka_unit_test(forms_are_split_and_decoded),
		cmocka_unit_test(percent_decoding_keeps_what_is_not_encoded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
