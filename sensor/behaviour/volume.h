/*
 * volume: how many different sensitive values one credential is given, against
 * what it ever was given in an hour, or what its contract agrees on
 * (pii.excess_volume). Silent about a credential until it is known for a day; a
 * cap of the contract holds from the start.
 *
 * Owns     a sketch a credential, LIMIT_VOLUMES of them; the longest silent goes. Hashes, never values.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"

#define VOLUME_LEAST 100 /* fewer values are no excess, whatever was usual */

struct volume {
	struct map credentials;
};

void volume_init(struct volume *volume, uint64_t seed);
void volume_finish(struct volume *volume);
MUST_CHECK enum status volume_take(struct volume *volume, struct judged *judged);
/* For the state that outlives the process, a piece each: false at the end. */
bool volume_pack(struct volume *volume, struct pack_place *place, struct pack *pack);
void volume_unpack(struct volume *volume, struct cursor *cursor);
