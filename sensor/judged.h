/*
 * judged: what one exchange leaves behind once rules have looked at it: a
 * compact, masked record that crosses from a worker to the collector. It holds
 * no raw value, no credential, no body, and borrows nothing.
 *
 * Owns     everything it points to. Counted references, collector's thread only.
 */
#pragma once

#include "parsers/base/sketch.h"
#include "parsers/grpc.h"
#include "rules/finding.h"
#include "specs/contract.h"
#include "specs/origin.h"

struct judged_side {
	bool is_seen, is_complete;
	uint64_t body_len; /* as sent */
	uint64_t first_ns, last_ns;
	uint64_t gap_len;
	struct bytes content_type; /* media type, lower case */
	struct bytes user_agent;   /* request only, cut */
};

struct judged_messages {
	bool is_read;
	enum grpc_outcome outcome;
	uint64_t count, bytes;
};

struct judged_grpc {
	bool is_call, is_web;
	struct bytes service, method; /* of the masked path */
	int status;
	struct judged_messages request, response;
};

#define JUDGED_UID_LEN 16

struct places; /* sensor/places.h */

/* From where in frozen knowledge the texts of the contract were copied: two records of one source have the
 * same. Never followed: it may be gone. No operation: they were not all copied. */
struct judged_source {
	uint64_t knowledge; /* its number */
	const void *partner, *api, *operation, *base_path;
};

struct judged_finding {
	struct finding finding;      /* texts copied */
	bool is_suppressed;          /* somebody has accepted it: counted, not told */
	uint8_t uid[JUDGED_UID_LEN]; /* of finding_info.uid: hash of what makes a finding that finding */
};

/* Of a call through a gateway: the half before it, or the one behind it. */
enum judged_leg { LEG_NONE, LEG_BEFORE, LEG_BEHIND };

/* What the collector holds against earlier traffic. No value stands here as it was sent: what has to be
 * compared is a keyed hash, 0 for none. */
struct judged_past {
	const struct limit_agreed *limits;
	size_t limit_count;
	struct bytes timezone;
	const struct hours_agreed *hours;
	size_t hour_count;
	uint64_t values_max, values_per_ns; /* sensitive values that one credential may be given */
	unsigned options;                   /* of enum catalogue_option */
	struct slo_agreed slo;
	enum partner_mode mode;
	const struct suppression *suppressions; /* of this operation, in force at this time */
	size_t suppression_count;

	struct bytes actor;  /* the credential's client or fingerprint; without one the source */
	struct bytes source; /* the client's address */
	bool has_credential, is_login, is_token_endpoint, is_code;
	uint64_t account, secret, path;

	struct bytes resource;          /* "orders" of /orders/{id} */
	uint64_t object, object_number; /* that the path names; its number, shifted by a secret */
	bool has_number;
	const uint64_t *given;         /* objects that the response lists or made */
	const uint64_t *given_numbers; /* their numbers, shifted by a secret; 0 for none */
	size_t given_count;

	const struct sketch *values;    /* of the sensitive values that the response gave; NULL: none */
	const struct bytes *undeclared; /* classes of sensitive data that the contract does not have there */
	size_t undeclared_count;

	uint64_t token_given, token_life_ns, token_shown; /* made by this answer; shown by this request */
	struct bytes token_client;                        /* whom it was made for, as client_id */

	enum judged_leg leg;
	uint64_t trace, principal; /* which call, and for whom */

	bool has_advertised, has_retry_after; /* rate limits as the response tells them */
	uint64_t advertised_limit, retry_after_s;
};

/* One part of a risk score. */
struct contribution {
	struct bytes name; /* risk category */
	double score;
	struct bytes because;
};

struct judged {
	struct arena arena;
	unsigned references;
	size_t bytes;    /* that it takes, as it was when its worker let go of it */
	unsigned worker; /* that made it */

	uint64_t time_ns, connection, number; /* the order that all workers' records are merged in */
	uint32_t part;                        /* of the batch that is this exchange; 0: a whole one */
	struct address caller;                /* who called, never told: `client` may be a pseudonym */
	struct endpoint client, server;
	bool is_external; /* `client` is none of the inner networks; set by the collector */
	bool is_proxied;  /* `client` is who a trusted proxy says it is */
	struct endpoint proxy;
	struct origin client_origin, server_origin; /* texts copied */
	enum exchange_outcome outcome;
	bool is_opaque; /* no exchange: a connection that nobody could read, for the coverage alone */
	bool is_mid_stream, is_decrypted;
	enum http_version version;
	unsigned status; /* 0: no response */
	struct bytes method, scheme, host, path,
		query; /* masked where they hold sensitive data; the query without values */
	uint16_t host_port;
	struct judged_side request, response;
	struct judged_grpc grpc;

	struct bytes partner_id, partner_name, tier; /* empty: unidentified */
	struct bytes api_id, spec_name, spec_version, spec_file, owner;
	char spec_sha256[65];
	struct judged_source source;
	struct bytes operation_id, template; /* of the contract, or learned */
	bool is_documented, is_deprecated;
	bool is_learned;    /* the template is no contract's */
	bool is_of_partner; /* the operation was agreed with partners, not with everybody, and the head was
			       seen whole */
	struct bytes auth;  /* kind of credential: "basic", "bearer", "none" */
	bool has_security; /* the contract says which credential the operation needs, or that it needs none */
	char credential_hmac[FINGERPRINT_TEXT_LEN + 1]; /* of what identifies the caller; "" without */
	struct bytes client_id;      /* of a token, as presented; fingerprint of a Basic user name */
	const struct bytes *classes; /* data classes seen */
	size_t class_count;

	struct judged_past past;
	struct places *places; /* of its source; set by the collector */
	bool is_over_limit;    /* one of the caller's limits was passed; set by the collector */

	double risk_score; /* of the endpoint, once this call made it pass a threshold; set by the collector
			    */
	const struct contribution *risk_parts;
	size_t risk_part_count; /* 0: it did not */

	struct judged_finding *findings;
	size_t finding_count;
	uint64_t findings_left_out;
};

/* One reference; NULL without memory. Its memory is `stock`'s (blocks of JUDGED_STOCK_LEN; NULL: malloc's).
 */
struct judged *judged_new(struct stock *stock);
#define JUDGED_STOCK_LEN ARENA_STOCK_LEN(LIMIT_JUDGED_BLOCK)
struct judged *judged_hold(struct judged *judged);
void judged_release(struct judged *judged); /* accepts NULL */

uint64_t judged_source_hash(const struct judged_source *source);
bool judged_source_equal(const struct judged_source *one, const struct judged_source *other);
