/* sensor/publish/spool: what is taken comes out, in order, whatever happens between. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/publish/spool_message.h"
#include "tests/unit/publish/spool_made.h"

static int begin(void **state)
{
	*state = made_new();
	return 0;
}

static int end(void **state)
{
	made_free(*state);
	return 0;
}

static void expect(const struct made *made, uint64_t first, uint64_t last)
{
	assert_int_equal(made->got_count, last + 1 - first);
	for (size_t i = 0; i < made->got_count; i++)
		assert_int_equal(made->got[i], first + i);
}

static struct spool_counts counts_of(const struct made *made, enum spool_lane_name lane)
{
	struct spool_counts counts;

	spool_counts(made->spool, lane, &counts);
	return counts;
}

static void records_come_out_in_order(void **state)
{
	struct made *made = *state;

	made_open(made);
	for (uint64_t i = 1; i <= 300; i++) {
		made_put(made, SPOOL_FINDINGS, i, i % 7 * 1000);
		made_put(made, SPOOL_USAGE, i, 0);
		if (i == 100) {
			made_read(made, SPOOL_FINDINGS, true);
			expect(made, 1, 100);
		}
	}
	made_read(made, SPOOL_FINDINGS, true);
	expect(made, 101, 300);
	made_read(made, SPOOL_USAGE, true);
	expect(made, 1, 300);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).waiting, 0);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).taken, 300);
	made_read(made, SPOOL_INVENTORY, true);
	assert_int_equal(made->got_count, 0);
}

/* Closing is not needed: a killed process leaves the same files, but for the newest word on deliveries. */
static void a_restart_goes_on(void **state)
{
	struct made *made = *state;

	made_open(made);
	for (uint64_t i = 1; i <= 50; i++)
		made_put(made, SPOOL_FINDINGS, i, 100);
	made_read(made, SPOOL_FINDINGS, false);
	for (uint64_t i = 1; i <= 20; i++)
		spool_release(made->spool, SPOOL_FINDINGS, i);
	spool_release(made->spool, SPOOL_FINDINGS, 30); /* one in between: cannot be remembered */
	made_close(made);
	made_open(made);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).waiting, 30);
	made_put(made, SPOOL_FINDINGS, 51, 0);
	made_read(made, SPOOL_FINDINGS, true);
	expect(made, 21, 51);
	made_close(made);
	made_open(made);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).waiting, 0);
	made_put(made, SPOOL_FINDINGS, 52, 0);
	made_read(made, SPOOL_FINDINGS, true);
	expect(made, 52, 52);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).lost, 0);
}

static void a_rewind_hands_out_again(void **state)
{
	struct made *made = *state;

	made_open(made);
	for (uint64_t i = 1; i <= 2000; i++)
		made_put(made, SPOOL_FINDINGS, i, 300);
	made_read(made, SPOOL_FINDINGS, false);
	for (uint64_t i = 1; i <= 900; i++)
		spool_release(made->spool, SPOOL_FINDINGS, i == 500 ? 1999 : i);
	spool_rewind(made->spool, SPOOL_FINDINGS);
	made_read(made, SPOOL_FINDINGS, true);
	expect(made, 500, 2000);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).waiting, 0);
}

static void no_more_are_out_than_the_ceiling(void **state)
{
	struct made *made = *state;

	made_open(made);
	for (uint64_t i = 1; i < 2 * LIMIT_SPOOL_FLIGHT; i++)
		made_put(made, SPOOL_FINDINGS, i, 0);
	made_read(made, SPOOL_FINDINGS, false);
	assert_int_equal(made->got_count, LIMIT_SPOOL_FLIGHT - 1);
	spool_release(made->spool, SPOOL_FINDINGS, 2);
	made_read(made, SPOOL_FINDINGS, false);
	assert_int_equal(made->got_count, 0);
	spool_release(made->spool, SPOOL_FINDINGS, 1);
	made_read(made, SPOOL_FINDINGS, false);
	assert_int_equal(made->got_count, 2);
}

/* Every number was read, or told as lost once; never both. */
static void expect_conserved(struct made *made, enum spool_lane_name lane, uint64_t last)
{
	made_read(made, lane, true);
	for (size_t i = 0; i < made->got_count; i++)
		made->lost[lane][made->got[i]] += 100;
	for (uint64_t number = 1; number <= last; number++)
		if (made->lost[lane][number] != 1 && made->lost[lane][number] != 100)
			fail_msg("number %llu: %u", (unsigned long long)number, made->lost[lane][number]);
}

