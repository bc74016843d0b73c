/* sensor/publish/sink_spool against librdkafka's own mock cluster: whatever the broker does, every record
 * that was taken arrives, in order, or is told as refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "parsers/base/limits.h"
#include "sensor/publish/sink.h"
#include "tests/unit/publish/spool_made.h"

#define TOPIC   "specular.findings.v1"
#define PRODUCE 0 /* Kafka's number of that request */

struct fixture {
	rd_kafka_t *host; /* carries the mock cluster */
	rd_kafka_mock_cluster_t *cluster;
	struct made *made;
	struct sink *sink;
	char where[200];
};

static int begin_with(void **state, int broker_count)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	char error[200];

	fixture->host = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), error, sizeof(error));
	if (fixture->host == NULL)
		return -1;
	fixture->cluster = rd_kafka_mock_cluster_new(fixture->host, broker_count);
	rd_kafka_mock_topic_create(fixture->cluster, TOPIC, 1, broker_count);
	snprintf(fixture->where, sizeof(fixture->where), "kafka://%s/" TOPIC,
		 rd_kafka_mock_cluster_bootstraps(fixture->cluster));
	fixture->made = made_new();
	*state = fixture;
	return 0;
}

static int begin(void **state)
{
	return begin_with(state, 1);
}

static int begin_three(void **state)
{
	return begin_with(state, 3);
}

static int end(void **state)
{
	struct fixture *fixture = *state;

	sink_close(fixture->sink);
	made_free(fixture->made);
	rd_kafka_mock_cluster_destroy(fixture->cluster);
	rd_kafka_destroy(fixture->host);
	free(fixture);
	return 0;
}

static void open_sink(struct fixture *fixture)
{
	struct sink_plan plan = {.sensor = "site-a", .lane = SPOOL_FINDINGS};
	char error[200];

	made_open(fixture->made);
	plan.spool = fixture->made->spool;
	if (sink_open(fixture->where, &plan, error, sizeof(error), &fixture->sink) != STATUS_OK)
		fail_msg("%s", error);
}

static void close_sink(struct fixture *fixture)
{
	sink_close(fixture->sink);
	fixture->sink = NULL;
	made_close(fixture->made);
}

static void put(struct fixture *fixture, unsigned number)
{
	char text[40];

	snprintf(text, sizeof(text), "{\"n\":%u}", number);
	sink_put(fixture->sink,
		 &(struct sink_message){.value = bytes_of(text), .key = BYTES("k"), .id = bytes_of(text)});
}

static uint64_t waiting(const struct fixture *fixture)
{
	struct spool_counts counts;

	spool_counts(fixture->made->spool, SPOOL_FINDINGS, &counts);
	return counts.waiting;
}

/* The numbers in the topic, in order, repeats left out; each must come with its own number in ce_sequence. */
static void expect_topic(struct fixture *fixture, unsigned first, unsigned last, unsigned but)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(1);
	rd_kafka_t *consumer;
	char error[200];
	unsigned expected = first;

	rd_kafka_conf_set(conf, "bootstrap.servers", rd_kafka_mock_cluster_bootstraps(fixture->cluster),
			  error, sizeof(error));
	rd_kafka_conf_set(conf, "group.id", "test", error, sizeof(error));
	consumer = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof(error));
	rd_kafka_topic_partition_list_add(all, TOPIC, 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(consumer, all);
	rd_kafka_topic_partition_list_destroy(all);
	for (int idle = 0; idle < 600 && expected <= last;) {
		rd_kafka_message_t *message = rd_kafka_consumer_poll(consumer, 100);
		rd_kafka_headers_t *headers;
		char text[40], sequence[24];
		const void *value;
		size_t len;

		if (message == NULL || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
			idle++;
			if (message != NULL)
				rd_kafka_message_destroy(message);
			continue;
		}
		expected += expected == but;
		snprintf(text, sizeof(text), "{\"n\":%u}", expected);
		if (message->len == strlen(text) && memcmp(message->payload, text, message->len) == 0) {
			snprintf(sequence, sizeof(sequence), "%020u", expected);
			rd_kafka_message_headers(message, &headers);
			rd_kafka_header_get_last(headers, "ce_sequence", &value, &len);
			assert_int_equal(len, 20);
			assert_memory_equal(value, sequence, len);
			expected++;
		}
		rd_kafka_message_destroy(message);
	}
	rd_kafka_destroy(consumer);
	assert_int_equal(expected, last + 1);
}

