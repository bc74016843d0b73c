/* What the collector will look up for a record. */
#include "sensor/collector.h"

#define RECALLED_FROM 1500

/* What so few callers and operations left, some KiB each, stays in a core's own cache. */
static bool is_far(const struct collector *collector)
{
	return collector->behaviour.actors.credentials.count + collector->usage.map.count +
		       collector->inventory.map.count >=
	       RECALLED_FROM;
}

void collector_recall(struct collector *collector, const struct judged *judged, struct recall *recall)
{
	recall_begin(recall, judged);
	if (judged->is_opaque)
		return;
	objects_call(&collector->behaviour.objects, judged); /* they are many, however few call */
	if (!is_far(collector))
		return;
	acquaintance_recall(&collector->acquaintance, judged, recall);
	behaviour_recall(&collector->behaviour, judged, recall);
	inventory_recall(&collector->inventory, judged, recall);
	usage_recall(&collector->usage, judged, recall);
	standings_recall(&collector->standings, judged, recall);
	coverage_recall(&collector->coverage, judged, recall);
	lives_recall(&collector->lives, judged, recall);
}
