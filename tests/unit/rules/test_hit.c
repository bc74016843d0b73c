/* What is shown of a hit, and that what was found is wiped. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rules/pattern.h"
#include "tests/unit/rules/workbench.h"

static void assert_text(struct bytes run, const char *text)
{
	assert_true(bytes_equal(run, bytes_of(text)));
}

static void what_was_found_is_shown_or_forgotten(void **state)
{
	struct body_reading reading = {.kind = BODY_TEXT, .text = BYTES("ann@example.com 799-08-6684")};
	struct exchange *exchange = exchange_new(NULL);
	struct hit *shown, *other;
	struct bytes sample, value;
	struct workbench bench;
	struct hits hits;

	(void)state;
	assert_true(workbench_up(&bench, NULL));
	exchange->request.is_seen = true;
	scanner_scan(bench.scanner, exchange, &reading, NULL, &hits);
	assert_int_equal(hits.count, 2);
	shown = &hits.list[1];
	other = &hits.list[0];
	assert_text(shown->value, "ann@example.com");
	assert_int_equal(shown->sample.len, 0);
	hit_show(&hits, shown, &exchange->arena);
	assert_int_equal(shown->value.len, 0);
	sample = shown->sample;
	assert_text(sample, "a***@example.com");
	value = other->value;
	assert_text(value, "799-08-6684");
	scanner_forget(bench.scanner);
	for (size_t i = 0; i < value.len; i++)
		assert_int_equal(value.data[i], 0);
	hit_show(&hits, shown, &exchange->arena);
	assert_ptr_equal(shown->sample.data, sample.data);
	assert_int_equal(strlen(shown->value_hmac), FINGERPRINT_TEXT_LEN);
	exchange_free(exchange);
	workbench_down(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_found_is_shown_or_forgotten)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
