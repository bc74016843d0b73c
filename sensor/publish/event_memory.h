/*
 * event_memory: what one sensor's records tell of partner, spec, API and operation, as it was written the
 *last time: it is the same in all records that one contract says it of.
 *
 *	members = event_memory_find(memory, judged);	empty: write them, and
 *	event_memory_put(memory, judged, members);
 *
 * Owns     a table of fixed size; what is new takes the place of other members.
 * Lends    the members, until the next put.
 * Thread   the collector's.
 */
#pragma once

#include "sensor/judged.h"

struct event_memory;

struct event_memory *event_memory_new(void); /* NULL without memory */
void event_memory_free(struct event_memory *memory);

/* Both accept NULL: nothing is remembered. */
struct bytes event_memory_find(const struct event_memory *memory, const struct judged *judged);
void event_memory_put(struct event_memory *memory, const struct judged *judged, struct bytes members);
