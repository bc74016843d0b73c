/*
 * names: a few different texts, as many as tell something: more than NAMES_MAX
 * partners or data classes at one place tell no more than "many".
 *
 * Owns     copies of the texts; a zeroed one is empty. Thread: one.
 */
#pragma once

#include "sensor/pack.h"

#define NAMES_MAX 32

#define NAMES_FIRST_MAX 23

struct names {
	struct bytes *list;
	uint32_t count, room;
	uint8_t first_len;           /* 0: it is longer */
	char first[NAMES_FIRST_MAX]; /* the same again: mostly there is no other, and the list is far away */
};

/* True when it was new. What has no room, or no memory, is left out. */
bool names_add(struct names *names, struct bytes name);
bool names_have(const struct names *names, struct bytes name);
void names_finish(struct names *names);

/* For the state that outlives the process. */
void names_pack(const struct names *names, struct pack *pack);
void names_unpack(struct names *names, struct cursor *cursor);
