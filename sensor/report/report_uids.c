#include "sensor/report/report_uids.h"

#include <stdlib.h>
#include <xxhash.h>

#include "parsers/base/limits.h"

#define ROOM_FIRST 1024

void report_uids_init(struct report_uids *uids, uint64_t seed)
{
	*uids = (struct report_uids){.seed = seed};
}

void report_uids_finish(struct report_uids *uids)
{
	free(uids->table);
	*uids = (struct report_uids){0};
}

/* The place of the hash, or the free one where it belongs. */
static uint64_t *place_of(uint64_t *table, size_t room, uint64_t hash)
{
	size_t at = hash & (room - 1);

	while (table[at] != 0 && table[at] != hash)
		at = (at + 1) & (room - 1);
	return &table[at];
}

/* A quarter stays free, so that searches end soon. */
static bool has_room(struct report_uids *uids)
{
	size_t room = uids->room == 0 ? ROOM_FIRST : 2 * uids->room;
	uint64_t *table;

	if (uids->count < uids->room / 4 * 3)
		return true;
	if (room > LIMIT_REPORT_UIDS)
		return false;
	table = calloc(room, sizeof(*table));
	if (table == NULL)
		return false;
	for (size_t i = 0; i < uids->room; i++)
		if (uids->table[i] != 0)
			*place_of(table, room, uids->table[i]) = uids->table[i];
	free(uids->table);
	uids->table = table;
	uids->room = room;
	return true;
}

bool report_uids_have(struct report_uids *uids, struct bytes uid)
{
	uint64_t hash = XXH3_64bits_withSeed(uid.data, uid.len, uids->seed);
	bool is_there, may_grow = has_room(uids);
	uint64_t *place;

	if (uids->room == 0)
		return false;
	hash = hash == 0 ? 1 : hash;
	place = place_of(uids->table, uids->room, hash);
	is_there = *place == hash;
	if (!is_there && may_grow) {
		*place = hash;
		uids->count++;
	}
	return is_there;
}
