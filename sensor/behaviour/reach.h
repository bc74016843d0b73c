/*
 * reach: who reaches an endpoint, and how: a stranger at a partner's operation,
 * somebody from outside at what was internal, at a host that is none of production,
 * or without TLS.
 *
 *	reach_judge(&reach, judged);	before the endpoint's line takes the exchange
 *
 * What was internal is known only after REACH_LEARN_NS of calls from inside alone.
 *
 * Thread   the collector's.
 */
#pragma once

#include "sensor/judged.h"

#define REACH_LEARN_NS (24ull * 3600 * 1000000000ull)

/* What the inventory knew of the endpoint. */
struct reach {
	uint64_t first_ns; /* of its first exchange */
	bool is_new, was_external;
	unsigned options; /* of enum catalogue_option */
};

void reach_judge(const struct reach *before, struct judged *judged);

/* Does a label of the host, other than its domain's, say that it is none of production? */
bool reach_is_nonproduction(struct bytes host);
