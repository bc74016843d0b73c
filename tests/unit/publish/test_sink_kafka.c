/* sensor/publish/sink_kafka against librdkafka's own mock cluster. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "parsers/base/limits.h"
#include "sensor/publish/sink.h"

#define TOPIC "specular.findings.v1"

struct fixture {
	rd_kafka_t *host; /* carries the mock cluster */
	rd_kafka_mock_cluster_t *cluster;
	rd_kafka_t *consumer;
	struct sink *sink;
	char where[200], error[200];
};

static const struct sink_message LEAK = {
	.value = BYTES_INIT("{\"finding\":1}"),
	.key = BYTES_INIT("|acme|tracking"),
	.id = BYTES_INIT("00112233445566778899aabbccddeeff"),
	.type = BYTES_INIT("specular.finding.pii.response_leak.v1"),
	.subject = BYTES_INIT("getShipment"),
	.partner = BYTES_INIT("acme"),
	.severity = 4,
	.time_ms = 1760000000123,
};

static int begin(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char error[200];

	fixture->host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), error, sizeof(error));
	if (fixture->host == NULL)
		return -1;
	fixture->cluster = rd_kafka_mock_cluster_new(fixture->host, 1);
	rd_kafka_mock_topic_create(fixture->cluster, TOPIC, 1, 1);
	snprintf(fixture->where, sizeof(fixture->where), "kafka://%s/" TOPIC,
		 rd_kafka_mock_cluster_bootstraps(fixture->cluster));
	*state = fixture;
	return 0;
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	sink_close(fixture->sink);
	if (fixture->consumer != NULL)
		rd_kafka_destroy(fixture->consumer);
	rd_kafka_mock_cluster_destroy(fixture->cluster);
	rd_kafka_destroy(fixture->host);
	free(fixture);
	return 0;
}

static void open_sink(struct fixture *fixture, bool is_lossless)
{
	const struct sink_plan plan = {.sensor = "site-a", .is_lossless = is_lossless};

	assert_int_equal(
		sink_open(fixture->where, &plan, fixture->error, sizeof(fixture->error), &fixture->sink),
		STATUS_OK);
}

static struct sink_counts counts_of(const struct fixture *fixture)
{
	struct sink_counts counts;

	sink_counts(fixture->sink, &counts);
	return counts;
}

static void start_reading(struct fixture *fixture)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(1);
	char error[200];

	rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(fixture->cluster),
			  error, sizeof(error));
	rd_kafka_conf_set(conf, "group.id", "test", error, sizeof(error));
	fixture->consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof(error));
	assert_non_null(fixture->consumer);
	rd_kafka_topic_partition_list_add(all, TOPIC, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(fixture->consumer, all);
	rd_kafka_topic_partition_list_destroy(all);
}

static rd_kafka_message_t *read_one(struct fixture *fixture)
{
	for (int i = 0; i < 200; i++) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(fixture->consumer, 100);

		if (message != NULL && message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
			return message;
		if (message != NULL)
			rd_kafka_message_destroy(message);
	}
	return NULL;
}

static void expect_header(const rd_kafka_message_t *message, const char *name, const char *expected)
{
	rd_kafka_headers_t *headers;
	const void *value;
	size_t len;

	assert_int_equal(rd_kafka_message_headers(message, &headers), RD_KAFKA_RESP_ERR_NO_ERROR);
	if (rd_kafka_header_get_last(headers, name, &value, &len) != RD_KAFKA_RESP_ERR_NO_ERROR) {
		if (expected != NULL)
			fail_msg("no header %s", name);
		return;
	}
	if (expected == NULL)
		fail_msg("there is a header %s", name);
	assert_int_equal(len, strlen(expected));
	assert_memory_equal(value, expected, len);
}

static void records_arrive_with_key_and_headers(void **state)
{
	struct fixture *fixture = *state;
	rd_kafka_message_t *message;

	open_sink(fixture, false);
	sink_put(fixture->sink, &LEAK);
	sink_put(fixture->sink,
		 &(struct sink_message){.value = BYTES("{}"), .id = BYTES("2"), .type = BYTES("t")});
	assert_int_equal(sink_flush(fixture->sink, 20000), STATUS_OK);
	assert_int_equal(counts_of(fixture).delivered, 2);

	start_reading(fixture);
	message = read_one(fixture);
	assert_non_null(message);
	assert_int_equal(message->len, LEAK.value.len);
	assert_memory_equal(message->payload, LEAK.value.data, message->len);
	assert_int_equal(message->key_len, LEAK.key.len);
	assert_memory_equal(message->key, LEAK.key.data, message->key_len);
	expect_header(message, "ce_specversion", "1.0");
	expect_header(message, "ce_id", "00112233445566778899aabbccddeeff");
	expect_header(message, "ce_type", "specular.finding.pii.response_leak.v1");
	expect_header(message, "ce_source", "/sensor/site-a");
	expect_header(message, "ce_time", "2025-10-09T08:53:20.123Z");
	expect_header(message, "ce_subject", "getShipment");
	expect_header(message, "content-type", "application/json; charset=utf-8");
	expect_header(message, "severity", "4");
	expect_header(message, "partner", "acme");
	rd_kafka_message_destroy(message);

	message = read_one(fixture);
	assert_non_null(message);
	assert_null(message->key);
	expect_header(message, "ce_time", "1970-01-01T00:00:00.000Z");
	expect_header(message, "ce_subject", NULL);
	expect_header(message, "severity", NULL);
	expect_header(message, "partner", NULL);
	rd_kafka_message_destroy(message);
}

