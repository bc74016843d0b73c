/*
 * numbered: a stream of numbered records through the publisher, for
 * kafka_faults.py. What was taken is written down as soon as it was, so that a
 * reader of the topic can tell whether something is missing.
 *
 *	numbered WHERE SPOOL TAKEN FIRST RATE [KEY=VALUE...]
 *
 * TAKEN: file; 16 digits and a newline, the number of the last record taken. KEY: of a security table of
 * specular.yaml. Until SIGTERM; then it drains for two seconds. On standard error: trouble, its end, losses.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "parsers/base/limits.h"
#include "sensor/publish/sink.h"

#define DRAIN_MS 2000
#define TICK_NS  (SECONDS / 500)
#define PADDING  500
#define KEYS     8

static volatile sig_atomic_t is_over;

static void on_signal(int number)
{
	(void)number;
	is_over = 1;
}

static uint64_t now_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
}

static void lost(void *context, enum spool_lane_name lane, struct spool_range range, enum spool_loss why)
{
	(void)context;
	fprintf(stderr, "lost %s %llu-%llu %d\n", spool_lane_text(lane), (unsigned long long)range.first,
		(unsigned long long)range.last, (int)why);
}

static bool read_option(struct kafka_options *options, char *argument)
{
	const struct {
		const char *key;
		const char **value;
	} keys[] = {{"protocol", &options->protocol},
		    {"ca", &options->ca},
		    {"cert", &options->cert},
		    {"key", &options->key},
		    {"key_password_file", &options->key_password_file},
		    {"mechanism", &options->mechanism},
		    {"username", &options->username},
		    {"password_file", &options->password_file},
		    {"compression", &options->compression}};
	char *equals = strchr(argument, '=');

	for (size_t i = 0; equals != NULL && i < sizeof(keys) / sizeof(*keys); i++)
		if (strlen(keys[i].key) == (size_t)(equals - argument) &&
		    strncmp(argument, keys[i].key, strlen(keys[i].key)) == 0) {
			*keys[i].value = equals + 1;
			return true;
		}
	return false;
}

static void put(struct sink *sink, uint64_t number, int taken)
{
	char value[PADDING + 200], key[40], id[40], line[18];
	uint64_t made_ms = now_ns(CLOCK_REALTIME) / 1000000;
	int len;

	snprintf(key, sizeof(key), "partner-%llu|api", (unsigned long long)(number % KEYS));
	snprintf(id, sizeof(id), "%032llx", (unsigned long long)number);
	len = snprintf(value, sizeof(value),
		       "{\"n\":%llu,\"made\":%llu,\"metadata\":{\"uid\":\"%s\"},\"p\":\"%0*d\"}",
		       (unsigned long long)number, (unsigned long long)made_ms, id, PADDING, 0);
	sink_put(sink, &(struct sink_message){.value = {.data = value, .len = (size_t)len},
					      .key = bytes_of(key),
					      .id = bytes_of(id),
					      .type = BYTES("specular.finding.test.v1"),
					      .subject = BYTES("getOrder"),
					      .partner = BYTES("acme"),
					      .severity = 3,
					      .time_ms = made_ms});
	snprintf(line, sizeof(line), "%016llu\n", (unsigned long long)number);
	if (pwrite(taken, line, 17, 0) != 17)
		_exit(3);
}

static void watch(const struct sink *sink, char told[200])
{
	const char *trouble = sink_trouble(sink);
	char words[200];

	snprintf(words, sizeof(words), "%s", trouble != NULL ? trouble : "");
	if (strcmp(words, told) != 0)
		fprintf(stderr, "%s%s\n", trouble != NULL ? "trouble " : "well again", words);
	memcpy(told, words, sizeof(words));
}

static void stream(struct sink *sink, int taken, uint64_t number, uint64_t rate)
{
	uint64_t start_ns = now_ns(CLOCK_MONOTONIC), sent = 0;
	char told[200] = "";

	while (!is_over) {
		uint64_t due = (now_ns(CLOCK_MONOTONIC) - start_ns) * rate / SECONDS;

		for (; sent < due && !is_over; sent++)
			put(sink, number++, taken);
		sink_poll(sink);
		watch(sink, told);
		nanosleep(&(struct timespec){.tv_nsec = TICK_NS}, NULL);
	}
}

int main(int argc, char **argv)
{
	struct kafka_options options = {0};
	struct spool_plan plan = {
		.bytes_max = LIMIT_SPOOL_BYTES, .memory_bytes = LIMIT_SPOOL_MEMORY_BYTES, .lost = lost};
	struct sink_plan sink_plan = {.sensor = "numbered", .kafka = &options, .lane = SPOOL_FINDINGS};
	struct spool_counts counts;
	struct sink *sink = NULL;
	char error[300] = "usage: numbered WHERE SPOOL TAKEN FIRST RATE [KEY=VALUE...]";
	bool is_good = argc >= 6;
	int taken;

	for (int i = 6; i < argc; i++)
		is_good &= read_option(&options, argv[i]);
	signal(SIGTERM, on_signal);
	plan.folder = is_good ? argv[2] : "";
	if (!is_good || getrandom(&plan.random, sizeof(plan.random), 0) != (ssize_t)sizeof(plan.random) ||
	    spool_open(&plan, error, sizeof(error), &sink_plan.spool) != STATUS_OK ||
	    sink_open(argv[1], &sink_plan, error, sizeof(error), &sink) != STATUS_OK) {
		fprintf(stderr, "%s\n", error);
		return 2;
	}
	taken = open(argv[3], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	stream(sink, taken, strtoull(argv[4], NULL, 10), strtoull(argv[5], NULL, 10));
	is_good = sink_flush(sink, DRAIN_MS) == STATUS_OK;
	spool_counts(sink_plan.spool, SPOOL_FINDINGS, &counts);
	fprintf(stderr, "waiting %llu\n", (unsigned long long)counts.waiting);
	sink_close(sink);
	spool_close(sink_plan.spool);
	close(taken);
	return is_good ? 0 : 1;
}
