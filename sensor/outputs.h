/*
 * outputs: the sinks that the settings name. Two kinds of records that go to the
 * same file share one sink; each kind that goes to Kafka has its own, and in a
 * live sensor its lane of the spool, so that nothing is lost while the broker is
 * away (exchanges have none: they are many, and each is worth little).
 *
 * Thread   the collector's.
 */
#pragma once

#include "sensor/collector.h"
#include "sensor/settings.h"

#define OUTPUTS_MAX (OUTPUT_COUNT + LIMIT_WEBHOOKS)

struct outputs {
	const struct settings *settings;
	struct collector_sinks sinks;
	struct delivery delivery;
	struct sink *opened[OUTPUTS_MAX];
	const char *where[OUTPUTS_MAX];
	size_t count;
	uint64_t watched_ns;
	char told[OUTPUTS_MAX][128]; /* the trouble that was logged last */
	uint64_t told_lost[OUTPUTS_MAX];
};

/* With nothing named, findings go to standard output. False with words. */
bool outputs_open(struct outputs *outputs, const struct settings *settings, const char *sensor, bool is_live,
		  char *error, size_t error_len);
void outputs_watch(struct outputs *outputs); /* trouble that is new, and its end, on stderr; not more than
						once a second */
/* False: something was not delivered, and will not be; said on stderr. */
bool outputs_flush(struct outputs *outputs, int timeout_ms);
void outputs_close(struct outputs *outputs);