/* More than the queue holds, and the largest record there is. */
static void lossless_waits_for_room(void **state)
{
	struct fixture *fixture = *state;
	struct sink_message largest = LEAK;
	char *text = malloc(LIMIT_RECORD_BYTES);
	const uint64_t count = LIMIT_KAFKA_QUEUE_MESSAGES + 3000;

	memset(text, 'x', LIMIT_RECORD_BYTES);
	largest.value = (struct bytes){text, LIMIT_RECORD_BYTES};
	open_sink(fixture, true);
	sink_put(fixture->sink, &largest);
	for (uint64_t i = 1; i < count; i++)
		sink_put(fixture->sink, &LEAK);
	assert_int_equal(sink_flush(fixture->sink, 30000), STATUS_OK);
	assert_int_equal(counts_of(fixture).queued, count);
	assert_int_equal(counts_of(fixture).delivered, count);
	assert_int_equal(counts_of(fixture).failed + counts_of(fixture).dropped, 0);
	free(text);
}

static void refusals_are_counted_and_said(void **state)
{
	struct fixture *fixture = *state;
	struct sink_message oversized = LEAK;

	oversized.value.len = 2 * LIMIT_RECORD_BYTES;
	oversized.value.data = calloc(1, oversized.value.len);
	open_sink(fixture, true);
	sink_put(fixture->sink, &oversized);
	assert_int_equal(counts_of(fixture).failed, 1);
	assert_non_null(sink_error(fixture->sink));
	sink_put(fixture->sink, &LEAK);
	assert_int_equal(sink_flush(fixture->sink, 20000), STATUS_OK);
	assert_int_equal(counts_of(fixture).delivered, 1);
	free((void *)(uintptr_t)oversized.value.data);
}

static double seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Nobody listens: nothing blocks, what does not fit is dropped, every record is accounted for. */
static void absent_broker_blocks_nobody(void **state)
{
	struct fixture *fixture = *state;
	const uint64_t count = LIMIT_KAFKA_QUEUE_MESSAGES + 500;
	double start = seconds_now();

	snprintf(fixture->where, sizeof(fixture->where), "kafka://127.0.0.1:1/" TOPIC);
	open_sink(fixture, false);
	for (uint64_t i = 0; i < count; i++)
		sink_put(fixture->sink, &LEAK);
	sink_poll(fixture->sink);
	assert_int_equal(counts_of(fixture).dropped, 500);
	assert_int_equal(sink_flush(fixture->sink, 300), STATUS_IO);
	assert_non_null(strstr(sink_error(fixture->sink), "20000 records are still waiting"));
	assert_int_equal(counts_of(fixture).queued, count);
	assert_int_equal(counts_of(fixture).delivered + counts_of(fixture).failed, 0);
	sink_close(fixture->sink);
	fixture->sink = NULL;
	assert_true(seconds_now() - start < 20);
}

static void broker_that_comes_back_gets_what_waited(void **state)
{
	struct fixture *fixture = *state;

	rd_kafka_mock_broker_set_down(fixture->cluster, 1);
	open_sink(fixture, false);
	sink_put(fixture->sink, &LEAK);
	assert_int_equal(sink_flush(fixture->sink, 200), STATUS_IO);
	rd_kafka_mock_broker_set_up(fixture->cluster, 1);
	assert_int_equal(sink_flush(fixture->sink, 30000), STATUS_OK);
	assert_int_equal(counts_of(fixture).delivered, 1);
}

static void bad_addresses_are_refused_without_secrets(void **state)
{
	struct fixture *fixture = *state;
	const struct sink_plan plan = {.sensor = "site-a"};

	assert_int_equal(sink_open("kafka://user:hunter2@h:9092/t", &plan, fixture->error,
				   sizeof(fixture->error), &fixture->sink),
			 STATUS_INVALID);
	assert_null(strstr(fixture->error, "hunter2"));
	assert_int_equal(
		sink_open("kafka://h:9092", &plan, fixture->error, sizeof(fixture->error), &fixture->sink),
		STATUS_INVALID);
	assert_non_null(strstr(fixture->error, "topic"));
	assert_null(fixture->sink);
}

#define SINK_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(records_arrive_with_key_and_headers),
		SINK_TEST(lossless_waits_for_room),
		SINK_TEST(refusals_are_counted_and_said),
		SINK_TEST(absent_broker_blocks_nobody),
		SINK_TEST(broker_that_comes_back_gets_what_waited),
		SINK_TEST(bad_addresses_are_refused_without_secrets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
