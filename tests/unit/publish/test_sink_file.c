/* sensor/publish: sink, sink_file. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "sensor/publish/sink.h"

static const struct sink_plan PLAN = {.sensor = "site-a"};
static const struct sink_message LINE = {.value = BYTES_INIT("{\"a\":1}")};

struct fixture {
	char folder[40];
	char path[80];
	struct sink *sink;
	char error[200];
};

static int begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	snprintf(fixture->folder, sizeof(fixture->folder), "/tmp/sink_file_XXXXXX");
	if (mkdtemp(fixture->folder) == NULL)
		return -1;
	snprintf(fixture->path, sizeof(fixture->path), "%s/records", fixture->folder);
	*state = fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	sink_close(fixture->sink);
	unlink(fixture->path);
	rmdir(fixture->folder);
	free(fixture);
	return 0;
}

static void open_sink(struct fixture *fixture)
{
	assert_int_equal(
		sink_open(fixture->path, &PLAN, fixture->error, sizeof(fixture->error), &fixture->sink),
		STATUS_OK);
}

static size_t file_len(const struct fixture *fixture)
{
	struct stat kind;

	return stat(fixture->path, &kind) == 0 ? (size_t)kind.st_size : SIZE_MAX;
}

static void expect_counts(const struct fixture *fixture, uint64_t queued, uint64_t delivered, uint64_t failed)
{
	struct sink_counts counts;

	sink_counts(fixture->sink, &counts);
	assert_int_equal(counts.queued, queued);
	assert_int_equal(counts.delivered, delivered);
	assert_int_equal(counts.failed, failed);
	assert_int_equal(counts.dropped, 0);
}

static void lines_arrive_in_order(void **state)
{
	struct fixture *fixture = *state;
	char text[64] = "";
	FILE *file;

	open_sink(fixture);
	sink_put(fixture->sink, &LINE);
	sink_put(fixture->sink, &(struct sink_message){.value = BYTES("{\"b\":2}")});
	expect_counts(fixture, 2, 0, 0);
	assert_int_equal(file_len(fixture), 0);
	assert_int_equal(sink_flush(fixture->sink, 0), STATUS_OK);
	expect_counts(fixture, 2, 2, 0);
	assert_null(sink_error(fixture->sink));
	file = fopen(fixture->path, "r");
	assert_int_equal(fread(text, 1, sizeof(text), file), 16);
	fclose(file);
	assert_string_equal(text, "{\"a\":1}\n{\"b\":2}\n");
}

static void file_is_private_and_starts_empty(void **state)
{
	struct fixture *fixture = *state;
	struct stat kind;

	umask(022);
	open_sink(fixture);
	sink_put(fixture->sink, &LINE);
	sink_close(fixture->sink); /* writes what it holds */
	assert_int_equal(file_len(fixture), 8);
	stat(fixture->path, &kind);
	assert_int_equal(kind.st_mode & 0777, 0640);
	open_sink(fixture);
	assert_int_equal(file_len(fixture), 0);
}

static void two_sinks_share_a_file(void **state)
{
	struct fixture *fixture = *state;
	struct sink *first;

	open_sink(fixture);
	first = fixture->sink;
	open_sink(fixture);
	sink_put(first, &LINE);
	sink_put(fixture->sink, &LINE);
	sink_close(first);
	assert_int_equal(sink_flush(fixture->sink, 0), STATUS_OK);
	assert_int_equal(file_len(fixture), 16);
}

static void full_buffer_is_written(void **state)
{
	struct fixture *fixture = *state;
	struct sink_message big = {.value = {.len = 200 * KIB}};
	char *text = malloc(big.value.len);

	memset(text, 'x', big.value.len);
	big.value.data = text;
	open_sink(fixture);
	for (int i = 0; i < 12; i++)
		sink_put(fixture->sink, &big);
	assert_int_equal(file_len(fixture), 10 * (200 * KIB + 1));
	expect_counts(fixture, 12, 10, 0);
	free(text);
}

static void poll_writes_what_waited(void **state)
{
	struct fixture *fixture = *state;

	open_sink(fixture);
	sink_put(fixture->sink, &LINE);
	sink_poll(fixture->sink);
	assert_int_equal(file_len(fixture), 0);
	usleep(1100 * 1000);
	sink_poll(fixture->sink);
	assert_int_equal(file_len(fixture), 8);
}

static void full_disk_is_counted_and_said(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(
		sink_open("/dev/full", &PLAN, fixture->error, sizeof(fixture->error), &fixture->sink),
		STATUS_OK);
	sink_put(fixture->sink, &LINE);
	sink_put(fixture->sink, &LINE);
	assert_int_equal(sink_flush(fixture->sink, 0), STATUS_IO);
	expect_counts(fixture, 2, 0, 2);
	assert_non_null(strstr(sink_error(fixture->sink), "No space left"));
}

/* The file may grow to 12 bytes: one line and half of the next. */
static void torn_line_does_not_swallow_the_next(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit old, small;
	char text[64] = "";
	FILE *file;

	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &old);
	small = old;
	small.rlim_cur = 12;
	open_sink(fixture);
	sink_put(fixture->sink, &LINE);
	sink_put(fixture->sink, &LINE);
	setrlimit(RLIMIT_FSIZE, &small);
	assert_int_equal(sink_flush(fixture->sink, 0), STATUS_IO);
	setrlimit(RLIMIT_FSIZE, &old);
	expect_counts(fixture, 2, 1, 1);
	sink_put(fixture->sink, &LINE);
	assert_int_equal(sink_flush(fixture->sink, 0), STATUS_OK);
	expect_counts(fixture, 3, 2, 1);
	file = fopen(fixture->path, "r");
	(void)!fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	assert_string_equal(text, "{\"a\":1}\n{\"a\"\n{\"a\":1}\n");
}

