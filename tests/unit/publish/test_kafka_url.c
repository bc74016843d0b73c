/* sensor/publish/kafka_url. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/publish/kafka_url.h"

static void url_is_taken_apart(void **state)
{
	struct kafka_url url;
	const char *why = NULL;

	(void)state;
	assert_int_equal(
		kafka_url_read(BYTES("kafka://b1:9092,10.0.0.1:9093,[2001:db8::1]:9/s.findings-v1_x"), &url,
			       &why),
		STATUS_OK);
	assert_true(bytes_equal(url.brokers, BYTES("b1:9092,10.0.0.1:9093,[2001:db8::1]:9")));
	assert_true(bytes_equal(url.topic, BYTES("s.findings-v1_x")));
	assert_null(why);
}

static void bad_urls_are_refused_in_words(void **state)
{
	static const char *const BAD[] = {
		"",
		"kafka:/h:1/t",
		"KAFKA://h:1/t",
		"kafka://",
		"kafka:///topic",
		"kafka://h/topic",
		"kafka://h:/topic",
		"kafka://h:0/topic",
		"kafka://h:65536/topic",
		"kafka://h:9x/topic",
		"kafka://:9092/topic",
		"kafka://h:9092",
		"kafka://h:9092/",
		"kafka://h:9092/a/b",
		"kafka://h:9092/a b",
		"kafka://h:9092/..",
		"kafka://h:9092,/topic",
		"kafka://h:9092,,g:1/topic",
		"kafka://2001:db8::1:9092/topic",
		"kafka://[]:9092/topic",
		"kafka://user:hunter2@h:9092/topic",
		"kafka://h\n:9092/topic",
	};
	struct kafka_url url = {0};
	char longest[400] = "kafka://h:1/";

	(void)state;
	memset(longest + 12, 't', 250);
	for (size_t i = 0; i <= sizeof(BAD) / sizeof(BAD[0]); i++) {
		const char *text = i < sizeof(BAD) / sizeof(BAD[0]) ? BAD[i] : longest;
		const char *why = NULL;

		if (kafka_url_read(bytes_of(text), &url, &why) != STATUS_INVALID)
			fail_msg("taken: %s", text);
		assert_non_null(why);
		assert_null(strstr(why, "hunter2"));
		assert_null(url.topic.data);
	}
	longest[12 + 249] = '\0';
	assert_int_equal(kafka_url_read(bytes_of(longest), &url, &(const char *){NULL}), STATUS_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(url_is_taken_apart),
		cmocka_unit_test(bad_urls_are_refused_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
