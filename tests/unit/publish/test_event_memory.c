/* What is kept ready of records: it changes no byte of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "tests/unit/publish/sample.h"

/* Written with and without memory, twice: the same bytes. */
static void expect_same(struct event_memory *memory, const struct judged *judged, bool is_ecs)
{
	struct event_context plain = SAMPLE_CONTEXT, kept;
	struct buffer wanted = BUFFER_MAX(LIMIT_RECORD_BYTES), got = BUFFER_MAX(LIMIT_RECORD_BYTES);
	char uid[EVENT_UID_TEXT];

	plain.is_ecs = is_ecs;
	kept = plain;
	kept.memory = memory;
	assert_int_equal(event_exchange(&plain, judged, uid, &wanted), STATUS_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(event_exchange(&kept, judged, uid, &got), STATUS_OK);
		assert_true(bytes_equal(buffer_bytes(&wanted), buffer_bytes(&got)));
	}
	buffer_finish(&wanted);
	buffer_finish(&got);
}

static void records_are_the_same_with_a_memory(void **state)
{
	static const char partner, api, operations[LIMIT_EVENT_MEMBERS * 4];
	struct event_memory *memory = event_memory_new();
	struct judged *judged = sample_judged();

	(void)state;
	assert_non_null(memory);
	expect_same(memory, judged, false); /* of no source */
	judged->source = (struct judged_source){
		.knowledge = 1, .partner = &partner, .api = &api, .operation = operations};
	expect_same(memory, judged, false);
	expect_same(memory, judged, true);
	assert_true(event_memory_find(memory, judged).len > 0);
	judged->method = BYTES("PUT");
	expect_same(memory, judged, false);
	judged->template = BYTES("/v2/orders/{id}"); /* another base path */
	expect_same(memory, judged, false);
	judged->partner_name = BYTES("As it is called now");
	judged->source.knowledge++; /* loaded again, at the same places */
	assert_int_equal(event_memory_find(memory, judged).len, 0);
	expect_same(memory, judged, false);
	judged->source.knowledge++;
	for (size_t i = 0; i < sizeof(operations); i++) { /* more than there is room for */
		judged->source.operation = &operations[i];
		judged->operation_id = (struct bytes){"abcdefghijklmnopqrstuvwxyz", i % 26 + 1};
		expect_same(memory, judged, false);
	}
	judged_release(judged);
	event_memory_free(memory);
}

/* Members that are too long to be kept, and records in which texts are cut. */
static void what_is_cut_is_not_kept(void **state)
{
	static const char operation;
	static char text[LIMIT_RECORD_BYTES];
	struct event_memory *memory = event_memory_new();
	struct judged *judged = sample_judged();

	(void)state;
	assert_non_null(memory);
	memset(text, 'x', sizeof(text));
	judged->source = (struct judged_source){.knowledge = 1, .operation = &operation};
	judged->spec_name = (struct bytes){text, LIMIT_EVENT_MEMBERS_BYTES};
	expect_same(memory, judged, false);
	assert_int_equal(event_memory_find(memory, judged).len, 0);
	judged->spec_name = (struct bytes){text, 600};
	judged->path = (struct bytes){text, sizeof(text)}; /* the record is cut, and with it the name */
	expect_same(memory, judged, false);
	judged->path = BYTES("/");
	expect_same(memory, judged, false);
	assert_true(event_memory_find(memory, judged).len > 600);
	judged->path = (struct bytes){text, sizeof(text)};
	expect_same(memory, judged, false);
	judged->method = (struct bytes){text, 300};
	expect_same(memory, judged, false);
	judged_release(judged);
	event_memory_free(memory);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_the_same_with_a_memory),
		cmocka_unit_test(what_is_cut_is_not_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
