#include "sensor/behaviour/in_flight.h"

#include <stdlib.h>

#include "parsers/base/limits.h"

#define ROOM_FIRST 32

static struct flight *flight_at(struct in_flight *flights, size_t index)
{
	return &flights->list[(flights->first + index) % flights->room];
}

static void make_room(struct in_flight *flights)
{
	size_t room = flights->room == 0 ? ROOM_FIRST : 2 * flights->room;
	struct flight *list = room > LIMIT_IN_FLIGHT ? NULL : calloc(room, sizeof(*list));

	if (list == NULL)
		return;
	for (size_t i = 0; i < flights->count; i++)
		list[i] = *flight_at(flights, i);
	free(flights->list);
	*flights = (struct in_flight){.list = list, .room = room, .count = flights->count};
}

uint64_t in_flight_take(struct in_flight *flights, uint64_t start_ns, uint64_t end_ns, uint64_t limit,
			uint64_t *out_exceeded)
{
	struct flight flight = {.start_ns = start_ns, .end_ns = end_ns, .at_once = 1};
	uint64_t most = 0, exceeded = 0;

	for (size_t i = flights->count; i > 0; i--) {
		struct flight *other = flight_at(flights, i - 1);

		if (other->end_ns <= start_ns)
			break; /* and so did all before it */
		if (other->start_ns <= start_ns) {
			flight.at_once++;
			continue;
		}
		other->at_once++; /* it began while this one went on */
		exceeded += other->at_once == limit + 1;
		if (other->at_once > most)
			most = other->at_once;
	}
	exceeded += flight.at_once > limit;
	if (flight.at_once > most)
		most = flight.at_once;
	if (flights->count == flights->room)
		make_room(flights);
	if (flights->room > 0) {
		if (flights->count == flights->room) {
			flights->first = (flights->first + 1) % flights->room;
			flights->count--;
		}
		flights->count++;
		*flight_at(flights, flights->count - 1) = flight;
	}
	*out_exceeded = exceeded;
	return most;
}

void in_flight_finish(struct in_flight *flights)
{
	free(flights->list);
	*flights = (struct in_flight){0};
}
