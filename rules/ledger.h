/*
 * ledger: the life of findings. One entry a finding; the first sight is told at
 * once, then the 10th, 100th, 1000th ..., in between at most every
 * LEDGER_UPDATE_NS, and its end when nothing was seen for LEDGER_QUIET_NS: never a flood.
 *
 *	entry = ledger_take(&ledger, uid, time_ns, &is_due);
 *	if (is_due)
 *		...publish with entry->count; entry->count == entry->begun_count: a life begins...
 *	while ((entry = ledger_quiet(&ledger, time_ns)) != NULL)
 *		...publish the end...; ledger_close(&ledger, entry);
 *
 * Owns     its entries, at most `entries_max`; the longest unseen leaves first,
 *          through `leave`, which may still tell the last count. Of as many closed
 *          ones the count is remembered, so that it goes on when they come back.
 * Thread   the collector's. Time is packet time.
 */
#pragma once

#include "parsers/base/map.h"

#define LEDGER_UPDATE_NS (15ull * 60 * 1000000000ull)
#define LEDGER_QUIET_NS  (24ull * 3600 * 1000000000ull)

struct ledger_entry {
	uint64_t count, told_count, begun_count; /* begun_count: at which this life began */
	uint64_t first_ns, last_ns, told_ns;
	void *evidence; /* the caller's: what the next record is written from */
	size_t index, evidence_bytes;
};

struct ledger {
	struct map map, closed;
};

struct ledger_plan {
	size_t entries_max;
	uint64_t seed;
	void (*leave)(void *context, void *entry); /* before an entry goes; frees its evidence */
	void *context;
};

void ledger_init(struct ledger *ledger, const struct ledger_plan *plan);
void ledger_finish(struct ledger *ledger);

/* NULL without memory. *out_is_due: this sight is one to tell. */
struct ledger_entry *ledger_take(struct ledger *ledger, struct bytes uid, uint64_t time_ns, bool *out_is_due);

/* An entry of an earlier run, zeroed when it is new; NULL without memory. */
struct ledger_entry *ledger_restore(struct ledger *ledger, struct bytes uid);
/* The one that was not seen for longest, when that is LEDGER_QUIET_NS or more; else NULL. */
struct ledger_entry *ledger_quiet(const struct ledger *ledger, uint64_t time_ns);
/* Its end was told: it goes, without being told through `leave`. The caller has freed its evidence. */
void ledger_close(struct ledger *ledger, struct ledger_entry *entry);

/* The longest unseen goes, as when the ledger is full; false: there is none. */
bool ledger_forget(struct ledger *ledger);

/* All entries, longest unseen first: NULL starts, NULL ends. */
struct ledger_entry *ledger_next(const struct ledger *ledger, const struct ledger_entry *after);
struct bytes ledger_uid(const struct ledger_entry *entry);
