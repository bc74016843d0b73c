/*
 * sink_webhook: findings that are new, posted to a chat, a tracker or anything that takes JSON over HTTP.
 *
 *	status = sink_webhook_open(&plan, error, sizeof(error), &sink);
 *	sink_put(sink, &message);		at once: a thread of its own posts it
 *
 * Takes from the stream of findings those created at a severity, of an owner. What the other side does not
 *take is tried again, later and later; past the attempts it is failed, past the queue dropped, both counted.
 *
 * Owns     copies of what the plan names; a queue of at most LIMIT_WEBHOOK_QUEUE records.
 * Thread   the collector's, as every sink; and one of its own, which alone talks to the network.
 */
#pragma once

#include "sensor/publish/sink.h"

struct webhook_plan {
	const char *url;
	const char *headers;  /* lines of "Name: value", or NULL */
	const char *template; /* text (webhook_template.h); NULL: the record as it is */
	const char *owner;    /* of the API, or NULL: everybody's */
	unsigned severity_min;
	uint64_t per_minute; /* at most; 0: LIMIT_WEBHOOK_PER_MINUTE */
};

MUST_CHECK enum status sink_webhook_open(const struct webhook_plan *plan, char *error, size_t error_len,
					 struct sink **out_sink);
