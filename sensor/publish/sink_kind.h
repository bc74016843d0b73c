/*
 * sink_kind: what every kind of sink has, and how sink.c calls it. For the
 * files sink*.c alone.
 */
#pragma once

#include "sensor/publish/sink.h"

#define SINK_ERROR_MAX 256

struct sink_kind {
	void (*put)(struct sink *sink, const struct sink_message *message);
	void (*poll)(struct sink *sink);
	void (*settle)(
		struct sink *sink); /* NULL: what is put survives the process, or nothing can make it */
	enum status (*flush)(struct sink *sink, int timeout_ms);
	void (*close)(struct sink *sink); /* frees the sink too */
};

/* The first member of each kind's own struct. */
struct sink {
	const struct sink_kind *kind;
	struct sink_counts counts;
	char error[SINK_ERROR_MAX]; /* "" while nothing failed */
	bool is_troubled;           /* `error` still holds: nothing was delivered since */
};

/* Keeps the words for sink_error. */
void sink_failed(struct sink *sink, const char *format, ...) __attribute__((format(printf, 2, 3)));

MUST_CHECK enum status sink_file_open(const char *where, const struct sink_plan *plan, char *error,
				      size_t error_len, struct sink **out_sink);
/* With plan->spool: at least once. */
MUST_CHECK enum status sink_spool_open(const char *where, const struct sink_plan *plan, char *error,
				       size_t error_len, struct sink **out_sink);
MUST_CHECK enum status sink_kafka_open(const char *where, const struct sink_plan *plan, char *error,
				       size_t error_len, struct sink **out_sink);
