/*
 * kafka_client: one producer of one topic, by librdkafka: the only file that
 * knows it. Idempotent, acks=all, CloudEvents 1.0 headers (Kafka binary mode).
 * Never waits for the network, but in kafka_client_poll, as long as it is told.
 *
 *	kafka_client_open(&plan, error, sizeof(error), &client);
 *	kafka_client_send(client, &message, number);
 *	kafka_client_poll(client, 0);		calls report and trouble
 *	kafka_client_close(client);		forgets what was not delivered
 *
 * Thread   one; librdkafka has its own.
 */
#pragma once

#include "sensor/publish/kafka_options.h"
#include "sensor/publish/sink.h"

struct kafka_client;

enum kafka_sent { KAFKA_SENT, KAFKA_QUEUE_FULL, KAFKA_NEVER };

enum kafka_outcome {
	KAFKA_DELIVERED,
	KAFKA_NOT_NOW, /* may go well another time */
	KAFKA_REFUSED, /* this record, or one that was sent with it, is not acceptable */
};

struct kafka_report {
	uint64_t number; /* as it was sent */
	size_t len;      /* of its value */
	enum kafka_outcome outcome;
	const char *words; /* of what is not delivered */
};

struct kafka_plan {
	struct bytes brokers, topic;
	const char *sensor;
	const struct kafka_options *options; /* NULL: the defaults */
	bool is_patient;                     /* keeps trying for ever; otherwise gives up after minutes */
	void (*report)(void *context, const struct kafka_report *report);
	void (*trouble)(void *context, const char *words); /* nothing is lost by that alone */
	void *context;
};

/* The topic is copied. STATUS_INVALID or STATUS_IO with words. */
MUST_CHECK enum status kafka_client_open(const struct kafka_plan *plan, char *error, size_t error_len,
					 struct kafka_client **out_client);
/* `number` comes back in the report; above 0 it is also the header ce_sequence. Words are static. */
enum kafka_sent kafka_client_send(struct kafka_client *client, const struct sink_message *message,
				  uint64_t number, const char **out_words);
void kafka_client_poll(struct kafka_client *client, int wait_ms);
/* True once everything was reported. */
bool kafka_client_flush(struct kafka_client *client, int timeout_ms);
int kafka_client_waiting(const struct kafka_client *client);
bool kafka_client_is_dead(const struct kafka_client *client); /* must be closed and opened again */
void kafka_client_close(struct kafka_client *client);         /* accepts NULL */
