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
	case STATE_TABLES:
		return;
	}
}
