#include "sensor/behaviour/behaviour.h"

#include "sensor/behaviour/hours.h"
#include "sensor/places.h"

static void leave_partner(void *context, void *value)
{
	struct watched *watched = value;

	(void)context;
	limits_finish(&watched->limits);
	service_finish(&watched->service);
}

static void leave_zone(void *context, void *value)
{
	(void)context;
	zone_finish(value);
}

void behaviour_init(struct behaviour *behaviour, uint64_t seed)
{
	*behaviour = (struct behaviour){.budget.steps_left = LIMIT_WINDOW_STEPS_ALL};
	map_init(&behaviour->partners, &(struct map_plan){.entries_max = LIMIT_WATCHED_PARTNERS,
							  .value_len = sizeof(struct watched),
							  .seed = seed,
							  .leave = leave_partner});
	map_init(&behaviour->zones, &(struct map_plan){.entries_max = LIMIT_ZONES,
						       .value_len = sizeof(struct zone),
						       .seed = seed,
						       .leave = leave_zone});
	actors_init(&behaviour->actors, seed);
	objects_init(&behaviour->objects, seed);
	harvest_init(&behaviour->harvest, seed);
	course_init(&behaviour->course, seed);
	rhythm_init(&behaviour->rhythm, seed);
	volume_init(&behaviour->volume, seed);
	class_habits_init(&behaviour->class_habits, seed);
	principals_init(&behaviour->principals, seed);
}

void behaviour_finish(struct behaviour *behaviour)
{
	map_finish(&behaviour->partners);
	map_finish(&behaviour->zones);
	actors_finish(&behaviour->actors);
	objects_finish(&behaviour->objects);
	harvest_finish(&behaviour->harvest);
	course_finish(&behaviour->course);
	rhythm_finish(&behaviour->rhythm);
	volume_finish(&behaviour->volume);
	class_habits_finish(&behaviour->class_habits);
	principals_finish(&behaviour->principals);
}

/* Looked up each time: it may have left. A place that is not known is UTC. */
static const struct zone *zone_of(struct behaviour *behaviour, struct bytes name)
{
	bool is_new;
	struct zone *zone = name.len == 0 ? NULL : map_put(&behaviour->zones, name, &is_new);

	if (zone == NULL)
		return &behaviour->utc;
	if (is_new && zone_load(zone, name) != STATUS_OK)
		*zone = (struct zone){0};
	return zone;
}

/* What a caller does, whoever it is. */
static enum status take_caller(struct behaviour *behaviour, struct judged *judged)
{
	enum status status;

	if (!judged->request.is_seen || !judged->response.is_seen)
		return STATUS_OK;
	status = harvest_take(&behaviour->harvest, judged);
	if (status == STATUS_OK)
		status = course_take(&behaviour->course, judged);
	if (status == STATUS_OK)
		status = rhythm_take(&behaviour->rhythm, judged);
	if (status == STATUS_OK)
		status = volume_take(&behaviour->volume, judged);
	if (status == STATUS_OK)
		status = class_habits_take(&behaviour->class_habits, judged);
	return status == STATUS_OK ? principals_take(&behaviour->principals, judged) : status;
}

enum status behaviour_take(struct behaviour *behaviour, struct judged *judged)
{
	struct watched *watched;
	const struct zone *zone;
	bool is_new, is_known = false;
	enum status status = STATUS_OK;

	traffic_clock_take(&behaviour->traffic, judged);
	if (judged->partner_id.len > 0)
		status = objects_take(&behaviour->objects, judged, &is_known);
	if (status == STATUS_OK)
		status = actors_take(&behaviour->actors, judged, is_known);
	if (status == STATUS_OK)
		status = take_caller(behaviour, judged);
	if (status != STATUS_OK || judged->partner_id.len == 0)
		return status;
	watched = places_put(judged, PLACE_PARTNER, &behaviour->partners, judged->partner_id, &is_new);
	if (watched == NULL)
		return STATUS_NO_MEMORY;
	zone = zone_of(behaviour, judged->past.timezone);
	watched->is_changed = true;
	watched->last_ns = judged->time_ns;
	hours_take(zone, judged);
	limits_take(&watched->limits, zone, &behaviour->budget, judged);
	spike_take(&watched->spike, judged);
	service_take(&watched->service, judged);
	traffic_take(&watched->traffic, &behaviour->traffic, judged);
	return STATUS_OK;
}

