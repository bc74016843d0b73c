/*
 * state_table: the tables of the collector that the state keeps piece by piece,
 * each read back by its own file. Their numbers are in files: only added to.
 *
 * Thread   the collector's.
 */
#pragma once

#include "sensor/state.h"

enum state_table {
	STATE_LIMITS,
	STATE_USUAL,
	STATE_OBJECTS,
	STATE_RESOURCES,
	STATE_PARTNERS,
	STATE_CREDENTIALS,
	STATE_OPERATIONS,
	STATE_PLACES,
	STATE_VERSIONS,
	STATE_TRAFFIC,
	STATE_STANDINGS,
	STATE_COURSE,
	STATE_RHYTHM,
	STATE_VOLUME,
	STATE_HARVEST,
	STATE_CLASS_HABITS,
	STATE_PRINCIPALS,
	STATE_READERS,
	STATE_TOKENS,
	STATE_TABLES,
};

/* The next piece; false at the end. */
bool state_table_pack(const struct state_tables *tables, enum state_table table, struct pack_place *place,
		      struct pack *pack);
/* Whatever the bytes are. */
void state_table_unpack(const struct state_tables *tables, enum state_table table, struct cursor *cursor);
