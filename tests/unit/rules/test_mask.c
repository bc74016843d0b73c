#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/fingerprint.h"
#include "rules/mask.h"

static void shows(struct mask_plan plan, bool is_secret, const char *value, const char *expected)
{
	struct arena arena;
	struct bytes sample;

	arena_init(&arena, 1 << 20);
	sample = mask_value(&plan, is_secret, bytes_of(value), &arena);
	if (!bytes_equal(sample, bytes_of(expected)))
		print_message("%.*s is not %s\n", (int)sample.len, sample.data, expected);
	assert_true(bytes_equal(sample, bytes_of(expected)));
	arena_finish(&arena);
}

static void samples(void **state)
{
	struct mask_plan pan = {6, 4, false}, last = {0, 4, false}, iban = {2, 4, false},
			 email = {0, 0, true};

	(void)state;
	shows(pan, false, "4111111111111111", "411111******1111");
	shows(pan, false, "4111 1111 1111 1111", "4111 11** **** 1111");
	shows(pan, false, "378282246310005", "378282*****0005");
	shows(last, false, "799-08-6684", "***-**-6684");
	shows(iban, false, "DE89370400440532013000", "DE****************3000");
	shows(email, false, "ann@example.com", "a***@example.com");
	shows(email, false, "a@example.com", "***@example.com");
	shows(email, false, "\xc3\xa4\xc3\xb6@example.com", "\xc3\xa4***@example.com");
	shows((struct mask_plan){4, 0, false}, true, "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",
	      "ghp_...(40)");
	/* Never more than half. */
	shows((struct mask_plan){64, 64, false}, false, "AC12345678", "*****45678");
	shows((struct mask_plan){64, 0, true}, true, "abcd", "ab...(4)");
	shows(last, false, "12", "*2");
	shows(last, false, "1", "*");
	shows(last, false, "", "");
	shows((struct mask_plan){1, 1, false}, false,
	      "\xc3\xa4"
	      "bc\xc3\xb6",
	      "\xc3\xa4**\xc3\xb6");
	shows((struct mask_plan){2, 2, false}, false, "\x80\x80\x80", "");
}

static void a_long_value_is_cut(void **state)
{
	static char text[100000];
	struct mask_plan plan = {3, 3, false};
	struct arena arena;

	(void)state;
	memset(text, 'x', sizeof(text));
	arena_init(&arena, 1 << 20);
	assert_int_equal(mask_value(&plan, false, (struct bytes){text, sizeof(text)}, &arena).len, 64);
	arena_finish(&arena);
	arena_init(&arena, 8);
	assert_null(mask_value(&plan, false, (struct bytes){text, 50}, &arena).data);
	arena_finish(&arena);
}

/* Told apart by key, domain and value; computed with another HMAC-SHA256. */
static void fingerprints(void **state)
{
	struct fingerprint_key key = {.is_ready = false}, other = {.bytes = {1}};
	static char large[10000];
	char a[FINGERPRINT_TEXT_LEN + 1], b[FINGERPRINT_TEXT_LEN + 1];

	(void)state;
	fingerprint(&key, "value", BYTES("abc"), a);
	assert_string_equal(a, "84ac92dabdcaad50");
	fingerprint(&key, "value", BYTES("abc"), b);
	assert_string_equal(a, b);
	fingerprint(&key, "valuea", BYTES("bc"), b);
	assert_string_not_equal(a, b);
	fingerprint(&other, "value", BYTES("abc"), b);
	assert_string_not_equal(a, b);
	fingerprint(&key, "value", (struct bytes){large, 9999}, a);
	fingerprint(&key, "value", (struct bytes){large, 10000}, b);
	assert_string_not_equal(a, b);
	fingerprint(&key, "value", BYTES_NONE, a);
	assert_int_equal(strlen(a), 16);
	/* What is kept of a key changes nothing, and is that key's. */
	fingerprint_key_prepare(&key);
	fingerprint(&key, "value", BYTES_NONE, b);
	assert_string_equal(a, b);
	fingerprint(&key, "value", BYTES("abc"), a);
	assert_string_equal(a, "84ac92dabdcaad50");
	fingerprint_key_prepare(&other);
	fingerprint(&other, "value", BYTES("abc"), b);
	assert_string_not_equal(a, b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(samples),
		cmocka_unit_test(a_long_value_is_cut),
		cmocka_unit_test(fingerprints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
