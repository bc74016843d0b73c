/*
 * outbox: finished records on their way to the sinks, in the order (time, uid).
 * Those of one moment wait until the clock moves on, then leave sorted.
 *
 * Owns     copies of the records of the current moment.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/arena.h"
#include "sensor/publish/sink.h"

struct outbox_record {
	struct sink *sink;
	struct sink_message message;
};

struct outbox {
	struct arena arena;
	struct outbox_record *records;
	size_t count, capacity;
	uint64_t time_ns;
	uint64_t lost; /* no memory */
};

void outbox_init(struct outbox *outbox);
void outbox_finish(struct outbox *outbox); /* sends nothing */

/* Copies the message; message->id decides the order among those of the same time.
 * A sink of NULL means nobody wants it. Times never go back. */
void outbox_put(struct outbox *outbox, struct sink *sink, uint64_t time_ns,
		const struct sink_message *message);
void outbox_send(struct outbox *outbox); /* what waits, now */
