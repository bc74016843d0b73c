/* What the collector will look up for a record. */
#include "parsers/base/limits.h"
#include "sensor/collector.h"

#define RECALLED_FROM 1500
#define TEXTS_LEN     512 /* of most records */

/* What so few callers and operations left, some KiB each, stays in a core's own cache. */
static bool is_far(const struct collector *collector)
{
	return collector->behaviour.actors.credentials.count + collector->usage.map.count +
		       collector->inventory.map.count >=
	       RECALLED_FROM;
}

static void call_slots(struct collector *collector, const struct judged *judged, struct recall *recall)
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

/* A record waited for thousands of others and has left the cache: it is called back while those before it
 * are worked at. Its texts stand behind it. */
static void call_back(const struct judged *judged)
{
	const char *memory = (const char *)judged;

	for (size_t at = 0; at < sizeof(*judged) + TEXTS_LEN; at += CACHE_LINE)
		__builtin_prefetch(memory + at);
}

/* While the first is taken, what moves when the next one is comes, what the one behind it needs, where that
 * of the third lies is asked, and the fourth record is called back. */
void collector_look_ahead(struct collector *collector)
{
	const struct judged *judged[CALLED_AHEAD] = {NULL};
	struct recall *recalls[CALLED_AHEAD];

	for (size_t i = 0; i < CALLED_AHEAD && i < collector->ahead_count; i++) {
		size_t at = (collector->ahead_first + i) % LIMIT_LOOKAHEAD_RECORDS;

		judged[i] = collector->ahead[at];
		recalls[i] = &collector->recalls[at % CALLED_AHEAD];
	}
	if (judged[0] != NULL)
		recall_follow_order(recalls[0], judged[0]);
	if (judged[1] != NULL)
		recall_follow(recalls[1], judged[1]);
	if (judged[2] != NULL)
		call_slots(collector, judged[2], recalls[2]);
	if (judged[3] != NULL)
		call_back(judged[3]);
}
