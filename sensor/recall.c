#include "sensor/recall.h"

void recall_begin(struct recall *recall, const struct judged *judged)
{
	recall->judged = judged;
	recall->count = 0;
}

void recall_add(struct recall *recall, const struct map *map, struct bytes key)
{
	if (recall->count < RECALL_MAX)
		recall->places[recall->count++] = (struct recall_place){map, map_call(map, key)};
}

void recall_follow(const struct recall *recall, const struct judged *judged)
{
	for (size_t i = 0; recall->judged == judged && i < recall->count; i++)
		map_follow(recall->places[i].map, recall->places[i].hash);
}

void recall_follow_order(const struct recall *recall, const struct judged *judged)
{
	for (size_t i = 0; recall->judged == judged && i < recall->count; i++)
		map_follow_order(recall->places[i].map, recall->places[i].hash);
}
