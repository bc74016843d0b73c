/* sensor/delivery: what became of records is told, once, with the numbers that are lost. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "sensor/delivery.h"
#include "tests/unit/publish/spool_made.h"

static void expect_nothing(struct delivery *delivery)
{
	struct delivery_event event;
	unsigned at = 0;

	assert_false(delivery_next_event(delivery, &at, &event));
}

static void losses_are_told_once(void **state)
{
	static struct delivery delivery;
	struct delivery_event event;
	unsigned at = 0;

	(void)state;
	expect_nothing(&delivery);
	delivery_lost(&delivery, SPOOL_FINDINGS, (struct spool_range){3, 5}, SPOOL_LOSS_FULL);
	delivery_lost(&delivery, SPOOL_FINDINGS, (struct spool_range){6, 9}, SPOOL_LOSS_FULL);
	delivery_lost(&delivery, SPOOL_USAGE, (struct spool_range){1, 1}, SPOOL_LOSS_REFUSED);
	assert_true(delivery_next_event(&delivery, &at, &event));
	assert_string_equal(event.id, "sensor.record_loss");
	assert_string_equal(event.words, "findings: records lost, the spool was full: number 3-9");
	assert_true(delivery_next_event(&delivery, &at, &event));
	assert_string_equal(event.words, "usage: records lost, the broker refuses them: number 1-1");
	assert_false(delivery_next_event(&delivery, &at, &event));
	expect_nothing(&delivery);
}

/* More ranges than a record has words for: the next ones tell the rest, none twice and none not at all. */
static void many_losses_take_many_records(void **state)
{
	static struct delivery delivery;
	struct delivery_event event;
	uint64_t told = 0, more = 0, first, last;
	unsigned at = 0;

	(void)state;
	for (uint64_t i = 0; i < 5000; i++)
		delivery_lost(&delivery, SPOOL_FINDINGS, (struct spool_range){i * 10 + 1, i * 10 + 2},
			      SPOOL_LOSS_BROKEN);
	while (delivery_next_event(&delivery, &at, &event)) {
		const char *words = strstr(event.words, "number");
		int len = 0;

		assert_true(strlen(event.words) < DELIVERY_WORDS_MAX);
		words = words == NULL ? "" : words + strlen("number");
		while (sscanf(words, " %lu-%lu%n", &first, &last, &len) == 2) {
			told += last - first + 1;
			words += len + (words[len] == ',');
		}
		if (sscanf(words, " and %lu more", &last) == 1)
			more += last;
	}
	assert_int_equal(told + more, 10000);
	assert_true(told > 100);
	expect_nothing(&delivery);
}

/* A file may not grow: the disk refuses, records wait in memory, and that is told as long as it lasts. */
static void a_spool_that_refuses_is_told(void **state)
{
	static struct delivery delivery;
	struct made *made = made_new();
	struct rlimit limit, small;
	struct delivery_event event;
	unsigned at = 0;

	(void)state;
	made->plan.lost = delivery_lost;
	made->plan.context = &delivery;
	made_open(made);
	delivery.spool = made->spool;
	made_put(made, SPOOL_FINDINGS, 1, 400);
	expect_nothing(&delivery);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	small = (struct rlimit){.rlim_cur = 1000, .rlim_max = limit.rlim_max};
	setrlimit(RLIMIT_FSIZE, &small);
	for (uint64_t i = 2; i < 8; i++)
		made_put(made, SPOOL_FINDINGS, i, 400);
	setrlimit(RLIMIT_FSIZE, &limit);
	assert_true(delivery_next_event(&delivery, &at, &event));
	assert_string_equal(event.id, "sensor.spool_failed");
	assert_false(delivery_next_event(&delivery, &at, &event));
	made_free(made);
}

static void an_output_that_fails_is_told(void **state)
{
	static struct delivery delivery;
	const struct sink_plan plan = {.sensor = "test"};
	const struct sink_message message = {.value = BYTES("{}")};
	struct delivery_event event;
	char error[256] = "";
	unsigned at = 0;

	(void)state;
	assert_int_equal(
		sink_open("/dev/full", &plan, error, sizeof(error), &delivery.sinks[OUTPUT_EXCHANGES]),
		STATUS_OK);
	expect_nothing(&delivery);
	sink_put(delivery.sinks[OUTPUT_EXCHANGES], &message);
	assert_int_not_equal(sink_flush(delivery.sinks[OUTPUT_EXCHANGES], 100), STATUS_OK);
	assert_true(delivery_next_event(&delivery, &at, &event));
	assert_string_equal(event.id, "sensor.output_failed");
	assert_int_equal(strncmp(event.words, "exchanges: ", strlen("exchanges: ")), 0);
	assert_false(delivery_next_event(&delivery, &at, &event));
	sink_close(delivery.sinks[OUTPUT_EXCHANGES]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(losses_are_told_once),
		cmocka_unit_test(many_losses_take_many_records),
		cmocka_unit_test(a_spool_that_refuses_is_told),
		cmocka_unit_test(an_output_that_fails_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
