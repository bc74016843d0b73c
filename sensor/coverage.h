/*
 * coverage: what share of each partner's exchanges could be judged, and why not
 * the rest; and how many connections nobody could read. The honesty of the sensor in numbers: complete +
 * partial by reason is all there were.
 *
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/publish/event.h"
#include "sensor/recall.h"

struct coverage {
	struct map map;
};

void coverage_init(struct coverage *coverage, uint64_t seed);
void coverage_finish(struct coverage *coverage);
void coverage_take(struct coverage *coverage, const struct judged *judged);
void coverage_recall(const struct coverage *coverage, const struct judged *judged, struct recall *recall);

/* Lines in order of the partner's id; malloc'ed, the caller frees. NULL and 0 when there are none. */
struct coverage_line *coverage_lines(const struct coverage *coverage, size_t *out_count);