static void bad_places_are_refused_in_words(void **state)
{
	static const char *const BAD[] = {"", "http://h/x", "kafka://h/t", "/nonexistent/x", "/tmp"};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		fixture->error[0] = '\0';
		assert_int_not_equal(
			sink_open(BAD[i], &PLAN, fixture->error, sizeof(fixture->error), &fixture->sink),
			STATUS_OK);
		assert_int_not_equal(strlen(fixture->error), 0);
		assert_null(fixture->sink);
	}
	sink_close(NULL);
}

/* A pipe that nobody reads any more, with SIGPIPE ignored as the sensor does. */
static void broken_pipe_is_counted(void **state)
{
	struct fixture *fixture = *state;
	int reader;

	signal(SIGPIPE, SIG_IGN);
	assert_int_equal(mkfifo(fixture->path, 0600), 0);
	reader = open(fixture->path, O_RDONLY | O_NONBLOCK);
	open_sink(fixture);
	sink_put(fixture->sink, &LINE);
	assert_int_equal(sink_flush(fixture->sink, 0), STATUS_OK);
	close(reader);
	sink_put(fixture->sink, &LINE);
	assert_int_equal(sink_flush(fixture->sink, 0), STATUS_IO);
	expect_counts(fixture, 2, 1, 1);
}

static long size_of(const char *path)
{
	struct stat kind;

	return stat(path, &kind) == 0 ? (long)kind.st_size : -1;
}

static void put_and_look(struct fixture *fixture)
{
	struct timespec a_while = {.tv_sec = 1, .tv_nsec = 50 * 1000 * 1000};

	sink_put(fixture->sink, &LINE);
	assert_int_equal(sink_flush(fixture->sink, 0), STATUS_OK);
	nanosleep(&a_while, NULL);
	sink_poll(fixture->sink);
}

/* What logrotate does; and the file is not emptied when it is there again. */
static void moved_file_is_made_anew(void **state)
{
	struct fixture *fixture = *state;
	char away[300];
	long one;

	open_sink(fixture);
	put_and_look(fixture);
	one = size_of(fixture->path);
	snprintf(away, sizeof(away), "%s.away", fixture->path);
	assert_int_equal(rename(fixture->path, away), 0);
	put_and_look(fixture);
	put_and_look(fixture);
	assert_int_equal(size_of(away), 2 * one);
	assert_int_equal(size_of(fixture->path), one);
	expect_counts(fixture, 3, 3, 0);
	unlink(away);
}

static void large_file_makes_way(void **state)
{
	const struct sink_plan plan = {.sensor = "site-a", .rotate_bytes = 1};
	struct fixture *fixture = *state;
	char old[300];

	assert_int_equal(
		sink_open(fixture->path, &plan, fixture->error, sizeof(fixture->error), &fixture->sink),
		STATUS_OK);
	put_and_look(fixture);
	put_and_look(fixture);
	for (int i = 1; i <= 2; i++) {
		snprintf(old, sizeof(old), "%s.%d", fixture->path, i);
		assert_true(size_of(old) > 0);
		unlink(old);
	}
	assert_int_equal(size_of(fixture->path), 0);
	expect_counts(fixture, 2, 2, 0);
}

/* A sensor that begins again goes on in its file, behind what it wrote before it was killed. */
static void a_file_goes_on_behind_a_torn_line(void **state)
{
	const struct sink_plan plan = {.sensor = "site-a", .is_continued = true};
	struct fixture *fixture = *state;
	char text[64] = "";
	FILE *file;

	for (int life = 0; life < 3; life++) {
		assert_int_equal(sink_open(fixture->path, &plan, fixture->error, sizeof(fixture->error),
					   &fixture->sink),
				 STATUS_OK);
		sink_put(fixture->sink, &LINE);
		sink_settle(fixture->sink);
		expect_counts(fixture, 1, 1, 0);
		sink_close(fixture->sink);
		if (life == 1)
			assert_int_equal(truncate(fixture->path, 12), 0);
	}
	fixture->sink = NULL;
	file = fopen(fixture->path, "r");
	assert_int_equal(fread(text, 1, sizeof(text), file), 21);
	fclose(file);
	assert_string_equal(text, "{\"a\":1}\n{\"a\"\n{\"a\":1}\n");
}

#define SINK_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(lines_arrive_in_order),
		SINK_TEST(file_is_private_and_starts_empty),
		SINK_TEST(two_sinks_share_a_file),
		SINK_TEST(full_buffer_is_written),
		SINK_TEST(poll_writes_what_waited),
		SINK_TEST(full_disk_is_counted_and_said),
		SINK_TEST(torn_line_does_not_swallow_the_next),
		SINK_TEST(bad_places_are_refused_in_words),
		SINK_TEST(broken_pipe_is_counted),
		SINK_TEST(moved_file_is_made_anew),
		SINK_TEST(large_file_makes_way),
		SINK_TEST(a_file_goes_on_behind_a_torn_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