static void the_least_worthy_goes_first(void **state)
{
	struct made *made = *state;
	uint64_t before;

	made_open(made);
	for (uint64_t i = 1; i <= 200; i++) {
		made_put(made, SPOOL_FINDINGS, i, 1200);
		made_put(made, SPOOL_INVENTORY, i, 1200);
		made_put(made, SPOOL_USAGE, i, 1200);
	}
	assert_int_equal(made->why[SPOOL_LOSS_FULL], 0);
	for (uint64_t i = 201; i <= 550; i++)
		made_put(made, SPOOL_FINDINGS, i, 1000);
	assert_true(counts_of(made, SPOOL_USAGE).lost > 0);
	assert_int_equal(counts_of(made, SPOOL_INVENTORY).lost, 0);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).lost, 0);
	for (uint64_t i = 551; i <= 1500; i++)
		made_put(made, SPOOL_FINDINGS, i, 1000);
	assert_int_equal(counts_of(made, SPOOL_USAGE).lost, 200);
	assert_int_equal(counts_of(made, SPOOL_INVENTORY).lost, 200);
	assert_true(counts_of(made, SPOOL_FINDINGS).lost > 0);
	assert_true(counts_of(made, SPOOL_FINDINGS).bytes <= LIMIT_SPOOL_BYTES_MIN);
	before = counts_of(made, SPOOL_FINDINGS).lost;
	for (uint64_t i = 201; i <= 400; i++) /* find little room, and may make none */
		made_put(made, SPOOL_USAGE, i, 1000);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).lost, before);
	assert_int_equal(made->lost[SPOOL_FINDINGS][1], 1);
	expect_conserved(made, SPOOL_FINDINGS, 1500);
	expect_conserved(made, SPOOL_INVENTORY, 200);
	expect_conserved(made, SPOOL_USAGE, 400);
}

/* What is with the broker is not let go, so it is not told as lost. */
static void what_is_out_stays(void **state)
{
	struct made *made = *state;

	made_open(made);
	for (uint64_t i = 1; i <= 100; i++)
		made_put(made, SPOOL_FINDINGS, i, 1000);
	made_read(made, SPOOL_FINDINGS, false);
	for (uint64_t i = 101; i <= 2000; i++)
		made_put(made, SPOOL_FINDINGS, i, 1000);
	for (uint64_t i = 1; i <= 100; i++) {
		assert_int_equal(made->lost[SPOOL_FINDINGS][i], 0);
		spool_release(made->spool, SPOOL_FINDINGS, i);
		made->lost[SPOOL_FINDINGS][i] = 100;
	}
	assert_true(counts_of(made, SPOOL_FINDINGS).lost > 500);
	expect_conserved(made, SPOOL_FINDINGS, 2000);
	assert_int_equal(made->why[SPOOL_LOSS_BROKEN], 0);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	setrlimit(RLIMIT_FSIZE, &limit);
}

/* A file may not grow beyond 2,000 bytes: the write in the middle of a record is cut short. */
static void a_full_disk_is_survived_in_memory(void **state)
{
	struct made *made = *state;

	made_open(made);
	for (uint64_t i = 1; i <= 5; i++)
		made_put(made, SPOOL_FINDINGS, i, 100);
	limit_files(600);
	for (uint64_t i = 6; i <= 50; i++)
		made_put(made, SPOOL_FINDINGS, i, 100);
	assert_non_null(spool_trouble(made->spool));
	assert_true(counts_of(made, SPOOL_FINDINGS).disk_refusals > 0);
	assert_true(counts_of(made, SPOOL_FINDINGS).memory_bytes > 0);
	made_read(made, SPOOL_FINDINGS, false);
	expect(made, 1, 50);
	for (uint64_t i = 1; i <= 30; i++)
		spool_release(made->spool, SPOOL_FINDINGS, i);
	limit_files(RLIM_INFINITY);
	usleep(1200 * 1000);
	spool_poll(made->spool);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).memory_bytes, 0);
	assert_null(spool_trouble(made->spool));
	made_close(made);
	made_open(made);
	made_put(made, SPOOL_FINDINGS, 51, 0);
	made_read(made, SPOOL_FINDINGS, true);
	expect(made, 31, 51);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).lost, 0);
}