static void records_are_delivered_and_released(void **state)
{
	struct fixture *fixture = *state;
	struct sink_counts counts;

	open_sink(fixture);
	for (unsigned i = 1; i <= 500; i++)
		put(fixture, i);
	assert_int_equal(sink_flush(fixture->sink, 30000), STATUS_OK);
	assert_int_equal(waiting(fixture), 0);
	sink_counts(fixture->sink, &counts);
	assert_int_equal(counts.queued, 500);
	assert_int_equal(counts.delivered, 500);
	assert_int_equal(counts.failed + counts.dropped, 0);
	expect_topic(fixture, 1, 500, 0);
}

static void an_absent_broker_gets_all_after_a_restart(void **state)
{
	struct fixture *fixture = *state;

	rd_kafka_mock_broker_set_down(fixture->cluster, 1);
	open_sink(fixture);
	for (unsigned i = 1; i <= 300; i++)
		put(fixture, i);
	assert_int_equal(sink_flush(fixture->sink, 300), STATUS_OK); /* safe on disk */
	assert_int_equal(waiting(fixture), 300);
	close_sink(fixture);
	open_sink(fixture);
	for (unsigned i = 301; i <= 400; i++)
		put(fixture, i);
	rd_kafka_mock_broker_set_up(fixture->cluster, 1);
	assert_int_equal(sink_flush(fixture->sink, 30000), STATUS_OK);
	assert_int_equal(waiting(fixture), 0);
	expect_topic(fixture, 1, 400, 0);
}

