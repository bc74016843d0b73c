/*
 * recall: what is remembered of a record's caller, partner and operation is called into the processor's cache
 * while records before it are worked at. Each lies in a table of its own, and with thousands of partners in
 * none that the cache holds: one after the other each would be waited for.
 *
 *	recall_begin(&recall, judged);
 *	recall_add(&recall, &map, key);		once for each table, with the key that it will be asked for
 *	recall_follow(&recall, judged);		a record later: now it is known where the entries are
 *	recall_follow_order(&recall, judged);	one more: and now, what moving each to the newest changes
 *
 * Whatever changes between this and the taking of the record costs a wait, and nothing else.
 *
 * Owns     nothing; the record is compared, and not looked at.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"

#define RECALL_MAX 32

struct judged;

struct recall {
	const struct judged *judged;
	struct recall_place {
		const struct map *map;
		uint64_t hash;
	} places[RECALL_MAX];
	size_t count;
};

void recall_begin(struct recall *recall, const struct judged *judged);
void recall_add(struct recall *recall, const struct map *map, struct bytes key);
void recall_follow(const struct recall *recall, const struct judged *judged); /* of another record: nothing */
void recall_follow_order(const struct recall *recall, const struct judged *judged); /* likewise */
