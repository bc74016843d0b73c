#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rules/scan_layer.h"

/* Sixteen bytes at a glance are looked at: of every length, whatever stands at every place of it. */
static void layers_are_seen_at_every_place(void **state)
{
	const unsigned percent = 1u << SCAN_LAYER_PERCENT, base64 = 1u << SCAN_LAYER_BASE64;
	char text[80];

	(void)state;
	for (size_t len = 1; len < sizeof(text); len++) {
		struct bytes value = {text, len};
		bool could_be = len >= SCAN_BASE64_LEN_MIN && len % 4 != 1;

		for (size_t i = 0; i < len; i++)
			text[i] = "abC/+9_-zA0Z"[i % 12];
		assert_int_equal(layers_likely(value), could_be ? base64 : 0);
		for (size_t at = 0; at < len; at++) {
			char was = text[at];

			text[at] = '%';
			assert_int_equal(layers_likely(value), percent);
			for (size_t i = 0; i < 6; i++) {
				text[at] = ".:@[`{"[i];
				assert_int_equal(layers_likely(value), 0);
			}
			text[at] = was;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layers_are_seen_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
