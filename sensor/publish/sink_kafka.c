/* A Kafka topic, by librdkafka: the only file that knows it. CloudEvents 1.0, Kafka binary mode. */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/base/limits.h"
#include "sensor/publish/kafka_url.h"
#include "sensor/publish/sink_kind.h"

#define ROOM_WAIT_MS      100
#define STUCK_NS_MAX      (60 * SECONDS) /* lossless: nothing leaves a full queue for so long */
#define CLOSE_WAIT_MS     1000
#define SOURCE_MAX        256
#define TOPIC_AND_NUL_MAX 250
#define HEADERS_BYTES     (16 * KIB) /* key and headers beside the largest record */

struct sink_kafka {
	struct sink sink;
	rd_kafka_t *client;
	char topic[TOPIC_AND_NUL_MAX];
	char source[SOURCE_MAX];
	bool is_lossless;
};

static struct sink_kafka *kafka_of(struct sink *sink)
{
	return (struct sink_kafka *)(void *)sink;
}

static void on_delivery(rd_kafka_t *client, const rd_kafka_message_t *report, void *opaque)
{
	struct sink *sink = opaque;

	(void)client;
	if (report->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
		sink->counts.delivered++;
		return;
	}
	sink->counts.failed++;
	sink_failed(sink, "a record was not delivered: %s", rd_kafka_err2str(report->err));
}

static void on_error(rd_kafka_t *client, int code, const char *reason, void *opaque)
{
	char fatal[SINK_ERROR_MAX / 2];

	if (code == RD_KAFKA_RESP_ERR__FATAL &&
	    rd_kafka_fatal_error(client, fatal, sizeof(fatal)) != RD_KAFKA_RESP_ERR_NO_ERROR)
		sink_failed(opaque, "the producer stopped for good: %s", fatal);
	else
		sink_failed(opaque, "%s: %s", rd_kafka_err2str((rd_kafka_resp_err_t)code), reason);
}

/* Without one librdkafka writes to stderr; what matters reaches on_error. */
static void on_log(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
	(void)client, (void)level, (void)facility, (void)text;
}

static bool set(rd_kafka_conf_t *conf, const char *name, const char *value, char *error, size_t error_len)
{
	return rd_kafka_conf_set(conf, name, value, error, error_len) == RD_KAFKA_CONF_OK;
}

static bool set_number(rd_kafka_conf_t *conf, const char *name, uint64_t value, char *error, size_t error_len)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, value);
	return set(conf, name, text, error, error_len);
}

static bool configure(rd_kafka_conf_t *conf, struct bytes brokers, char *error, size_t error_len)
{
	static const char *const SETTINGS[][2] = {
		{"client.id", "specular"},
		{"enable.idempotence", "true"}, /* acks=all, in order, no duplicates within a session */
		{"acks", "all"},
		{"compression.codec", "zstd"},
		{"partitioner", "murmur2_random"}, /* as Java's, so that topics can be joined */
		{"linger.ms", "5"},
	};
	char *servers = strndup(brokers.data, brokers.len);
	bool is_set = servers != NULL && set(conf, "bootstrap.servers", servers, error, error_len);

	free(servers);
	for (size_t i = 0; is_set && i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); i++)
		is_set = set(conf, SETTINGS[i][0], SETTINGS[i][1], error, error_len);
	return is_set &&
	       set_number(conf, "queue.buffering.max.kbytes", LIMIT_KAFKA_QUEUE_KIB, error, error_len) &&
	       set_number(conf, "queue.buffering.max.messages", LIMIT_KAFKA_QUEUE_MESSAGES, error,
			  error_len) &&
	       set_number(conf, "message.max.bytes", LIMIT_RECORD_BYTES + HEADERS_BYTES, error, error_len);
}

static bool add_header(rd_kafka_headers_t *headers, const char *name, struct bytes value)
{
	if (value.len == 0)
		return true;
	return rd_kafka_header_add(headers, name, -1, value.data, (ssize_t)value.len) ==
	       RD_KAFKA_RESP_ERR_NO_ERROR;
}

static struct bytes print_time(uint64_t time_ms, char text[40])
{
	time_t seconds = (time_t)(time_ms / 1000);
	struct tm date;
	size_t len = 0;

	if (gmtime_r(&seconds, &date) != NULL)
		len = strftime(text, 32, "%Y-%m-%dT%H:%M:%S", &date);
	if (len == 0)
		return BYTES_NONE;
	len += (size_t)snprintf(text + len, 40 - len, ".%03uZ", (unsigned)(time_ms % 1000));
	return (struct bytes){.data = text, .len = len};
}

/* NULL without memory. */
static rd_kafka_headers_t *make_headers(const struct sink_kafka *kafka, const struct sink_message *message)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(10);
	char time[40], severity[12];
	bool is_made;

	if (headers == NULL)
		return NULL;
	snprintf(severity, sizeof(severity), "%u", message->severity);
	is_made = add_header(headers, "ce_specversion", BYTES("1.0")) &&
		  add_header(headers, "ce_id", message->id) &&
		  add_header(headers, "ce_type", message->type) &&
		  add_header(headers, "ce_source", bytes_of(kafka->source)) &&
		  add_header(headers, "ce_time", print_time(message->time_ms, time)) &&
		  add_header(headers, "ce_subject", message->subject) &&
		  add_header(headers, "content-type", BYTES("application/json; charset=utf-8")) &&
		  add_header(headers, "severity", message->severity > 0 ? bytes_of(severity) : BYTES_NONE) &&
		  add_header(headers, "partner", message->partner);
	if (is_made)
		return headers;
	rd_kafka_headers_destroy(headers);
	return NULL;
}

