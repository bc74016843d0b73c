/*
 * behaviour: everything that compares an exchange with earlier ones. The
 * collector gives it each judged record once, in the one order of all workers;
 * what it finds is added to the record, and told like any other finding.
 *
 *	behaviour_take(&behaviour, judged);
 *
 * Owns     what it remembers of partners, clients and objects, each with its ceiling.
 * Thread   the collector's. Time is packet time.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/behaviour/actors.h"
#include "sensor/behaviour/class_habits.h"
#include "sensor/behaviour/course.h"
#include "sensor/behaviour/harvest.h"
#include "sensor/behaviour/limits.h"
#include "sensor/behaviour/objects.h"
#include "sensor/behaviour/principals.h"
#include "sensor/behaviour/rhythm.h"
#include "sensor/behaviour/service.h"
#include "sensor/behaviour/spike.h"
#include "sensor/behaviour/traffic.h"
#include "sensor/behaviour/volume.h"
#include "sensor/recall.h"

/* One partner. */
struct watched {
	struct limits limits;
	struct spike spike;
	struct service service;
	uint64_t last_ns,
		packed_ns; /* its last call, and that up to which its limits were packed as changed */
	bool is_changed;   /* since then */
	struct traffic traffic;
};

struct behaviour {
	struct map partners; /* of struct watched */
	struct map zones;    /* of struct zone, by name */
	struct actors actors;
	struct objects objects;
	struct harvest harvest;
	struct course course;
	struct rhythm rhythm;
	struct volume volume;
	struct class_habits class_habits;
	struct principals principals;
	struct window_budget budget;
	struct zone utc;
	struct traffic_clock traffic;
};

void behaviour_init(struct behaviour *behaviour, uint64_t seed);
void behaviour_finish(struct behaviour *behaviour);

MUST_CHECK enum status behaviour_take(struct behaviour *behaviour, struct judged *judged);
void behaviour_recall(const struct behaviour *behaviour, const struct judged *judged, struct recall *recall);

/* For the state that outlives the process, a piece each: false at the end. `is_all`: all limits; else what
 * changed since the last time, which is all that the snapshot does not have yet. */
bool behaviour_pack_limits(struct behaviour *behaviour, bool is_all, struct pack_place *place,
			   struct pack *pack);
void behaviour_unpack_limits(struct behaviour *behaviour, struct cursor *cursor);
/* What is usual for a partner. */
bool behaviour_pack_usual(const struct behaviour *behaviour, struct pack_place *place, struct pack *pack);
void behaviour_unpack_usual(struct behaviour *behaviour, struct cursor *cursor);
/* Its traffic, hour by hour of the week; first that of everybody. */
bool behaviour_pack_traffic(const struct behaviour *behaviour, struct pack_place *place, struct pack *pack);
void behaviour_unpack_traffic(struct behaviour *behaviour, struct cursor *cursor);
