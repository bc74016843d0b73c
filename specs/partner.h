/*
 * partner: one partner file (a table with "partner:") and tiers.yaml, read and
 * checked. What it names is not opened here.
 *
 *	tiers_read(document, &arena, &problems, &tiers);
 *	status = partner_read(document, &tiers, &arena, &scratch, &problems, &partner_file);
 *
 * Lends    texts and lists in the arena; what is needed only while a contract is loaded (identify) in
 *scratch.
 */
#pragma once

#include "specs/contract.h"
#include "specs/partner_value.h"

struct tier {
	struct bytes id;
	const struct limit_agreed *limits;
	size_t limit_count;
	struct texts operations;
};

struct tiers {
	const struct tier *list;
	size_t count;
	bool is_given; /* there is a tiers.yaml */
};

/* How a partner is told from others. */
struct identify {
	struct texts client_ids, users, hosts, path_prefixes;
	const char *api_keys; /* SHA-256 of each, DIGEST_LEN bytes */
	size_t api_key_count;
	const struct network *networks;
	size_t network_count;
};

/* One entry of "apis:", not loaded yet. */
struct api_plan {
	struct bytes spec;  /* the name as written */
	struct place place; /* of the name */
	char *file;         /* relative to the contracts folder; NULL: it leaves the folder */
	bool has_overlay;
	struct place overlay_place;
	char *overlay_file;
	enum formats formats;
	bool has_base_path;
	struct bytes base_path;
	struct texts hosts, operations, sensitive;
	uint64_t from_ns, until_ns;
};

struct partner_file {
	struct partner partner; /* without its APIs */
	struct place place;     /* of its id; the file's name is in the arena */
	struct place identify_place, jwks_place;
	struct identify identify;
	struct api_plan *apis;
	size_t api_count;
};

bool partner_is(const struct node *root);       /* a table with "partner"? */
bool tiers_named(const char *file);             /* tiers.yaml, .yml or .json, in any folder */
bool tiers_is(const struct document *document); /* named so, and with a table of them */

/* Broken tiers are left out, with a problem. */
void tiers_read(const struct document *document, struct arena *arena, struct problems *problems,
		struct tiers *out_tiers);

/* STATUS_INVALID: refused, with at least one error. `tiers` may be NULL: names are not looked up. */
MUST_CHECK enum status partner_read(const struct document *document, const struct tiers *tiers,
				    struct arena *arena, struct arena *scratch, struct problems *problems,
				    struct partner_file *out_partner);

/* "get*" against "getOrder": a star stands for any run. */
bool glob_match(struct bytes glob, struct bytes text);
