/*
 * outputs: the sinks that the settings name, each opened once: two kinds of
 * records that go to the same place share one sink.
 */
#pragma once

#include "sensor/collector.h"
#include "sensor/settings.h"

#define OUTPUTS_MAX (5 + LIMIT_WEBHOOKS)

struct outputs {
	struct collector_sinks sinks;
	struct sink *opened[OUTPUTS_MAX];
	const char *where[OUTPUTS_MAX];
	size_t count;
};

/* With nothing named, findings go to standard output. False with words. */
bool outputs_open(struct outputs *outputs, const struct settings *settings, const char *sensor,
		  bool is_lossless, char *error, size_t error_len);
bool outputs_flush(struct outputs *outputs,
		   int timeout_ms); /* false: something was not delivered, said on stderr */
void outputs_close(struct outputs *outputs);
