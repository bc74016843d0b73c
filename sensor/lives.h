/*
 * lives: what is told of each finding, and when: its beginning, its counts, its
 * end after a quiet time or when the spec that it departs from was replaced.
 * Findings that somebody has accepted for a time are counted and not told.
 *
 *	lives_clock(&lives, judged->time_ns);	ends that are due
 *	lives_take(&lives, judged);
 *	lives_tell(&lives, time_ns);		at the end: counts that were not told yet
 *
 * Owns     the ledger, with the record that each finding was last told from, LIMIT_LEDGER_BYTES of
 *          them: past that the longest unseen findings are forgotten; the version of each (partner, spec
 *file), at most LIMIT_API_VERSIONS. Thread   the collector's.
 */
#pragma once

#include "rules/ledger.h"
#include "sensor/pack.h"
#include "sensor/parts.h"
#include "sensor/publish/event.h"
#include "sensor/recall.h"

typedef void lives_teller(void *context, const struct judged *judged, const struct judged_finding *finding,
			  const struct finding_life *life);

struct state;

struct lives {
	struct ledger ledger;
	struct map versions; /* sha256 of the spec, by (partner, file) */
	struct buffer key;
	lives_teller *tell;
	void *context;
	struct state *state; /* is told what was told, to remember it; NULL: nothing does */
	size_t evidence_bytes, evidence_bytes_max; /* of the records that findings are told from */
	uint64_t suppressed, clock_ns;
};

void lives_init(struct lives *lives, uint64_t seed, lives_teller *tell, void *context);
void lives_finish(struct lives *lives); /* tells nothing */

void lives_clock(struct lives *lives, uint64_t time_ns);
MUST_CHECK enum status lives_take(struct lives *lives, struct judged *judged);
void lives_recall(struct lives *lives, const struct judged *judged, struct recall *recall);
void lives_tell(struct lives *lives, uint64_t time_ns);

/* For the state that outlives the process, one spec's version: false at the end. */
bool lives_pack_version(const struct lives *lives, struct pack_place *place, struct pack *pack);
void lives_unpack_version(struct lives *lives, struct cursor *cursor);
