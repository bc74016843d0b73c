#include "sensor/publish/kafka_client.h"

#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "parsers/base/limits.h"

#define CLOSE_WAIT_MS     1000
#define SOURCE_MAX        256
#define WORDS_MAX         256
#define TOPIC_AND_NUL_MAX 250
#define HEADERS_BYTES     (32 * KIB) /* key and headers beside the largest record */

struct kafka_client {
	struct kafka_plan plan;
	rd_kafka_t *producer;
	char topic[TOPIC_AND_NUL_MAX];
	char source[SOURCE_MAX];
};

/* -- what librdkafka says --------------------------------------------------- */

static enum kafka_outcome outcome_of(rd_kafka_resp_err_t code)
{
	switch (code) {
	case RD_KAFKA_RESP_ERR_NO_ERROR:
		return KAFKA_DELIVERED;
	case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
	case RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE:
	case RD_KAFKA_RESP_ERR_INVALID_MSG:
	case RD_KAFKA_RESP_ERR_INVALID_RECORD:
	case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
	case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
		return KAFKA_REFUSED;
	default:
		return KAFKA_NOT_NOW;
	}
}

static void on_delivery(rd_kafka_t *producer, const rd_kafka_message_t *message, void *opaque)
{
	const struct kafka_client *client = opaque;
	const struct kafka_report report = {.number = (uint64_t)(uintptr_t)message->_private,
					    .len = message->len,
					    .outcome = outcome_of(message->err),
					    .words = rd_kafka_err2str(message->err)};

	(void)producer;
	client->plan.report(client->plan.context, &report);
}

static void on_error(rd_kafka_t *producer, int code, const char *reason, void *opaque)
{
	const struct kafka_client *client = opaque;
	char words[WORDS_MAX], fatal[WORDS_MAX / 2];

	if (code == RD_KAFKA_RESP_ERR__FATAL &&
	    rd_kafka_fatal_error(producer, fatal, sizeof(fatal)) != RD_KAFKA_RESP_ERR_NO_ERROR)
		snprintf(words, sizeof(words), "the producer stopped for good: %s", fatal);
	else
		snprintf(words, sizeof(words), "%s: %s", rd_kafka_err2str((rd_kafka_resp_err_t)code), reason);
	client->plan.trouble(client->plan.context, words);
}

/* Without one librdkafka writes to stderr; what matters reaches on_error. */
static void on_log(const rd_kafka_t *producer, int level, const char *facility, const char *text)
{
	(void)producer, (void)level, (void)facility, (void)text;
}

/* -- configuration ---------------------------------------------------------- */

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

/* Not with the value in the words. */
static bool set_secret(rd_kafka_conf_t *conf, const char *name, const char *file, char *error,
		       size_t error_len)
{
	char secret[KAFKA_SECRET_MAX], words[WORDS_MAX];
	bool is_set = false;

	if (file == NULL)
		return true;
	if (kafka_secret_read(file, secret) == STATUS_OK)
		is_set = set(conf, name, secret, words, sizeof(words));
	explicit_bzero(secret, sizeof(secret));
	explicit_bzero(words, sizeof(words));
	if (!is_set)
		snprintf(error, error_len, "%s: cannot be read, or holds no %s", file, name);
	return is_set;
}

static bool set_if(rd_kafka_conf_t *conf, const char *name, const char *value, char *error, size_t error_len)
{
	return value == NULL || set(conf, name, value, error, error_len);
}

static bool secure(rd_kafka_conf_t *conf, const struct kafka_options *options, char *error, size_t error_len)
{
	return set_if(conf, "security.protocol", options->protocol, error, error_len) &&
	       set_if(conf, "ssl.ca.location", options->ca, error, error_len) &&
	       set_if(conf, "ssl.certificate.location", options->cert, error, error_len) &&
	       set_if(conf, "ssl.key.location", options->key, error, error_len) &&
	       set_secret(conf, "ssl.key.password", options->key_password_file, error, error_len) &&
	       set_if(conf, "sasl.mechanism", options->mechanism, error, error_len) &&
	       set_if(conf, "sasl.username", options->username, error, error_len) &&
	       set_secret(conf, "sasl.password", options->password_file, error, error_len) &&
	       set(conf, "compression.codec", options->compression != NULL ? options->compression : "zstd",
		   error, error_len);
}

static bool configure(rd_kafka_conf_t *conf, const struct kafka_plan *plan, char *error, size_t error_len)
{
	static const struct kafka_options defaults = {0};
	static const char *const settings[][2] = {
		{"client.id", "specular"},
		{"enable.idempotence", "true"}, /* acks=all, in order, no duplicates within a session */
		{"acks", "all"},
		{"partitioner", "murmur2_random"}, /* as Java's, so that topics can be joined */
		{"linger.ms", "5"},
		{"socket.timeout.ms", "30000"},       /* a broker that froze */
		{"reconnect.backoff.max.ms", "2000"}, /* one that comes back is found soon */
	};
	char *servers = strndup(plan->brokers.data, plan->brokers.len);
	bool is_set = servers != NULL && set(conf, "bootstrap.servers", servers, error, error_len);

	free(servers);
	for (size_t i = 0; is_set && i < sizeof(settings) / sizeof(settings[0]); i++)
		is_set = set(conf, settings[i][0], settings[i][1], error, error_len);
	return is_set && (!plan->is_patient || set(conf, "message.timeout.ms", "0", error, error_len)) &&
	       secure(conf, plan->options != NULL ? plan->options : &defaults, error, error_len) &&
	       set_number(conf, "queue.buffering.max.kbytes", LIMIT_KAFKA_QUEUE_KIB, error, error_len) &&
	       set_number(conf, "queue.buffering.max.messages", LIMIT_KAFKA_QUEUE_MESSAGES, error,
			  error_len) &&
	       set_number(conf, "message.max.bytes", LIMIT_RECORD_BYTES + HEADERS_BYTES, error, error_len);
}

