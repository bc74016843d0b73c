/*
 * relearn: what was told before a place was known to hold values becomes what it
 * would have been: endpoints are put together, findings closed and told once
 * more as one.
 *
 *	relearn(&collector, judged->time_ns);	before each record
 *
 * Thread   the collector's.
 */
#pragma once

#include "sensor/collector.h"

/* At most once a second of packet time: it looks at everything remembered. */
void relearn(struct collector *collector, uint64_t time_ns);
