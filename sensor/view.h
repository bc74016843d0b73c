/*
 * view: what the collector knows at this moment, as text: records in one JSON
 * object {"items": [...], "left_out": n}, and all counters for Prometheus.
 *
 *	view_write(&collector, &(struct view_question){.kind = VIEW_METRICS}, &text);
 *
 * Thread   the collector's.
 */
#pragma once

#include "sensor/collector.h"

enum view_kind { VIEW_INVENTORY, VIEW_FINDINGS, VIEW_USAGE, VIEW_COVERAGE, VIEW_METRICS, VIEW_HEALTH };

struct view_question {
	enum view_kind kind;
	size_t items_max; /* the newest so many; the rest is counted in left_out */
};

MUST_CHECK enum status view_write(const struct collector *collector, const struct view_question *question,
				  struct buffer *out);
