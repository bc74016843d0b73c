/* A Kafka topic without a spool: what librdkafka's queue cannot hold is dropped and counted or, where nothing
 * may be lost and time does not matter, waited for. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "parsers/base/limits.h"
#include "sensor/publish/kafka_client.h"
#include "sensor/publish/kafka_url.h"
#include "sensor/publish/sink_kind.h"

#define ROOM_WAIT_MS 100
#define STUCK_NS_MAX (60 * SECONDS) /* lossless: nothing leaves a full queue for so long */

struct sink_kafka {
	struct sink sink;
	struct kafka_client *client;
	bool is_lossless;
	bool is_given_up; /* waited in vain: what comes now does not wait again */
};

static struct sink_kafka *kafka_of(struct sink *sink)
{
	return (struct sink_kafka *)(void *)sink;
}

static void report(void *context, const struct kafka_report *report)
{
	struct sink_kafka *kafka = context;

	kafka->is_given_up = false;
	if (report->outcome == KAFKA_DELIVERED) {
		kafka->sink.counts.delivered++;
		kafka->sink.is_troubled = false;
		return;
	}
	kafka->sink.counts.failed++;
	sink_failed(&kafka->sink, "a record was not delivered: %s", report->words);
}

static void trouble(void *context, const char *words)
{
	sink_failed(context, "%s", words);
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
}

/* Waits as long as something leaves the queue now and then. */
static enum kafka_sent send_patiently(struct sink_kafka *kafka, const struct sink_message *message,
				      const char **out_words)
{
	const struct sink_counts *counts = &kafka->sink.counts;
	uint64_t moved_ns = now_ns();
	enum kafka_sent sent;

	while ((sent = kafka_client_send(kafka->client, message, 0, out_words)) == KAFKA_QUEUE_FULL) {
		uint64_t before = counts->delivered + counts->failed;

		kafka_client_poll(kafka->client, kafka->is_given_up ? 0 : ROOM_WAIT_MS);
		if (counts->delivered + counts->failed != before)
			moved_ns = now_ns();
		else if (kafka->is_given_up || now_ns() - moved_ns > STUCK_NS_MAX)
			break;
	}
	kafka->is_given_up = sent == KAFKA_QUEUE_FULL;
	return sent;
}

static void put(struct sink *sink, const struct sink_message *message)
{
	struct sink_kafka *kafka = kafka_of(sink);
	const char *words = "";
	enum kafka_sent sent;

	sent = kafka->is_lossless ? send_patiently(kafka, message, &words)
				  : kafka_client_send(kafka->client, message, 0, &words);
	if (sent == KAFKA_SENT)
		return;
	if (sent == KAFKA_QUEUE_FULL && !kafka->is_lossless) {
		sink->counts.dropped++;
		return;
	}
	sink->counts.failed++;
	sink_failed(sink, "a record was not taken: %s", words);
}

static void poll_kafka(struct sink *sink)
{
	kafka_client_poll(kafka_of(sink)->client, 0);
}

static enum status flush(struct sink *sink, int timeout_ms)
{
	struct sink_kafka *kafka = kafka_of(sink);
	uint64_t failed = sink->counts.failed;

	if (kafka_client_flush(kafka->client, timeout_ms))
		return sink->counts.failed == failed ? STATUS_OK : STATUS_IO;
	sink_failed(sink, "%d records are still waiting for the broker", kafka_client_waiting(kafka->client));
	return STATUS_IO;
}

static void close_kafka(struct sink *sink)
{
	kafka_client_close(kafka_of(sink)->client);
	free(sink);
}

static const struct sink_kind KAFKA_KIND = {
	.put = put, .poll = poll_kafka, .flush = flush, .close = close_kafka};

enum status sink_kafka_open(const char *where, const struct sink_plan *plan, char *error, size_t error_len,
			    struct sink **out_sink)
{
	struct sink_kafka *kafka;
	struct kafka_url url;
	enum status status;
	const char *why;

	if (kafka_url_read(bytes_of(where), &url, &why) != STATUS_OK) {
		snprintf(error, error_len, "%s", why);
		return STATUS_INVALID;
	}
	kafka = calloc(1, sizeof(*kafka));
	if (kafka == NULL) {
		snprintf(error, error_len, "no memory");
		return STATUS_NO_MEMORY;
	}
	kafka->sink.kind = &KAFKA_KIND;
	kafka->is_lossless = plan->is_lossless;
	status = kafka_client_open(&(struct kafka_plan){.brokers = url.brokers,
							.topic = url.topic,
							.sensor = plan->sensor,
							.options = plan->kafka,
							.report = report,
							.trouble = trouble,
							.context = kafka},
				   error, error_len, &kafka->client);
	if (status != STATUS_OK) {
		free(kafka);
		return status;
	}
	*out_sink = &kafka->sink;
	return STATUS_OK;
}
