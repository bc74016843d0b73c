/*
 * inventory: which endpoints exist, by what was seen: one line a (host, method,
 * template, api), with who calls, how they prove who they are, and what data
 * passes.
 *
 * Owns     at most LIMIT_INVENTORY lines; the longest unseen is told and leaves.
 * Thread   the collector's.
 */
#pragma once

#include "parsers/base/map.h"
#include "rules/risk_policy.h"
#include "sensor/judged.h"
#include "sensor/learner.h"
#include "sensor/pack.h"
#include "sensor/parts.h"
#include "sensor/publish/event.h"
#include "sensor/recall.h"

struct inventory {
	struct map map;
	struct buffer key;
	uint64_t time_ns; /* of the newest exchange */
	const struct risk_policy *policy;
	unsigned options;
	void (*tell)(void *context, const struct inventory_line *line);
	void *context;
};

struct inventory_plan {
	uint64_t seed;
	const struct risk_policy *policy; /* NULL: built-in categories, and no score is told */
	unsigned options;                 /* of enum catalogue_option */
	void (*tell)(void *context, const struct inventory_line *line);
	void *context;
};

void inventory_init(struct inventory *inventory, const struct inventory_plan *plan);
void inventory_finish(struct inventory *inventory); /* tells nothing */
/* May raise findings about the endpoint: who reaches it, and its risk. */
MUST_CHECK enum status inventory_take(struct inventory *inventory, struct judged *judged);
void inventory_recall(struct inventory *inventory, const struct judged *judged, struct recall *recall);

/* For the state that outlives the process: the next line (NULL starts) in *at; false at the end. */
bool inventory_pack(const struct inventory *inventory, const void **at, struct pack *pack);
void inventory_unpack(struct inventory *inventory, struct cursor *cursor);
/* All lines, the longest unseen first, to `tell`. */
void inventory_walk(const struct inventory *inventory,
		    void (*tell)(void *context, const struct inventory_line *line), void *context);
/* Puts lines together whose templates turned out to be one. */
void inventory_relearn(struct inventory *inventory, struct learner *learner);
void inventory_tell(struct inventory *inventory); /* lines that changed since they were last told */