static void memory_has_a_ceiling_too(void **state)
{
	struct made *made = *state;

	made_open(made);
	limit_files(0);
	for (uint64_t i = 1; i <= 200; i++)
		made_put(made, SPOOL_FINDINGS, i, 1000);
	assert_true(made->why[SPOOL_LOSS_MEMORY] > 100);
	assert_int_equal(made->lost[SPOOL_FINDINGS][1], 1);
	assert_true(counts_of(made, SPOOL_FINDINGS).memory_bytes <= 64 * KIB);
	made_read(made, SPOOL_FINDINGS, false); /* all are out: the newest must go */
	spool_rewind(made->spool, SPOOL_FINDINGS);
	limit_files(RLIM_INFINITY);
	usleep(1200 * 1000);
	made_put(made, SPOOL_FINDINGS, 201, 1000);
	expect_conserved(made, SPOOL_FINDINGS, 201);
	assert_int_equal(made->why[SPOOL_LOSS_BROKEN], 0);
}

static void what_the_broker_refuses_is_not_in_the_way(void **state)
{
	struct made *made = *state;

	made_open(made);
	for (uint64_t i = 1; i <= 3; i++)
		made_put(made, SPOOL_FINDINGS, i, 0);
	made_read(made, SPOOL_FINDINGS, false);
	spool_release(made->spool, SPOOL_FINDINGS, 1);
	spool_refuse(made->spool, SPOOL_FINDINGS, 2);
	spool_release(made->spool, SPOOL_FINDINGS, 3);
	assert_int_equal(counts_of(made, SPOOL_FINDINGS).waiting, 0);
	assert_int_equal(made->lost[SPOOL_FINDINGS][2], 1);
	assert_int_equal(made->why[SPOOL_LOSS_REFUSED], 1);
}

static void one_process_at_a_time(void **state)
{
	struct made *made = *state;
	struct spool *second = NULL;
	char error[200] = "";

	made_open(made);
	assert_int_equal(spool_open(&made->plan, error, sizeof(error), &second), STATUS_IO);
	assert_non_null(strstr(error, "in use"));
	assert_null(second);
	made->plan.folder = "/dev/null/no";
	assert_int_equal(spool_open(&made->plan, error, sizeof(error), &second), STATUS_IO);
	made->plan.folder = made->folder;
}

static void messages_come_back_whole(void **state)
{
	const struct sink_message message = {.value = BYTES("{}"),
					     .key = BYTES("k"),
					     .id = BYTES("i"),
					     .type = BYTES("t"),
					     .partner = BYTES("p"),
					     .severity = 4,
					     .time_ms = 1760000000123};
	struct buffer run = BUFFER_MAX(FRAME_PAYLOAD_MAX);
	struct sink_message back;

	(void)state;
	assert_int_equal(spool_message_write(&message, &run), STATUS_OK);
	assert_int_equal(spool_message_read(buffer_bytes(&run), &back), STATUS_OK);
	assert_true(bytes_equal(back.value, message.value) && bytes_equal(back.key, message.key) &&
		    bytes_equal(back.id, message.id) && bytes_equal(back.type, message.type) &&
		    back.subject.len == 0 && bytes_equal(back.partner, message.partner));
	assert_int_equal(back.severity, 4);
	assert_int_equal(back.time_ms, 1760000000123);
	for (size_t len = 0; len < run.len; len++)
		assert_int_equal(spool_message_read(bytes_slice(buffer_bytes(&run), 0, len), &back),
				 STATUS_INVALID);
	buffer_finish(&run);
}

#define SPOOL_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SPOOL_TEST(records_come_out_in_order),
		SPOOL_TEST(a_restart_goes_on),
		SPOOL_TEST(a_rewind_hands_out_again),
		SPOOL_TEST(no_more_are_out_than_the_ceiling),
		SPOOL_TEST(the_least_worthy_goes_first),
		SPOOL_TEST(what_is_out_stays),
		SPOOL_TEST(a_full_disk_is_survived_in_memory),
		SPOOL_TEST(memory_has_a_ceiling_too),
		SPOOL_TEST(what_the_broker_refuses_is_not_in_the_way),
		SPOOL_TEST(one_process_at_a_time),
		cmocka_unit_test(messages_come_back_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