/* librdkafka wants pointers to what it may change; with F_COPY it only reads. */
static void *writable(struct bytes run)
{
	return run.len > 0 ? (void *)(uintptr_t)run.data : NULL;
}

static rd_kafka_resp_err_t produce(struct sink_kafka *kafka, const struct sink_message *message)
{
	rd_kafka_headers_t *headers = make_headers(kafka, message);
	/* No timestamp: Kafka's own stays that of sending, or retention would drop an old capture's records.
	 */
	const rd_kafka_vu_t parts[] = {
		{.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = kafka->topic},
		{.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
		{.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {writable(message->key), message->key.len}},
		{.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {writable(message->value), message->value.len}},
		{.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
	};
	rd_kafka_error_t *refusal;
	rd_kafka_resp_err_t code;

	if (headers == NULL)
		return RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
	refusal = rd_kafka_produceva(kafka->client, parts, sizeof(parts) / sizeof(parts[0]));
	if (refusal == NULL)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	code = rd_kafka_error_code(refusal);
	rd_kafka_error_destroy(refusal);
	rd_kafka_headers_destroy(headers); /* taken over only on success */
	return code;
}

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * SECONDS + (uint64_t)now.tv_nsec;
}

/* Waits as long as something leaves the queue now and then. */
static rd_kafka_resp_err_t produce_patiently(struct sink_kafka *kafka, const struct sink_message *message)
{
	const struct sink_counts *counts = &kafka->sink.counts;
	uint64_t moved_ns = now_ns();
	rd_kafka_resp_err_t code;

	while ((code = produce(kafka, message)) == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
		uint64_t before = counts->delivered + counts->failed;

		rd_kafka_poll(kafka->client, ROOM_WAIT_MS);
		if (counts->delivered + counts->failed != before)
			moved_ns = now_ns();
		else if (now_ns() - moved_ns > STUCK_NS_MAX)
			break;
	}
	return code;
}

static void put(struct sink *sink, const struct sink_message *message)
{
	struct sink_kafka *kafka = kafka_of(sink);
	rd_kafka_resp_err_t code;

	code = kafka->is_lossless ? produce_patiently(kafka, message) : produce(kafka, message);
	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return;
	if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL && !kafka->is_lossless) {
		sink->counts.dropped++;
		return;
	}
	sink->counts.failed++;
	sink_failed(sink, "a record was not taken: %s", rd_kafka_err2str(code));
}

static void poll_kafka(struct sink *sink)
{
	rd_kafka_poll(kafka_of(sink)->client, 0);
}

static enum status flush(struct sink *sink, int timeout_ms)
{
	struct sink_kafka *kafka = kafka_of(sink);
	uint64_t failed = sink->counts.failed;

	if (rd_kafka_flush(kafka->client, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR)
		return sink->counts.failed == failed ? STATUS_OK : STATUS_IO;
	sink_failed(sink, "%d records are still waiting for the broker", rd_kafka_outq_len(kafka->client));
	return STATUS_IO;
}

static void close_kafka(struct sink *sink)
{
	struct sink_kafka *kafka = kafka_of(sink);

	/* Who wants them delivered flushes first; nothing here may wait for a broker that is gone. */
	rd_kafka_purge(kafka->client, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(kafka->client, CLOSE_WAIT_MS);
	rd_kafka_destroy(kafka->client);
	free(kafka);
}

static const struct sink_kind KAFKA_KIND = {
	.put = put, .poll = poll_kafka, .flush = flush, .close = close_kafka};

/* NULL, with words, when librdkafka refuses something. */
static rd_kafka_t *make_client(struct sink_kafka *kafka, struct bytes brokers, char *error, size_t error_len)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *client = NULL;

	snprintf(error, error_len, "no memory"); /* unless librdkafka has better words */
	if (conf == NULL)
		return NULL;
	rd_kafka_conf_set_opaque(conf, &kafka->sink);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_log_cb(conf, on_log);
	if (configure(conf, brokers, error, error_len))
		client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, error_len);
	if (client == NULL)
		rd_kafka_conf_destroy(conf);
	return client;
}

enum status sink_kafka_open(const char *where, const struct sink_plan *plan, char *error, size_t error_len,
			    struct sink **out_sink)
{
	struct sink_kafka *kafka;
	struct kafka_url url;
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
	memcpy(kafka->topic, url.topic.data, url.topic.len);
	snprintf(kafka->source, sizeof(kafka->source), "/sensor/%s",
		 plan->sensor != NULL ? plan->sensor : "");
	kafka->client = make_client(kafka, url.brokers, error, error_len);
	if (kafka->client == NULL) {
		free(kafka);
		return STATUS_IO;
	}
	*out_sink = &kafka->sink;
	return STATUS_OK;
}
