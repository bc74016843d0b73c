/*
 * contract: what was promised. All partners, their specs and what they agreed,
 * loaded together, frozen, read by every worker.
 *
 *	contract_load(&files, &problems, &contract);
 *	partner = contract_partner(contract, exchange, credentials);
 *	contract_operation(contract, partner, exchange, &match);
 *	conform_check(&match, exchange, readings, &departures);
 *
 * A contracts folder holds one YAML or JSON file a partner (a table with
 * "partner:"), tiers.yaml, and specs. A spec that no partner file names is a
 * contract of its own and holds for every caller.
 *
 * Finding a partner costs a few hash lookups however many there are; finding an
 * operation one a path segment. Only a caller whom nobody names, and a request that
 * its own contract does not know, try each spec that stands at the same host and base path.
 *
 * Owns     everything below it. Lends pointers that live as long as it does.
 * Thread   frozen after contract_load; shared.
 */
#pragma once

#include "parsers/body.h"
#include "parsers/credential.h"
#include "parsers/exchange.h"
#include "specs/jwks.h"
#include "specs/operation.h"
#include "specs/spec_files.h"

struct limit_agreed {
	uint64_t requests, bytes, concurrent; /* the one that is not 0 */
	uint64_t per_ns;
	enum { WINDOW_ROLLING, WINDOW_CALENDAR, WINDOW_FLEXI } window;
};

/* What the provider promised; 0: not agreed. */
struct slo_agreed {
	double latency_ms_p95, error_rate_max, availability;
};

/* What one request may cost; never 0. */
struct resources_agreed {
	uint64_t payload_bytes, json_depth, json_entries, array_items, string_bytes, name_bytes, xml_depth,
		page_rows;
};

/* A span of the week in which a partner may call: minutes since Monday 00:00, in the partner's timezone. */
struct hours_agreed {
	uint16_t from, len;
};

/* How much sensitive data a partner may be given, and where. */
struct data_agreed {
	const struct bytes *countries; /* where it may go; count 0: wherever the partner may call from */
	size_t country_count;
	uint64_t values_max,
		per_ns; /* different values that one credential is given in that time; 0: not agreed */
};

/* A finding that somebody has accepted, for a time. */
struct suppression {
	struct bytes id, operation; /* globs; operation empty: all */
	struct bytes owner, reason;
	uint64_t until_ns; /* exclusive; 0: no end */
};

enum partner_mode { MODE_ALERT, MODE_WARN, MODE_OBSERVE };

struct tokens_agreed {
	const struct bytes *issuers, *audiences, *algorithms, *grant_types, *scopes;
	size_t issuer_count, audience_count, algorithm_count, grant_type_count, scope_count;
	struct bytes jwks;        /* file name */
	const struct jwks *keys;  /* NULL: not agreed, or not found */
	uint64_t lifetime_max_ns; /* 0: not agreed */
};

struct routes;
struct history;
struct odata;

struct spec {
	struct bytes name;    /* info.title */
	struct bytes version; /* info.version */
	struct bytes file;    /* relative to the contracts folder */
	struct bytes owner;   /* x-owner */
	char sha256[65];
	const struct operation *operations;
	size_t operation_count;
	const struct bytes *sensitive; /* x-specular-sensitive of the whole spec */
	size_t sensitive_count;
	bool masks_nothing;            /* no schema of it says x-specular-masked */
	const struct routes *routes;   /* of OpenAPI and descriptor sets, else NULL */
	const struct history *history; /* what earlier versions had; NULL: nothing is gone */
	const struct odata *odata;     /* of an OData $metadata, else NULL */
};

/* Do the text formats of a spec count, or are they annotations? */
enum formats {
	FORMATS_OF_SPEC, /* as its version and its x-specular-formats say */
	FORMATS_ASSERTED,
	FORMATS_ANNOTATED,
};

/* A spec as one partner (or everybody) uses it. */
struct api {
	const struct spec *spec;
	const struct partner *partner; /* NULL: holds for every caller */
	struct bytes id;               /* stable: the spec's file name without folder and suffix */
	const struct bytes *hosts;     /* lower case; count 0: any host */
	size_t host_count;
	const struct bytes *base_paths; /* "" or "/orders/v1", no trailing slash */
	size_t base_path_count;
	bool is_base_agreed;           /* by the partner file: the spec's servers say nothing */
	const struct bytes *sensitive; /* allowed data classes */
	size_t sensitive_count;
	const bool *agreed;         /* one an operation of the spec; NULL: all of them */
	uint64_t from_ns, until_ns; /* effective window, until is exclusive; 0: open */
};

