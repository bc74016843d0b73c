#include "sensor/publish/sink.h"

#include <stdarg.h>
#include <stdio.h>

#include "sensor/publish/sink_kind.h"

enum status sink_open(const char *where, const struct sink_plan *plan, char *error, size_t error_len,
		      struct sink **out_sink)
{
	struct bytes text = bytes_of(where);

	if (bytes_starts(text, BYTES("kafka://")))
		return sink_kafka_open(where, plan, error, error_len, out_sink);
	if (text.len == 0 || bytes_find(text, BYTES("://")) != BYTES_NOT_FOUND) {
		snprintf(error, error_len,
			 "an output is '-', a path or kafka://HOST:PORT[,HOST:PORT...]/TOPIC");
		return STATUS_INVALID;
	}
	return sink_file_open(where, plan, error, error_len, out_sink);
}

void sink_put(struct sink *sink, const struct sink_message *message)
{
	sink->counts.queued++;
	sink->counts.bytes += message->value.len;
	sink->kind->put(sink, message);
}

void sink_poll(struct sink *sink)
{
	sink->kind->poll(sink);
}

enum status sink_flush(struct sink *sink, int timeout_ms)
{
	return sink->kind->flush(sink, timeout_ms);
}

void sink_counts(const struct sink *sink, struct sink_counts *out_counts)
{
	*out_counts = sink->counts;
}

const char *sink_error(const struct sink *sink)
{
	return sink->error[0] == '\0' ? NULL : sink->error;
}

void sink_close(struct sink *sink)
{
	if (sink != NULL)
		sink->kind->close(sink);
}

void sink_failed(struct sink *sink, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(sink->error, sizeof(sink->error), format, arguments);
	va_end(arguments);
}
