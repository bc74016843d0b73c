/*
 * state: what the collector remembers, kept across restarts: which findings were
 * told, how often, the usage window that runs, the endpoints that exist, the limits
 * and quotas that run, what is usual and who was given what, how partners stand,
 * which segments of paths are values. So a restart neither tells an old finding as
 * new, nor resets a count, nor is silent until all is learned again. Exchanges under way, and what one client
 *did within the last ten minutes, begin anew.
 *
 * A snapshot is written aside and renamed, now and then; between two of them, what
 * was told and what was added to limits goes into a journal, behind the records
 * themselves: a crash between repeats a record, under the same uid, and never loses
 * one. Both are checked frame by frame (spool_frame.h). A broken file is set aside
 * under the name *.broken, what is whole in it is used, and `words` says so. Tables
 * keep their ceilings, whatever a file says.
 *
 *	state_open(folder, error, sizeof(error), &state);
 *	state_load(state, &tables);
 *	state_told(state, uid, entry);		after each record of a finding
 *	state_turn(state, &tables);		when those records have left
 *	state_close(state, &tables);
 *
 * Thread   the collector's. It writes files: a snapshot takes a hundredth of the
 *          time at most, the journal some bytes a told finding.
 */
#pragma once

#include "sensor/acquaintance.h"
#include "sensor/behaviour/behaviour.h"
#include "sensor/behaviour/standing.h"
#include "sensor/inventory.h"
#include "sensor/learner.h"
#include "sensor/lives.h"
#include "sensor/token_owners.h"
#include "sensor/usage.h"

struct state_tables {
	struct lives *lives;
	struct usage *usage;
	struct inventory *inventory;
	struct behaviour *behaviour;
	struct acquaintance *acquaintance;
	struct learner *learner;
	struct standings *standings;
	struct token_owners *token_owners;
};

struct state;

MUST_CHECK enum status state_open(const char *folder, char *error, size_t error_len,
				  struct state **out_state);
void state_load(struct state *state, const struct state_tables *tables); /* into empty tables, once */
void state_told(struct state *state, const struct ledger_entry *entry);
void state_turn(struct state *state, const struct state_tables *tables);
void state_close(struct state *state, const struct state_tables *tables); /* a last snapshot; accepts NULL */
void state_free(struct state *state);                                     /* accepts NULL */
const char *state_trouble(const struct state *state);                     /* what went wrong, or NULL */
