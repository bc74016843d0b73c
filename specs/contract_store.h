/*
 * contract_store: what the files of the contract share. For contract*.c and lint.c only.
 */
#pragma once

#include "specs/contract.h"
#include "specs/history.h"
#include "specs/key_table.h"
#include "specs/openapi.h"
#include "specs/partner.h"
#include "specs/reference.h"
#include "specs/trie.h"

/* A spec file that was read once, however many partners name it. */
struct loaded_spec {
	struct openapi openapi;
	struct history *history; /* may be NULL */
	enum status status;
	bool is_named; /* by a partner file; then it holds only for those */
};

/* -- contract_bind.c: host, base path and API of a request ------------------------ */

struct bindings {
	struct trie trie;
	struct trie_node *common;    /* APIs that hold for every caller */
	struct trie_node *everybody; /* APIs of all partners, by partner id */
	struct trie_node **partners; /* one a partner */
	bool has_odata;              /* an API is an OData service */
	struct trie_node *tokens;    /* token endpoints of all, by host and whole path */
};

MUST_CHECK enum status bindings_init(struct bindings *bindings, struct arena *arena, size_t partner_count);
void bindings_finish(struct bindings *bindings); /* accepts zeroed */

/* `servers`: the pairs of host and base path at which the API stands. */
MUST_CHECK enum status bindings_add(struct bindings *bindings, struct trie_node *scope, const struct api *api,
				    const struct server *servers, size_t server_count);

/* As bindings_add for the scope of everybody: an API that shows nothing new is left out. */
MUST_CHECK enum status bindings_add_everybody(struct bindings *bindings, const struct api *api,
					      const struct server *servers, size_t server_count);

/* A token endpoint that the API names, at `at`. */
MUST_CHECK enum status bindings_add_token(struct bindings *bindings, const struct api *api,
					  const struct server *at, const struct operation *operation);

/* -- contract_identify.c: who calls ------------------------------------------------ */

struct identities {
	struct key_table table; /* kind and text -> which of the partners */
	const struct partner *partners;
	size_t path_prefix_max;      /* bytes of the longest */
	bool has_networks[2];        /* IPv4, IPv6: some exist */
	bool has_prefix_len[2][129]; /* likewise of that prefix length */
	bool has_api_keys;
	const struct security_scheme **keys; /* API keys that specs declare, each name and place once */
	size_t key_count;
};

void identities_init(struct identities *identities);
void identities_finish(struct identities *identities); /* accepts zeroed */
MUST_CHECK enum status identities_add(struct identities *identities, const struct partner *partner,
				      const struct partner_file *file, struct problems *problems);
void identities_freeze(struct identities *identities); /* all were added */
MUST_CHECK enum status identities_add_keys(struct identities *identities, const struct spec *spec,
					   struct arena *arena);

struct contract {
	struct arena arena;
	struct references references;
	struct map specs;         /* file name -> struct loaded_spec */
	struct partner *partners; /* sorted by id */
	size_t partner_count;
	const struct api **apis;
	size_t api_count, api_max;
	struct bindings bindings;
	struct identities identities;
};

/* -- contract_load.c -------------------------------------------------------------- */
bool contract_reads(const char *name); /* by its suffix: YAML, JSON or XML */

/* What the partner file says of an API, else its spec; `plan` is NULL for a spec that no partner file names.
 */
struct server *api_servers(struct arena *arena, const struct api_plan *plan, const struct openapi *openapi,
			   size_t *out_count); /* NULL without memory */
bool api_show_servers(struct arena *arena, const struct server *servers, size_t count, struct api *api);
bool api_show_sensitive(struct arena *arena, const struct api_plan *plan, struct api *api);
