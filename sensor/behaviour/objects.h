/*
 * objects: which partner was given which object, in lists and when it made it.
 * Who reads one that only another was ever given has guessed or stolen its id.
 *
 * Silent until learned: a resource counts as owned when at least OBJECTS_LEARN objects were given
 * to two partners or more and at most one in fifty to several of them.
 *
 * Of the same memory: what a caller fetches and was never given, where it otherwise fetches only what it was
 * given (abuse.id_unlearned, after a day and OBJECTS_FETCHES of them); and owned resources whose ids follow
 * one another (abuse.id_guessable).
 *
 * Owns     a table that grows to LIMIT_OBJECTS places; then the longest untouched of four that share one
 * goes. Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "sensor/judged.h"
#include "sensor/pack.h"
#include "sensor/recall.h"

#define OBJECTS_LEARN   50
#define OBJECTS_FETCHES 100
#define OBJECTS_STEP    16 /* ids nearer than this are found in a few tries */

struct object {
	uint64_t id;
	uint32_t owner; /* hash of the partner */
	uint32_t touched_s : 31, is_shared : 1;
};

struct objects {
	struct object *table;
	size_t place_count; /* a power of two, or 0 */
	struct map resources, readers;
};

void objects_init(struct objects *objects, uint64_t seed);
void objects_finish(struct objects *objects);

/* For the state that outlives the process, a piece each: false at the end. */
bool objects_pack(const struct objects *objects, struct pack_place *place, struct pack *pack);
void objects_unpack(struct objects *objects, struct cursor *cursor);
bool objects_pack_resource(const struct objects *objects, struct pack_place *place, struct pack *pack);
void objects_unpack_resource(struct objects *objects, struct cursor *cursor);
bool objects_pack_reader(struct objects *objects, struct pack_place *place, struct pack *pack);
void objects_unpack_reader(struct objects *objects, struct cursor *cursor);

/* *out_is_known: this partner was given it before. */
MUST_CHECK enum status objects_take(struct objects *objects, struct judged *judged, bool *out_is_known);
/* Calls what a record to come acts on into the cache. */
void objects_call(const struct objects *objects, const struct judged *judged);
void objects_recall(const struct objects *objects, const struct judged *judged, struct recall *recall);
