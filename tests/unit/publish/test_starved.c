/* sensor/publish when the first, second, third ... allocation fails: a status, no leak, no crash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/publish/redact.h"
#include "sensor/publish/sink.h"
#include "tests/unit/publish/sample.h"

void *__real_malloc(size_t len);
void *__real_calloc(size_t count, size_t len);
void *__real_realloc(void *old, size_t len);
void *__wrap_malloc(size_t len);
void *__wrap_calloc(size_t count, size_t len);
void *__wrap_realloc(void *old, size_t len);

static unsigned allowed = UINT32_MAX;

static bool is_refused(void)
{
	if (allowed == 0)
		return true;
	allowed--;
	return false;
}

void *__wrap_malloc(size_t len)
{
	return is_refused() ? NULL : __real_malloc(len);
}

void *__wrap_calloc(size_t count, size_t len)
{
	return is_refused() ? NULL : __real_calloc(count, len);
}

void *__wrap_realloc(void *old, size_t len)
{
	return is_refused() ? NULL : __real_realloc(old, len);
}

static void records_fail_whole(void **state)
{
	struct judged *judged = sample_judged();
	struct judged_finding finding = sample_finding(judged);
	struct finding_life life = sample_life();
	enum status status = STATUS_NO_MEMORY;
	char uid[EVENT_UID_TEXT];

	(void)state;
	finding.finding.observed = BYTES("\xff");
	for (unsigned i = 0; status != STATUS_OK; i++) {
		struct buffer out = BUFFER_MAX(LIMIT_RECORD_BYTES);

		assert_true(i < 1000);
		allowed = i;
		status = event_finding(&SAMPLE_CONTEXT, judged, &finding, &life, uid, &out);
		allowed = UINT32_MAX;
		assert_true(status == STATUS_OK || out.len == 0);
		buffer_finish(&out);
	}
	judged_release(judged);
}

static void sinks_fail_to_open(void **state)
{
	const struct sink_plan plan = {.sensor = "site-a"};
	const char *const places[] = {"/dev/null", "kafka://127.0.0.1:1/t"};
	char error[100];

	(void)state;
	for (size_t place = 0; place < 2; place++) {
		enum status status = STATUS_NO_MEMORY;

		for (unsigned i = 0; status != STATUS_OK; i++) {
			struct sink *sink = NULL;

			assert_true(i < 1000);
			allowed = i;
			status = sink_open(places[place], &plan, error, sizeof(error), &sink);
			allowed = UINT32_MAX;
			sink_close(sink);
		}
	}
}

static void file_sink_counts_what_it_cannot_hold(void **state)
{
	const struct sink_plan plan = {.sensor = "site-a"};
	struct sink_counts counts;
	struct sink *sink;
	char error[100];

	(void)state;
	assert_int_equal(sink_open("/dev/null", &plan, error, sizeof(error), &sink), STATUS_OK);
	allowed = 0;
	sink_put(sink, &(struct sink_message){.value = BYTES("{}")});
	allowed = UINT32_MAX;
	sink_counts(sink, &counts);
	assert_int_equal(counts.queued, 1);
	assert_int_equal(counts.failed, 1);
	assert_non_null(sink_error(sink));
	sink_close(sink);
}

static void nothing_raw_without_memory(void **state)
{
	const struct span span = {0, 1};
	struct arena arena;

	(void)state;
	arena_init(&arena, MIB);
	allowed = 0;
	assert_null(judged_new(NULL));
	assert_null(redact_path(BYTES("/a"), &span, 1, &arena).data);
	assert_null(redact_query(BYTES("a=1"), &arena).data);
	allowed = UINT32_MAX;
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_fail_whole),
		cmocka_unit_test(sinks_fail_to_open),
		cmocka_unit_test(file_sink_counts_what_it_cannot_hold),
		cmocka_unit_test(nothing_raw_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
