/*
 * sink: where finished records go. A file or standard output as JSON Lines, or
 * a Kafka topic, with a spool (at least once) or without. A sink never blocks its caller for the network.
 *
 *	status = sink_open(where, &plan, error, sizeof(error), &sink);
 *	sink_put(sink, &message);
 *	sink_flush(sink, 10 * 1000);
 *	sink_close(sink);
 *
 * Thread   one (the collector's).
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"
#include "sensor/publish/kafka_options.h"
#include "sensor/publish/spool.h"

struct sink;

/* One record on its way out (parsers/exchange.h has the other message). The sink copies what it keeps. */
struct sink_message {
	struct bytes value;   /* one JSON object, no newline */
	struct bytes key;     /* Kafka key: what shares it keeps its order; may be empty */
	struct bytes id;      /* metadata.uid: ce_id */
	struct bytes type;    /* ce_type: "specular.finding.pii.response_leak.v1" */
	struct bytes subject; /* ce_subject: operation; may be empty */
	struct bytes partner; /* header; may be empty */
	unsigned severity;    /* header; 0: none */
	uint64_t time_ms;
};

struct sink_counts {
	/* queued = delivered + failed + dropped + still waiting */
	uint64_t queued, delivered, failed, dropped;
	uint64_t bytes;
};

struct sink_plan {
	const char *sensor;    /* --site: ce_source is /sensor/<sensor> */
	bool is_lossless;      /* replay: a full queue waits instead of dropping */
	bool is_continued;     /* run: a file goes on behind what is in it; else it is emptied first */
	uint64_t rotate_bytes; /* a file larger than this makes way for a new one; 0: never */
	const struct kafka_options *kafka; /* NULL: the defaults; lives as long as the sink */
	struct spool *spool; /* Kafka: records wait here for their delivery; NULL: they do not */
	enum spool_lane_name lane;
};

bool sink_is_kafka(const char *where);
/* What is wrong with `where`, in words (static) that repeat no part of it; NULL when nothing is. */
const char *sink_where_fault(const char *where);

/* A file that was moved away or deleted is made anew within a second (logrotate needs no signal).
 * `where`: "-", a path, or kafka://HOST:PORT[,HOST:PORT...]/TOPIC. A broker need not be there yet. */
MUST_CHECK enum status sink_open(const char *where, const struct sink_plan *plan, char *error,
				 size_t error_len, struct sink **out_sink);
void sink_put(struct sink *sink, const struct sink_message *message);
void sink_poll(struct sink *sink); /* takes delivery reports, writes lines older than a second */
/* What was put is written, so that it survives the death of the process. Never waits for a broker. */
void sink_settle(struct sink *sink);
/* STATUS_IO: not everything was delivered in time. */
MUST_CHECK enum status sink_flush(struct sink *sink, int timeout_ms);
void sink_counts(const struct sink *sink, struct sink_counts *out_counts);
const char *sink_trouble(const struct sink *sink); /* as long as nothing was delivered since, or NULL */
const char *sink_error(const struct sink *sink);   /* the last failure in words, or NULL */
void sink_close(struct sink *sink); /* accepts NULL; gives up what a broker has not taken: flush first */
