/* The exchange and what http1_target reads into it. */
#include "parsers/http1_target.h"
#include "parsers/message_body.h"
#include "tests/unit/parsers/talk.h"

static struct exchange *target(const char *method, const char *text, const char *host)
{
	struct exchange *exchange = exchange_new(NULL);

	exchange->method = bytes_of(method);
	exchange->target = bytes_of(text);
	if (host != NULL) {
		exchange->request.headers = arena_alloc(&exchange->arena, sizeof(struct header));
		exchange->request.headers[0] =
			(struct header){.name = BYTES("host"), .value = bytes_of(host)};
		exchange->request.header_count = 1;
	}
	http1_target_read(exchange);
	return exchange;
}

static void expect(struct exchange *exchange, const char *expected)
{
	char line[300];

	snprintf(line, sizeof(line),
		 "[" BYTES_FORMAT "] [" BYTES_FORMAT "] %u [" BYTES_FORMAT "] %s[" BYTES_FORMAT "]",
		 BYTES_PRINT(exchange->scheme), BYTES_PRINT(exchange->host), exchange->host_port,
		 BYTES_PRINT(exchange->path), exchange->has_query ? "?" : "", BYTES_PRINT(exchange->query));
	assert_string_equal(line, expected);
	exchange_free(exchange);
}

static void target_forms(void **state)
{
	(void)state;
	expect(target("GET", "/a%20b?c=d?e#f?g", "API.Example:8080"),
	       "[] [api.example] 8080 [/a%20b] ?[c=d?e]");
	expect(target("GET", "/a#b?c", NULL), "[] [] 0 [/a] []");
	expect(target("GET", "/a?", "a"), "[] [a] 0 [/a] ?[]");
	expect(target("GET", "http://U:p@Host:81/x?y", "other"), "[http] [host] 81 [/x] ?[y]");
	expect(target("GET", "https://host?y", NULL), "[https] [host] 0 [/] ?[y]");
	expect(target("CONNECT", "[2001:DB8::1]:443", "x"), "[] [2001:db8::1] 443 [] []");
	expect(target("OPTIONS", "*", "[::1]"), "[] [::1] 0 [*] []");
	expect(target("GET", "//evil/x", "a:99999"), "[] [a] 0 [//evil/x] []");
	expect(target("GET", "a:/b", "[::1"), "[] [[] 0 [a:/b] []");
	expect(target("CONNECT", "u@", ""), "[] [] 0 [] []");
	expect(target("CONNECT", "]@[", ""), "[] [[] 0 [] []");
}

static void headers_by_name(void **state)
{
	struct header headers[] = {
		{.name = BYTES_INIT("a"), .value = BYTES_INIT("1")},
		{.name = BYTES_INIT("content-type"), .value = BYTES_INIT("Application/JSON ; charset=x")},
		{.name = BYTES_INIT("a"), .value = BYTES_INIT("2")}};
	struct message message = {.headers = headers, .header_count = 3};
	struct message empty = {0};

	(void)state;
	assert_ptr_equal(message_header(&message, BYTES("a")), &headers[0]);
	assert_ptr_equal(message_header_next(&message, &headers[0]), &headers[2]);
	assert_null(message_header_next(&message, &headers[2]));
	assert_null(message_header(&empty, BYTES("a")));
	assert_true(bytes_equal(message_media_type(&message), BYTES("Application/JSON")));
	assert_int_equal(message_media_type(&empty).len, 0);
}

static void names(void **state)
{
	(void)state;
	for (int i = 0; i < EXCHANGE_OUTCOME_COUNT; i++)
		assert_string_not_equal(exchange_outcome_name((enum exchange_outcome)i), "unknown");
	assert_string_equal(exchange_outcome_name(EXCHANGE_GAP_RESPONSE), "gap_response");
	assert_string_equal(http_version_name(HTTP_1_1), "1.1");
	assert_string_equal(http_version_name(HTTP_2), "2");
	exchange_free(NULL);
}

/* Keeps `len` bytes under the ceiling and hands them over; is the content still where it was kept? */
static bool is_moved(struct exchange *exchange, size_t len, size_t bytes_max)
{
	struct buffer kept = BUFFER_MAX(bytes_max);
	struct message *message = &exchange->request;
	bool is_copied;

	assert_int_equal(buffer_reserve(&kept, len), STATUS_OK);
	memset(kept.data, 'x', len);
	kept.len = len;
	message->body.state = BODY_WHOLE;
	message_body_set(exchange, message, &(struct message_body){.kept = &kept, .bytes_max = bytes_max});
	assert_int_equal(message->body.content.len, len);
	assert_int_equal(message->body.content.data[0], 'x');
	assert_int_equal(message->body.content.data[len - 1], 'x');
	assert_int_equal(message->body.content.data[len], '\0');
	is_copied = kept.data != NULL;
	assert_true(!is_copied || kept.data != message->body.content.data);
	buffer_wipe(&kept);
	return !is_copied;
}

static void bodies_move(void **state)
{
	struct exchange *exchange = exchange_new(NULL);

	(void)state;
	assert_false(is_moved(exchange, 100, 4096));  /* small */
	assert_false(is_moved(exchange, 4096, 4096)); /* no room for the NUL */
	assert_true(is_moved(exchange, 2048, 4096));
	assert_true(is_moved(exchange, 4095, 4096));
	assert_false(is_moved(exchange, 2048, 4096)); /* it has two */
	exchange_free(exchange);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(target_forms),
		cmocka_unit_test(headers_by_name),
		cmocka_unit_test(names),
		cmocka_unit_test(bodies_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
