/*
 * kafka_url: kafka://HOST:PORT[,HOST:PORT...]/TOPIC taken apart.
 *
 * Lends    parts of the text it was given. Names no part of it in its words: people
 *          put passwords there.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

struct kafka_url {
	struct bytes brokers; /* "HOST:PORT,HOST:PORT", as librdkafka takes it */
	struct bytes topic;
};

/* STATUS_INVALID with *out_why a static string. */
MUST_CHECK enum status kafka_url_read(struct bytes text, struct kafka_url *out_url, const char **out_why);
