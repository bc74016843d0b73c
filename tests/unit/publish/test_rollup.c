/* sensor/publish: usage, inventory and health; check_schemas.py looks at their shape. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <yyjson.h>

#include "parsers/base/limits.h"
#include "tests/unit/publish/sample.h"

#define PARTNERS 20000

static char uid[EVENT_UID_TEXT];

static yyjson_doc *parse(const struct buffer *out)
{
	yyjson_doc *doc = yyjson_read(out->data, out->len, 0);

	assert_non_null(doc);
	assert_true(out->len <= LIMIT_RECORD_BYTES);
	assert_int_equal(bytes_find_byte(buffer_bytes(out), '\n'), BYTES_NOT_FOUND);
	return doc;
}

static uint64_t number_at(yyjson_doc *doc, const char *pointer)
{
	yyjson_val *value = yyjson_doc_ptr_get(doc, pointer);

	if (!yyjson_is_int(value))
		fail_msg("no number at %s", pointer);
	return yyjson_get_uint(value);
}

static void usage_has_its_numbers(void **state)
{
	struct usage_line line = {.start_ns = 300 * SECONDS,
				  .slo = {.latency_ms_p95 = 250, .availability = 0.999},
				  .end_ns = 600 * SECONDS,
				  .partner = BYTES("acme"),
				  .calls = 10,
				  .by_status = {1, 0, 6, 0, 2, 1},
				  .bytes_in = 100,
				  .bytes_out = 200,
				  .latency_p50_ms = 1.25,
				  .latency_p95_ms = NAN,
				  .latency_p99_ms = -1,
				  .billable = 9,
				  .over_limit = 2,
				  .findings = 3};
	struct buffer out = BUFFER_MAX(LIMIT_RECORD_BYTES);
	char first[EVENT_UID_TEXT];
	yyjson_doc *doc;

	(void)state;
	assert_int_equal(event_usage(&SAMPLE_CONTEXT, &line, first, &out), STATUS_OK);
	doc = parse(&out);
	assert_int_equal(number_at(doc, "/start"), 300000);
	assert_int_equal(number_at(doc, "/end"), 600000);
	assert_int_equal(number_at(doc, "/time"), 600000);
	assert_int_equal(number_at(doc, "/by_status/none"), 1);
	assert_int_equal(number_at(doc, "/by_status/2xx"), 6);
	assert_int_equal(number_at(doc, "/by_status/5xx"), 1);
	assert_int_equal(number_at(doc, "/over_limit"), 2);
	assert_true(yyjson_get_real(yyjson_doc_ptr_get(doc, "/latency_ms/p50")) == 1.25);
	assert_true(yyjson_is_null(yyjson_doc_ptr_get(doc, "/latency_ms/p95")));
	assert_true(yyjson_is_null(yyjson_doc_ptr_get(doc, "/latency_ms/p99")));
	assert_string_equal(yyjson_get_str(yyjson_doc_ptr_get(doc, "/metadata/uid")), first);
	yyjson_doc_free(doc);

	line.partner = BYTES("globex");
	assert_int_equal(event_usage(&SAMPLE_CONTEXT, &line, uid, &out), STATUS_OK);
	assert_string_not_equal(uid, first);
	buffer_finish(&out);
}

static void inventory_of_many_partners_is_cut(void **state)
{
	static struct bytes partners[PARTNERS];
	struct inventory_line line = {.host = BYTES("h"), .partners = partners, .partner_count = PARTNERS};
	struct buffer out = BUFFER_MAX(LIMIT_RECORD_BYTES);
	yyjson_doc *doc;

	(void)state;
	for (size_t i = 0; i < PARTNERS; i++)
		partners[i] = BYTES("a-partner-with-a-name");
	assert_int_equal(event_inventory(&SAMPLE_CONTEXT, &line, uid, &out), STATUS_OK);
	doc = parse(&out);
	assert_int_equal(yyjson_get_len(yyjson_doc_ptr_get(doc, "/partners")), 2000);
	assert_true(yyjson_get_bool(yyjson_doc_ptr_get(doc, "/cut")));
	yyjson_doc_free(doc);
	buffer_finish(&out);
}

static void health_never_loses_a_counter(void **state)
{
	static struct coverage_line coverage[PARTNERS];
	static char names[PARTNERS][16];
	const struct counter counters[] = {{"packets", 12}, {"dropped", 3}};
	struct health_line line = {.id = "sensor.coverage",
				   .severity = 1,
				   .message = BYTES("what was seen"),
				   .counters = counters,
				   .counter_count = 2,
				   .coverage = coverage,
				   .coverage_count = PARTNERS};
	struct buffer out = BUFFER_MAX(LIMIT_RECORD_BYTES);
	yyjson_doc *doc;

	(void)state;
	for (size_t i = 0; i < PARTNERS; i++) {
		snprintf(names[i], sizeof(names[i]), "partner-%zu", i);
		coverage[i].partner = bytes_of(names[i]);
		coverage[i].partial[EXCHANGE_NO_RESPONSE] = i;
	}
	assert_int_equal(event_health(&SAMPLE_CONTEXT, &line, uid, &out), STATUS_OK);
	doc = parse(&out);
	assert_int_equal(number_at(doc, "/counters/packets"), 12);
	assert_int_equal(number_at(doc, "/counters/dropped"), 3);
	assert_int_equal(number_at(doc, "/coverage/partner-7/partial/no_response"), 7);
	assert_int_equal(yyjson_get_len(yyjson_doc_ptr_get(doc, "/coverage")) +
				 number_at(doc, "/coverage_left_out"),
			 PARTNERS);
	yyjson_doc_free(doc);
	buffer_finish(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usage_has_its_numbers),
		cmocka_unit_test(inventory_of_many_partners_is_cut),
		cmocka_unit_test(health_never_loses_a_counter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
