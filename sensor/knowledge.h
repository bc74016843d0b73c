/*
 * knowledge: what workers judge by: contracts, data classes and the key of
 * fingerprints. Loaded together, frozen, swapped as one under running workers.
 *
 *	known = knowledge_current(&shelf, worker);	between two segments
 *
 * A new one is built aside. Workers look at the shelf between segments and say
 * what they hold; the old one is freed when the last worker let go. When
 * nothing can be built, the old one stays.
 *
 * Owns     everything below it.
 * Thread   struct knowledge is frozen and shared; the shelf is made of atomics.
 */
#pragma once

#include <stdatomic.h>

#include "rules/scan.h"
#include "sensor/folder.h"
#include "sensor/geo.h"
#include "specs/contract.h"
#include "specs/surroundings.h"

/* Data classes take longest to load and change least: knowledge that follows may share them. */
struct classes {
	struct packs packs;
	struct pattern_set *patterns;
	uint64_t digest;     /* of the packs' files */
	unsigned references; /* the writer's */
};

struct knowledge {
	uint64_t number; /* none that was up before has the same */
	struct contract *contract;
	struct classes *classes;
	struct fingerprint_key key;
	unsigned options;                /* findings that are enabled: enum catalogue_option */
	bool hides_clients, hides_users; /* addresses, names: records tell pseudonyms */
	struct surroundings surroundings;
	struct geo *geo;
};

struct knowledge_plan {
	const char *const *contract_folders;
	size_t contract_folder_count;
	bool is_folder_optional; /* the default folder may be missing */
	const char *const *pack_folders;
	size_t pack_folder_count;
	struct fingerprint_key key;
	unsigned options;
	bool hides_clients, hides_users;
	struct surroundings surroundings; /* without its lists, which are files */
	const char *const *anonymizer_files;
	size_t anonymizer_file_count;
	struct geo_files geo;
	const struct folder_patch *patches; /* of the contracts, as they would be */
	size_t patch_count;
	const struct knowledge *previous; /* what is up; its data classes are shared while the packs are the
					     same. May be NULL */
};

/* Loads everything; what is broken is refused with its problems, the rest loads.
 * STATUS_INVALID when there is nothing to work with: a broken pack, an unreadable folder. */
MUST_CHECK enum status knowledge_load(const struct knowledge_plan *plan, struct problems *problems,
				      struct knowledge **out_knowledge);
void knowledge_free(struct knowledge *knowledge); /* accepts NULL */

#define KNOWLEDGE_READERS_MAX 64
#define KNOWLEDGE_RETIRED_MAX 8

struct knowledge_shelf {
	_Atomic(struct knowledge *) current;
	_Atomic(struct knowledge *) held[KNOWLEDGE_READERS_MAX]; /* by worker; NULL: done */
	size_t reader_count;
	struct knowledge *retired[KNOWLEDGE_RETIRED_MAX]; /* the writer's: replaced, perhaps still held */
	size_t retired_count;
};

void knowledge_shelf_init(struct knowledge_shelf *shelf, struct knowledge *knowledge, size_t readers);
void knowledge_shelf_finish(struct knowledge_shelf *shelf); /* once nobody reads */
const struct knowledge *knowledge_current(struct knowledge_shelf *shelf, size_t reader);
void knowledge_leave(struct knowledge_shelf *shelf, size_t reader); /* this reader reads no more */

/* One writer at a time. Puts the new one up and frees what no reader holds any more.
 * False, and nothing changed: KNOWLEDGE_RETIRED_MAX old ones are still held. */
bool knowledge_swap(struct knowledge_shelf *shelf, struct knowledge *knowledge);
void knowledge_sweep(struct knowledge_shelf *shelf); /* the writer's: frees what is held no more */
