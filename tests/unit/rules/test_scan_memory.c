#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "rules/scan.h"
#include "tests/unit/rules/workbench.h"

/* How many numbers of insurance a field alone holds. */
static size_t ssns_in(struct scanner *scanner, struct header field, bool is_response)
{
	struct exchange *exchange = exchange_new(NULL);
	struct message message = {.is_seen = true, .headers = &field, .header_count = 1};
	struct hits hits;
	size_t count = 0;

	assert_non_null(exchange);
	if (is_response)
		exchange->response = message;
	else
		exchange->request = message;
	scanner_scan(scanner, exchange, NULL, NULL, &hits);
	for (size_t i = 0; i < hits.count; i++)
		count += bytes_equal(hits.list[i].class->id, BYTES("us_ssn"));
	exchange_free(exchange);
	return count;
}

/* A field that holds nothing is remembered: that very field alone, and none in which something is found. */
static void fields_are_remembered_byte_for_byte(void **state)
{
	struct scanner *scanner = *state;
	struct header bare = {.name = BYTES_INIT("x-order"), .value = BYTES_INIT("536221234")};
	struct header named = {.name = BYTES_INIT("x-my-ssn"), .value = BYTES_INIT("536221234")};
	struct header word = {.name = BYTES_INIT("x-order"), .value = BYTES_INIT("the ssn 536221234")};
	struct header no_word = {.name = BYTES_INIT("x-order"), .value = BYTES_INIT("the sum 536221234")};
	struct header only_word = {.name = BYTES_INIT("x-order"), .value = BYTES_INIT("ssn of whom?")};
	struct header split = {.name = BYTES_INIT("x-order5"), .value = BYTES_INIT("36221234")};
	char text[2 * LIMIT_SCAN_FIELD_BYTES];

	for (int i = 0; i < 3; i++) {
		assert_int_equal(ssns_in(scanner, bare, false), 0);
		assert_int_equal(ssns_in(scanner, split, false), 0);
		assert_int_equal(ssns_in(scanner, named, false), 1);
		assert_int_equal(ssns_in(scanner, named, true), 1);
		assert_int_equal(ssns_in(scanner, no_word, true), 0);
		assert_int_equal(ssns_in(scanner, only_word, false), 0);
		assert_int_equal(ssns_in(scanner, word, i % 2 == 0), 1);
	}
	/* as many as push each other out, the longest that are remembered, and longer ones */
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < (size_t)16 * LIMIT_SCAN_FIELDS; i++) {
		size_t len = 60 + i % (sizeof(text) - 60);

		snprintf(text, sizeof(text), "%s %zu", i % 2 == 0 ? "ssn 536-22-1234" : "sum", i);
		text[strlen(text)] = ' ';
		for (int again = 0; again < 2; again++)
			assert_int_equal(ssns_in(scanner,
						 (struct header){.name = bare.name, .value = {text, len}},
						 false),
					 i % 2 == 0);
	}
}

int main(void)
{
	struct CMUnitTest tests[] = {cmocka_unit_test(fields_are_remembered_byte_for_byte)};
	struct workbench bench;
	int failed;

	if (!workbench_up(&bench, NULL))
		return 1;
	tests[0].initial_state = bench.scanner;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	workbench_down(&bench);
	return failed;
}