void behaviour_recall(const struct behaviour *behaviour, const struct judged *judged, struct recall *recall)
{
	if (judged->partner_id.len > 0) {
		recall_add(recall, &behaviour->partners, judged->partner_id);
		objects_recall(&behaviour->objects, judged, recall);
	}
	if (!judged->request.is_seen || !judged->response.is_seen)
		return;
	actors_recall(&behaviour->actors, judged, recall);
	harvest_recall(&behaviour->harvest, judged, recall);
	course_recall(&behaviour->course, judged, recall);
	rhythm_recall(&behaviour->rhythm, judged, recall);
	class_habits_recall(&behaviour->class_habits, judged, recall);
}

/* -- across restarts -------------------------------------------------------------------------- */

static void next_partner(const struct behaviour *behaviour, struct pack_place *place)
{
	*place = (struct pack_place){.at = place->at == NULL ? map_oldest(&behaviour->partners)
							     : map_newer(place->at)};
}

bool behaviour_pack_limits(struct behaviour *behaviour, bool is_all, struct pack_place *place,
			   struct pack *pack)
{
	for (;;) {
		/* The map lends what it holds as const while it is walked; this is ours. */
		struct watched *watched = (struct watched *)(uintptr_t)place->at;
		const struct window *window;

		if (watched == NULL || place->part >= watched->limits.count ||
		    (!is_all && !watched->is_changed)) {
			if (watched != NULL && !is_all) {
				watched->is_changed = false;
				watched->packed_ns = watched->last_ns;
			}
			next_partner(behaviour, place);
			if (place->at == NULL)
				return false;
			continue;
		}
		window = &watched->limits.list[place->part].window;
		if (place->step == 0 && !is_all)
			place->step = window_step_since(window, watched->packed_ns);
		pack_text(pack, map_key(watched));
		limits_pack(&watched->limits, place->part, &place->step, pack);
		if (place->step >= window->count) {
			place->part++;
			place->step = 0;
		}
		return true;
	}
}

void behaviour_unpack_limits(struct behaviour *behaviour, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor);
	bool is_new;
	struct watched *watched =
		cursor->ran_out || key.len == 0 ? NULL : map_put(&behaviour->partners, key, &is_new);

	if (watched != NULL)
		limits_unpack(&watched->limits, &behaviour->budget, cursor);
}

bool behaviour_pack_usual(const struct behaviour *behaviour, struct pack_place *place, struct pack *pack)
{
	const struct watched *watched;

	next_partner(behaviour, place);
	watched = place->at;
	if (watched == NULL)
		return false;
	pack_text(pack, map_key(watched));
	spike_pack(&watched->spike, pack);
	service_pack(&watched->service, pack);
	return true;
}

void behaviour_unpack_usual(struct behaviour *behaviour, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor);
	bool is_new;
	struct watched *watched =
		cursor->ran_out || key.len == 0 ? NULL : map_put(&behaviour->partners, key, &is_new);

	if (watched == NULL)
		return;
	spike_unpack(&watched->spike, cursor);
	service_unpack(&watched->service, cursor);
}

bool behaviour_pack_traffic(const struct behaviour *behaviour, struct pack_place *place, struct pack *pack)
{
	const struct watched *watched;

	if (place->part++ == 0) {
		pack_text(pack, BYTES_NONE);
		traffic_clock_pack(&behaviour->traffic, pack);
		return true;
	}
	place->at = place->at == NULL ? map_oldest(&behaviour->partners) : map_newer(place->at);
	watched = place->at;
	if (watched == NULL)
		return false;
	pack_text(pack, map_key(watched));
	traffic_pack(&watched->traffic, pack);
	return true;
}

void behaviour_unpack_traffic(struct behaviour *behaviour, struct cursor *cursor)
{
	struct bytes key = unpack_text(cursor);
	struct watched *watched;
	bool is_new;

	if (cursor->ran_out)
		return;
	if (key.len == 0) {
		traffic_clock_unpack(&behaviour->traffic, cursor);
		return;
	}
	watched = map_put(&behaviour->partners, key, &is_new);
	if (watched != NULL)
		traffic_unpack(&watched->traffic, cursor);
}
