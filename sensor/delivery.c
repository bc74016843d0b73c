#include "sensor/delivery.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const loss_words[SPOOL_LOSSES] = {
	[SPOOL_LOSS_FULL] = "the spool was full",
	[SPOOL_LOSS_MEMORY] = "the disk of the spool refused them and memory was full",
	[SPOOL_LOSS_BROKEN] = "their bytes in the spool are broken",
	[SPOOL_LOSS_REFUSED] = "the broker refuses them",
};

void delivery_lost(void *context, enum spool_lane_name lane, struct spool_range range, enum spool_loss why)
{
	struct delivery *delivery = context;

	if (!ranges_add(&delivery->lost[lane][why], range))
		delivery->lost_more[lane][why] += range.last - range.first + 1;
}

size_t delivery_counters(const struct delivery *delivery, struct counter counters[DELIVERY_COUNTERS_MAX])
{
	static const char *const names[OUTPUT_COUNT][3] = {
		[OUTPUT_FINDINGS] = {"output.findings.taken", "output.findings.delivered",
				     "output.findings.lost"},
		[OUTPUT_EXCHANGES] = {"output.exchanges.taken", "output.exchanges.delivered",
				      "output.exchanges.lost"},
		[OUTPUT_USAGE] = {"output.usage.taken", "output.usage.delivered", "output.usage.lost"},
		[OUTPUT_INVENTORY] = {"output.inventory.taken", "output.inventory.delivered",
				      "output.inventory.lost"},
		[OUTPUT_HEALTH] = {"output.health.taken", "output.health.delivered", "output.health.lost"},
	};
	struct spool_counts spool = {0};
	size_t count = 0;

	for (int i = 0; i < OUTPUT_COUNT; i++) {
		struct sink_counts counts = {0};

		if (delivery->sinks[i] != NULL)
			sink_counts(delivery->sinks[i], &counts);
		counters[count++] = (struct counter){names[i][0], counts.queued};
		counters[count++] = (struct counter){names[i][1], counts.delivered};
		counters[count++] = (struct counter){names[i][2], counts.failed + counts.dropped};
	}
	for (int i = 0; delivery->spool != NULL && i < SPOOL_LANES; i++) {
		struct spool_counts lane;

		spool_counts(delivery->spool, (enum spool_lane_name)i, &lane);
		spool.waiting += lane.waiting;
		spool.memory_bytes += lane.memory_bytes;
		spool.bytes = lane.bytes;
		spool.disk_refusals = lane.disk_refusals;
	}
	counters[count++] = (struct counter){"spool.waiting", spool.waiting};
	counters[count++] = (struct counter){"spool.bytes", spool.bytes};
	counters[count++] = (struct counter){"spool.memory_bytes", spool.memory_bytes};
	counters[count++] = (struct counter){"spool.disk_refusals", spool.disk_refusals};
	return count;
}

static bool tell_trouble(struct delivery *delivery, enum settings_output output,
			 struct delivery_event *out_event)
{
	const char *words = delivery->sinks[output] == NULL ? NULL : sink_trouble(delivery->sinks[output]);

	if (words == NULL)
		return false;
	snprintf(delivery->words, sizeof(delivery->words), "%s: %s", settings_output_text(output), words);
	*out_event = (struct delivery_event){"sensor.output_failed", 3, delivery->words};
	return true;
}

/* As many ranges as fit in one record's words; the rest is told by the next. */
static bool tell_loss(struct delivery *delivery, enum spool_lane_name lane, enum spool_loss why,
		      struct delivery_event *out_event)
{
	struct spool_ranges *ranges = &delivery->lost[lane][why];
	size_t room = sizeof(delivery->words) - 64, len;
	uint64_t told = 0;

	if (ranges->count == 0 && delivery->lost_more[lane][why] == 0)
		return false;
	len = (size_t)snprintf(delivery->words, room, "%s: records lost, %s: number", spool_lane_text(lane),
			       loss_words[why]);
	for (size_t i = 0; i < ranges->count && len < room - 64; i++) {
		const struct spool_range *range = &ranges->list[i];

		len += (size_t)snprintf(delivery->words + len, 64, "%s %" PRIu64 "-%" PRIu64,
					i > 0 ? "," : "", range->first, range->last);
		told = range->last;
	}
	ranges_drop(ranges, told);
	if (ranges->count == 0 && delivery->lost_more[lane][why] > 0) {
		snprintf(delivery->words + len, 64, ", and %" PRIu64 " more", delivery->lost_more[lane][why]);
		delivery->lost_more[lane][why] = 0;
	}
	*out_event = (struct delivery_event){"sensor.record_loss", 4, delivery->words};
	return true;
}

bool delivery_next_event(struct delivery *delivery, unsigned *at, struct delivery_event *out_event)
{
	while (*at < OUTPUT_COUNT)
		if (tell_trouble(delivery, (enum settings_output)(*at)++, out_event))
			return true;
	if ((*at)++ == OUTPUT_COUNT && delivery->spool != NULL && spool_trouble(delivery->spool) != NULL) {
		*out_event =
			(struct delivery_event){"sensor.spool_failed", 3, spool_trouble(delivery->spool)};
		return true;
	}
	for (int lane = 0; lane < SPOOL_LANES; lane++)
		for (int why = 0; why < SPOOL_LOSSES; why++)
			if (tell_loss(delivery, (enum spool_lane_name)lane, (enum spool_loss)why, out_event))
				return true;
	return false;
}