struct partner {
	struct bytes id, name, tier, owner;
	struct bytes file; /* relative to the contracts folder */
	const struct api *apis;
	size_t api_count;
	const struct network *networks; /* access.networks */
	size_t network_count;
	const struct bytes *countries;
	size_t country_count;
	const struct bytes *mtls_subjects; /* of client certificates; globs */
	size_t mtls_subject_count;
	const uint32_t *asns; /* access.asns */
	size_t asn_count;
	const struct limit_agreed *limits;
	size_t limit_count;
	struct tokens_agreed tokens;
	const struct bytes *tier_operations; /* globs; count 0: the tier allows all */
	size_t tier_operation_count;
	struct bytes timezone;            /* IANA name; empty: UTC */
	const struct hours_agreed *hours; /* count 0: at any time */
	size_t hour_count;
	struct data_agreed data;
	uint64_t offboarded_ns; /* 0: not off-boarded */
	enum partner_mode mode;
	struct slo_agreed slo;
	struct resources_agreed resources;
	const struct suppression *suppressions;
	size_t suppression_count;
};

enum match_kind {
	MATCH_OPERATION,  /* operation is set */
	MATCH_NO_METHOD,  /* the template is known, the method is not: template is set */
	MATCH_NO_PATH,    /* host and base path are known: api is set */
	MATCH_NO_BASE,    /* the host is known */
	MATCH_NO_HOST,    /* nothing is bound to this host */
	MATCH_UNKNOWABLE, /* the request was not seen */
	MATCH_PREFLIGHT,  /* a CORS preflight: belongs to the browser, never a departure */
};

struct match {
	enum match_kind kind;
	const struct api *api;
	const struct operation *operation;
	struct bytes template; /* of the spec; or learned from the path (/orders/{int}) */
	struct bytes base_path;
	size_t base_segments;        /* of the path, before the template */
	struct bytes allowed;        /* MATCH_NO_METHOD: "GET, POST" */
	const struct partner *other; /* the operation exists only in this other partner's contract */
	const struct bytes *values;  /* of the path parameters, in the order of the template, still encoded */
	const struct bytes *value_names;
	size_t value_count;
	const struct operation *removed; /* no operation now, but one of an earlier version of `api`, with the
					    template it had; NULL: none */
	struct bytes removed_since;      /* the version in which it went */
};

struct contract;
struct digest_memory;

/* Loads what can be loaded; a broken file is refused with its problems and the
 * others still load. STATUS_INVALID only when nothing at all can be built. */
MUST_CHECK enum status contract_load(const struct spec_files *files, struct problems *problems,
				     struct contract **out_contract);
void contract_free(struct contract *contract); /* accepts NULL */

/* Who calls. NULL: nobody whom a contract names. The most specific identification wins; order:
 * API key, client id of a token, Basic user, path prefix (longest), host, network (longest). */
const struct partner *contract_partner(const struct contract *contract, const struct exchange *exchange,
				       const struct credentials *credentials);

/* Whom a credential names, and whom the path, host or network names; NULL: nobody. `digests`: of the keys
 * that were shown lately; NULL: none are remembered. */
void contract_partners(const struct contract *contract, const struct exchange *exchange,
		       const struct credentials *credentials, struct digest_memory *digests,
		       const struct partner **out_shown, const struct partner **out_place);
/* Of that partner, or the defaults when it is NULL. */
const struct resources_agreed *resources_of(const struct partner *partner);

/* Does the partner's tier include this operation? True when it lists none. */
bool partner_tier_allows(const struct partner *partner, const struct operation *operation);

/* What is called: the partner's own APIs, then those that hold for everybody. A caller whom
 * nobody names is looked up in the APIs of all partners too, the first by partner id wins.
 * The arena of the exchange holds path values and learned templates. */
void contract_operation(const struct contract *contract, const struct partner *partner,
			struct exchange *exchange, struct match *out_match);

size_t contract_partner_count(const struct contract *contract);
const struct partner *contract_partner_at(const struct contract *contract, size_t index);
size_t contract_api_count(const struct contract *contract); /* all, of partners and common */
const struct api *contract_api_at(const struct contract *contract, size_t index);
bool contract_is_empty(const struct contract *contract); /* no API at all: nothing can be shadow */
