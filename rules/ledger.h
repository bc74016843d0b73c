/*
 * ledger: the life of findings. One entry a finding; the first sight is told at
 * once, then the 10th, 100th, 1000th ..., and at the end what was not yet told:
 * never a flood.
 *
 *	entry = ledger_take(&ledger, uid, time_ns, &is_due);
 *	if (is_due)
 *		...publish with entry->count...
 *
 * Owns     its entries, at most `entries_max`; the longest unseen leaves first,
 *          through `leave`, which may still tell the last count.
 * Thread   the collector's. Time is packet time.
 */
#pragma once

#include "parsers/base/map.h"

struct ledger_entry {
	uint64_t count, told_count;
	uint64_t first_ns, last_ns;
	void *evidence; /* the caller's: what the next record is written from */
	size_t index;
};

struct ledger {
	struct map map;
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

/* All entries, longest unseen first: NULL starts, NULL ends. */
struct ledger_entry *ledger_next(const struct ledger *ledger, const struct ledger_entry *after);
struct bytes ledger_uid(const struct ledger_entry *entry);