/* NULL, with words, when librdkafka refuses something. */
static rd_kafka_t *make_producer(struct kafka_client *client, char *error, size_t error_len)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_t *producer = NULL;

	snprintf(error, error_len, "no memory"); /* unless librdkafka has better words */
	if (conf == NULL)
		return NULL;
	rd_kafka_conf_set_opaque(conf, client);
	rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
	rd_kafka_conf_set_error_cb(conf, on_error);
	rd_kafka_conf_set_log_cb(conf, on_log);
	if (configure(conf, &client->plan, error, error_len))
		producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, error_len);
	if (producer == NULL)
		rd_kafka_conf_destroy(conf);
	return producer;
}

enum status kafka_client_open(const struct kafka_plan *plan, char *error, size_t error_len,
			      struct kafka_client **out_client)
{
	struct kafka_client *client = calloc(1, sizeof(*client));

	if (client == NULL) {
		snprintf(error, error_len, "no memory");
		return STATUS_NO_MEMORY;
	}
	client->plan = *plan;
	snprintf(client->topic, sizeof(client->topic), BYTES_FORMAT, BYTES_PRINT(plan->topic));
	snprintf(client->source, sizeof(client->source), "/sensor/%s",
		 plan->sensor != NULL ? plan->sensor : "");
	client->producer = make_producer(client, error, error_len);
	if (client->producer == NULL) {
		free(client);
		return STATUS_IO;
	}
	*out_client = client;
	return STATUS_OK;
}

void kafka_client_close(struct kafka_client *client)
{
	if (client == NULL)
		return;
	/* Who wants them delivered flushes first; nothing here may wait for a broker that is gone. */
	rd_kafka_purge(client->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	rd_kafka_flush(client->producer, CLOSE_WAIT_MS);
	rd_kafka_destroy(client->producer);
	free(client);
}

/* -- sending ---------------------------------------------------------------- */

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
static rd_kafka_headers_t *make_headers(const struct kafka_client *client, const struct sink_message *message,
					uint64_t number)
{
	rd_kafka_headers_t *headers = rd_kafka_headers_new(11);
	char time[40], severity[12], sequence[24];
	bool is_made;

	if (headers == NULL)
		return NULL;
	snprintf(severity, sizeof(severity), "%u", message->severity);
	snprintf(sequence, sizeof(sequence), "%020" PRIu64, number); /* CloudEvents: sorts as text */
	is_made = add_header(headers, "ce_specversion", BYTES("1.0")) &&
		  add_header(headers, "ce_id", message->id) &&
		  add_header(headers, "ce_type", message->type) &&
		  add_header(headers, "ce_source", bytes_of(client->source)) &&
		  add_header(headers, "ce_time", print_time(message->time_ms, time)) &&
		  add_header(headers, "ce_subject", message->subject) &&
		  add_header(headers, "ce_sequence", number > 0 ? bytes_of(sequence) : BYTES_NONE) &&
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

static rd_kafka_resp_err_t produce(struct kafka_client *client, const struct sink_message *message,
				   uint64_t number)
{
	rd_kafka_headers_t *headers = make_headers(client, message, number);
	/* No timestamp: Kafka's own stays that of sending, or retention would drop an old capture's records.
	 */
	const rd_kafka_vu_t parts[] = {
		{.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = client->topic},
		{.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
		{.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {writable(message->key), message->key.len}},
		{.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {writable(message->value), message->value.len}},
		{.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers},
		{.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = (void *)(uintptr_t)number},
	};
	rd_kafka_error_t *refusal;
	rd_kafka_resp_err_t code;

	if (headers == NULL)
		return RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE;
	refusal = rd_kafka_produceva(client->producer, parts, sizeof(parts) / sizeof(parts[0]));
	if (refusal == NULL)
		return RD_KAFKA_RESP_ERR_NO_ERROR;
	code = rd_kafka_error_code(refusal);
	rd_kafka_error_destroy(refusal);
	rd_kafka_headers_destroy(headers); /* taken over only on success */
	return code;
}

enum kafka_sent kafka_client_send(struct kafka_client *client, const struct sink_message *message,
				  uint64_t number, const char **out_words)
{
	rd_kafka_resp_err_t code = produce(client, message, number);

	if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
		return KAFKA_SENT;
	*out_words = rd_kafka_err2str(code);
	return outcome_of(code) == KAFKA_REFUSED ? KAFKA_NEVER : KAFKA_QUEUE_FULL;
}

void kafka_client_poll(struct kafka_client *client, int wait_ms)
{
	rd_kafka_poll(client->producer, wait_ms);
}

bool kafka_client_flush(struct kafka_client *client, int timeout_ms)
{
	return rd_kafka_flush(client->producer, timeout_ms) == RD_KAFKA_RESP_ERR_NO_ERROR;
}

int kafka_client_waiting(const struct kafka_client *client)
{
	return rd_kafka_outq_len(client->producer);
}

bool kafka_client_is_dead(const struct kafka_client *client)
{
	return rd_kafka_fatal_error(client->producer, NULL, 0) != RD_KAFKA_RESP_ERR_NO_ERROR;
}
