#include "sensor/state_table.h"

bool state_table_pack(const struct state_tables *tables, enum state_table table, struct pack_place *place,
		      struct pack *pack)
{
	switch (table) {
	case STATE_LIMITS:
		return behaviour_pack_limits(tables->behaviour, true, place, pack);
	case STATE_USUAL:
		return behaviour_pack_usual(tables->behaviour, place, pack);
	case STATE_OBJECTS:
		return objects_pack(&tables->behaviour->objects, place, pack);
	case STATE_RESOURCES:
		return objects_pack_resource(&tables->behaviour->objects, place, pack);
	case STATE_PARTNERS:
		return known_pack(&tables->acquaintance->partners, place, pack);
	case STATE_CREDENTIALS:
		return known_pack(&tables->acquaintance->credentials, place, pack);
	case STATE_OPERATIONS:
		return habit_pack(&tables->acquaintance->operations, place, pack);
	case STATE_PLACES:
		return learner_pack(tables->learner, place, pack);
	case STATE_VERSIONS:
		return lives_pack_version(tables->lives, place, pack);
	case STATE_TRAFFIC:
		return behaviour_pack_traffic(tables->behaviour, place, pack);
	case STATE_STANDINGS:
		return standings_pack(tables->standings, place, pack);
	case STATE_COURSE:
		return course_pack(&tables->behaviour->course, place, pack);
	case STATE_RHYTHM:
		return rhythm_pack(&tables->behaviour->rhythm, place, pack);
	case STATE_VOLUME:
		return volume_pack(&tables->behaviour->volume, place, pack);
	case STATE_HARVEST:
		return harvest_pack(&tables->behaviour->harvest, place, pack);
	case STATE_CLASS_HABITS:
		return class_habits_pack(&tables->behaviour->class_habits, place, pack);
	case STATE_PRINCIPALS:
		return principals_pack(&tables->behaviour->principals, place, pack);
	case STATE_READERS:
		return objects_pack_reader(&tables->behaviour->objects, place, pack);
	case STATE_TOKENS:
		return token_owners_pack(tables->token_owners, place, pack);
	case STATE_TABLES:
		break;
	}
	return false;
}

void state_table_unpack(const struct state_tables *tables, enum state_table table, struct cursor *cursor)
{
	switch (table) {
	case STATE_LIMITS:
		behaviour_unpack_limits(tables->behaviour, cursor);
		return;
	case STATE_USUAL:
		behaviour_unpack_usual(tables->behaviour, cursor);
		return;
	case STATE_OBJECTS:
		objects_unpack(&tables->behaviour->objects, cursor);
		return;
	case STATE_RESOURCES:
		objects_unpack_resource(&tables->behaviour->objects, cursor);
		return;
	case STATE_PARTNERS:
		known_unpack(&tables->acquaintance->partners, cursor);
		return;
	case STATE_CREDENTIALS:
		known_unpack(&tables->acquaintance->credentials, cursor);
		return;
	case STATE_OPERATIONS:
		habit_unpack(&tables->acquaintance->operations, cursor);
		return;
	case STATE_PLACES:
		learner_unpack(tables->learner, cursor);
		return;
	case STATE_VERSIONS:
		lives_unpack_version(tables->lives, cursor);
		return;
	case STATE_TRAFFIC:
		behaviour_unpack_traffic(tables->behaviour, cursor);
		return;
	case STATE_STANDINGS:
		standings_unpack(tables->standings, cursor);
		return;
	case STATE_COURSE:
		course_unpack(&tables->behaviour->course, cursor);
		return;
	case STATE_RHYTHM:
		rhythm_unpack(&tables->behaviour->rhythm, cursor);
		return;
	case STATE_VOLUME:
		volume_unpack(&tables->behaviour->volume, cursor);
		return;
	case STATE_HARVEST:
		harvest_unpack(&tables->behaviour->harvest, cursor);
		return;
	case STATE_CLASS_HABITS:
		class_habits_unpack(&tables->behaviour->class_habits, cursor);
		return;
	case STATE_PRINCIPALS:
		principals_unpack(&tables->behaviour->principals, cursor);
		return;
	case STATE_READERS:
		objects_unpack_reader(&tables->behaviour->objects, cursor);
		return;
	case STATE_TOKENS:
		token_owners_unpack(tables->token_owners, cursor);
		return;
	case STATE_TABLES:
		return;
	}
}