/* Not allowed now, perhaps later: trouble is told, nothing is lost. */
static void a_refused_client_tries_again(void **state)
{
	struct fixture *fixture = *state;

	open_sink(fixture);
	rd_kafka_mock_push_request_errors(fixture->cluster, PRODUCE, 2,
					  RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
					  RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	for (unsigned i = 1; i <= 50; i++)
		put(fixture, i);
	for (int i = 0; i < 300 && sink_trouble(fixture->sink) == NULL; i++)
		(void)!sink_flush(fixture->sink, 10);
	assert_non_null(sink_trouble(fixture->sink));
	assert_non_null(strstr(sink_trouble(fixture->sink), "authorization"));
	assert_int_equal(sink_flush(fixture->sink, 30000), STATUS_OK);
	assert_int_equal(waiting(fixture), 0);
	assert_null(sink_trouble(fixture->sink));
	expect_topic(fixture, 1, 50, 0);
}

/* The broker's ceiling is below ours: the one record is told as lost, and is in nobody's way. */
static void a_record_that_the_broker_refuses_is_told(void **state)
{
	struct fixture *fixture = *state;

	rd_kafka_mock_push_request_errors(fixture->cluster, PRODUCE, 2, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
					  RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
	open_sink(fixture);
	for (unsigned i = 1; i <= 20; i++)
		put(fixture, i);
	assert_int_equal(sink_flush(fixture->sink, 30000), STATUS_OK);
	assert_int_equal(waiting(fixture), 0);
	assert_int_equal(fixture->made->why[SPOOL_LOSS_REFUSED], 1);
	assert_int_equal(fixture->made->lost[SPOOL_FINDINGS][1], 1);
	expect_topic(fixture, 1, 20, 1);
}

/* The partition moves from broker to broker while records come, and one of them goes away. */
static void a_change_of_leaders_loses_nothing(void **state)
{
	struct fixture *fixture = *state;

	open_sink(fixture);
	for (unsigned i = 1; i <= 1200; i++) {
		put(fixture, i);
		if (i % 100 == 0)
			rd_kafka_mock_partition_set_leader(fixture->cluster, TOPIC, 0,
							   (int)(1 + i / 100 % 3));
		if (i == 500)
			rd_kafka_mock_broker_set_down(fixture->cluster, 1);
		if (i == 900)
			rd_kafka_mock_broker_set_up(fixture->cluster, 1);
		if (i % 20 == 0)
			(void)!sink_flush(fixture->sink, 20);
	}
	assert_int_equal(sink_flush(fixture->sink, 30000), STATUS_OK);
	assert_int_equal(waiting(fixture), 0);
	expect_topic(fixture, 1, 1200, 0);
}

/* What an idempotent producer cannot go on from: it is closed, and another sends what has no report. */
static void a_dead_producer_is_replaced(void **state)
{
	struct fixture *fixture = *state;
	unsigned last = 200;
	bool was_dead = false;

	open_sink(fixture);
	for (unsigned i = 1; i <= last; i++)
		put(fixture, i);
	assert_int_equal(sink_flush(fixture->sink, 30000), STATUS_OK);
	/* How many requests are under way decides whether it can go on: asked until it cannot, one in six
	 * times. */
	for (unsigned round = 0; round < 60 && !was_dead; round++) {
		rd_kafka_mock_push_request_errors(fixture->cluster, PRODUCE, 1,
						  RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
		for (unsigned i = 0; i < 200; i++)
			put(fixture, ++last);
		for (int i = 0; i < 50 && !was_dead; i++) {
			(void)!sink_flush(fixture->sink, 20);
			was_dead = sink_error(fixture->sink) != NULL &&
				   strstr(sink_error(fixture->sink), "stopped for good") != NULL;
		}
	}
	assert_true(was_dead);
	assert_int_equal(sink_flush(fixture->sink, 30000), STATUS_OK);
	assert_int_equal(waiting(fixture), 0);
	expect_topic(fixture, 1, last, 0);
}

static void secrets_stay_in_their_files(void **state)
{
	struct fixture *fixture = *state;
	const struct kafka_options missing = {.protocol = "sasl_plaintext",
					      .mechanism = "PLAIN",
					      .username = "u",
					      .password_file = "/nowhere/password"};
	struct sink_plan plan = {.sensor = "site-a", .kafka = &missing};
	char error[200] = "";

	assert_int_equal(sink_open(fixture->where, &plan, error, sizeof(error), &fixture->sink), STATUS_IO);
	assert_non_null(strstr(error, "/nowhere/password"));
	assert_null(fixture->sink);
}

static void options_that_do_not_fit_are_said(void **state)
{
	const struct kafka_options good[] = {
		{0},
		{.protocol = "ssl", .ca = "ca.pem"},
		{.protocol = "ssl", .cert = "c", .key = "k", .key_password_file = "p"},
		{.protocol = "sasl_ssl", .mechanism = "SCRAM-SHA-512", .username = "u", .password_file = "p"},
	};
	const struct kafka_options bad[] = {
		{.protocol = "tls"},
		{.compression = "zip"},
		{.ca = "ca.pem"},
		{.protocol = "ssl", .cert = "c"},
		{.protocol = "ssl", .key_password_file = "p"},
		{.protocol = "ssl", .username = "u"},
		{.protocol = "sasl_ssl"},
		{.protocol = "sasl_ssl", .mechanism = "NTLM", .username = "u", .password_file = "p"},
		{.protocol = "sasl_ssl", .mechanism = "PLAIN", .username = "u"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_null(kafka_options_fault(&good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_non_null(kafka_options_fault(&bad[i]));
}

#define SINK_TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SINK_TEST(records_are_delivered_and_released),
		SINK_TEST(an_absent_broker_gets_all_after_a_restart),
		SINK_TEST(a_refused_client_tries_again),
		SINK_TEST(a_record_that_the_broker_refuses_is_told),
		cmocka_unit_test_setup_teardown(a_change_of_leaders_loses_nothing, begin_three, end),
		SINK_TEST(a_dead_producer_is_replaced),
		SINK_TEST(secrets_stay_in_their_files),
		cmocka_unit_test(options_that_do_not_fit_are_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
