/*
 * report_uids: which records a report has taken already, by their uid: what was
 * delivered twice, or given in two files, counts once.
 *
 * Owns     eight bytes a record, at most LIMIT_REPORT_UIDS; past that nothing is known to be a repeat.
 * Thread   one.
 */
#pragma once

#include "parsers/base/bytes.h"

struct report_uids {
	uint64_t *table; /* hashes; 0: a free place */
	size_t room, count;
	uint64_t seed;
};

void report_uids_init(struct report_uids *uids, uint64_t seed);
void report_uids_finish(struct report_uids *uids);
/* True when it was there. */
bool report_uids_have(struct report_uids *uids, struct bytes uid);
