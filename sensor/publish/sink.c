#include "sensor/publish/sink.h"

#include <stdarg.h>
#include <stdio.h>

#include "sensor/publish/kafka_url.h"
#include "sensor/publish/sink_kind.h"

bool sink_is_kafka(const char *where)
{
	return bytes_starts(bytes_of(where), BYTES("kafka://"));
}

const char *sink_where_fault(const char *where)
{
	struct bytes text = bytes_of(where);
	struct kafka_url url;
	const char *why;

	if (sink_is_kafka(where))
		return kafka_url_read(text, &url, &why) == STATUS_OK ? NULL : why;
	if (text.len == 0 || bytes_find(text, BYTES("://")) != BYTES_NOT_FOUND)
		return "an output is '-', a path or kafka://HOST:PORT[,HOST:PORT...]/TOPIC";
	return NULL;
}

enum status sink_open(const char *where, const struct sink_plan *plan, char *error, size_t error_len,
		      struct sink **out_sink)
{
	const char *fault = sink_where_fault(where);

	if (fault != NULL) {
		snprintf(error, error_len, "%s", fault);
		return STATUS_INVALID;
	}
	if (sink_is_kafka(where))
		return plan->spool != NULL ? sink_spool_open(where, plan, error, error_len, out_sink)
					   : sink_kafka_open(where, plan, error, error_len, out_sink);
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

void sink_settle(struct sink *sink)
{
	if (sink->kind->settle != NULL)
		sink->kind->settle(sink);
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

const char *sink_trouble(const struct sink *sink)
{
	return sink->is_troubled ? sink_error(sink) : NULL;
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
	sink->is_troubled = true;
}
