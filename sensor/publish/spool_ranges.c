#include "sensor/publish/spool_ranges.h"

#include <string.h>

static void remove_at(struct spool_ranges *ranges, size_t at)
{
	ranges->count--;
	memmove(&ranges->list[at], &ranges->list[at + 1], (ranges->count - at) * sizeof(*ranges->list));
}

bool ranges_add(struct spool_ranges *ranges, struct spool_range range)
{
	size_t at = 0;

	while (at < ranges->count && ranges->list[at].last + 1 < range.first)
		at++;
	while (at < ranges->count && ranges->list[at].first <= range.last + 1) {
		range.first = range.first < ranges->list[at].first ? range.first : ranges->list[at].first;
		range.last = range.last > ranges->list[at].last ? range.last : ranges->list[at].last;
		remove_at(ranges, at);
	}
	if (ranges->count == RANGES_MAX)
		return false;
	memmove(&ranges->list[at + 1], &ranges->list[at], (ranges->count - at) * sizeof(*ranges->list));
	ranges->list[at] = range;
	ranges->count++;
	return true;
}

bool ranges_missing(const struct spool_ranges *ranges, struct spool_range within,
		    struct spool_range *out_range)
{
	for (size_t i = 0; i < ranges->count; i++) {
		const struct spool_range *range = &ranges->list[i];

		if (range->last < within.first)
			continue;
		if (range->first > within.first) {
			*out_range = (struct spool_range){within.first, range->first - 1 < within.last
										? range->first - 1
										: within.last};
			return true;
		}
		if (range->last >= within.last)
			return false;
		within.first = range->last + 1;
	}
	*out_range = within;
	return true;
}

void ranges_drop(struct spool_ranges *ranges, uint64_t last)
{
	while (ranges->count > 0 && ranges->list[0].last <= last)
		remove_at(ranges, 0);
	if (ranges->count > 0 && ranges->list[0].first <= last)
		ranges->list[0].first = last + 1;
}
