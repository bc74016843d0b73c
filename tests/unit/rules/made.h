/*
 * made: evidence of one exchange, made by hand: an authenticated GET of a known
 * operation, answered 200, that keeps its contract. Tests break one thing at a
 * time. The four questions that rules ask the specs floor are answered here,
 * so these tests need no contract.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "rules/evidence.h"
#include "rules/ruleset.h"
#include "specs/security_match.h"

static struct {
	struct exchange *exchange;
	struct header no_store;
	struct credentials credentials;
	struct partner partner, other;
	struct operation operation;
	struct match match;
	struct body_reading request, response;
	struct departure departure_list[LIMIT_DEPARTURES];
	struct departures departures;
	struct hit hit_list[16];
	struct hits hits;
	struct evidence evidence;
	struct findings findings;
	/* what the specs floor says */
	bool is_contract_empty, is_class_allowed, is_class_masked, has_body_schema;
	struct security_verdict verdict;
	struct bytes known_path;
} made;

bool contract_is_empty(const struct contract *contract)
{
	(void)contract;
	return made.is_contract_empty;
}

/* Asked again by shadow.version, with another version in the path. */
void contract_operation(const struct contract *contract, const struct partner *partner,
			struct exchange *exchange, struct match *out_match)
{
	bool is_known = made.known_path.len > 0 && bytes_equal(exchange->path, made.known_path);

	(void)contract, (void)partner;
	*out_match = (struct match){.kind = is_known ? MATCH_OPERATION : MATCH_NO_PATH,
				    .operation = is_known ? &made.operation : NULL};
}

bool conform_allows_class(const struct match *match, const struct exchange *exchange, enum side side,
			  enum part part, struct bytes name, struct bytes pointer, struct bytes class_id)
{
	assert_non_null(match->operation);
	(void)exchange, (void)side, (void)part, (void)name, (void)pointer, (void)class_id;
	return made.is_class_allowed;
}

bool conform_wants_masked(const struct match *match, const struct exchange *exchange, enum side side,
			  enum part part, struct bytes name, struct bytes pointer, struct bytes class_id)
{
	(void)match, (void)exchange, (void)side;
	(void)part, (void)name, (void)pointer, (void)class_id;
	return made.is_class_masked;
}

bool conform_has_body_schema(const struct match *match, const struct exchange *exchange, enum side side)
{
	(void)match, (void)exchange, (void)side;
	return made.has_body_schema;
}

void security_match(const struct operation *operation, struct exchange *exchange,
		    const struct credentials *credentials, struct security_verdict *out_verdict)
{
	(void)operation, (void)exchange, (void)credentials;
	*out_verdict = made.verdict;
}

void contract_partners(const struct contract *contract, const struct exchange *exchange,
		       const struct credentials *credentials, struct digest_memory *digests,
		       const struct partner **out_shown, const struct partner **out_place)
{
	(void)contract, (void)exchange, (void)credentials, (void)digests;
	*out_shown = *out_place = made.evidence.partner;
}

bool security_is_shown(const struct security_requirement *requirement, struct exchange *exchange,
		       const struct credentials *credentials)
{
	(void)requirement, (void)exchange;
	return credentials->count > 0;
}

static inline int make(void **state)
{
	(void)state;
	memset(&made, 0, sizeof(made));
	made.exchange = exchange_new(NULL);
	if (made.exchange == NULL)
		return -1;
	made.exchange->outcome = EXCHANGE_COMPLETE;
	made.exchange->is_decrypted = true;
	made.exchange->method = BYTES("GET");
	made.exchange->host = BYTES("api.example.com");
	made.exchange->path = BYTES("/v1/orders/7");
	made.exchange->status = 200;
	made.exchange->time_ns = 1760000010 * SECONDS;
	made.exchange->request.first_ns = 1760000000 * SECONDS;
	made.exchange->request.is_seen = made.exchange->request.is_complete = true;
	made.exchange->response.is_seen = made.exchange->response.is_complete = true;
	made.exchange->response.headers = &made.no_store;
	made.exchange->response.header_count = 1;
	made.no_store = (struct header){.name = BYTES("cache-control"), .value = BYTES("no-store")};
	made.partner.id = BYTES("acme");
	made.other.id = BYTES("globex");
	made.operation.template = BYTES("/orders/{id}");
	made.operation.method = BYTES("GET");
	made.match = (struct match){
		.kind = MATCH_OPERATION, .operation = &made.operation, .template = BYTES("/orders/{id}")};
	made.departures.list = made.departure_list;
	made.hits.list = made.hit_list;
	made.verdict.outcome = SECURITY_SATISFIED;
	made.evidence = (struct evidence){.exchange = made.exchange,
					  .credentials = &made.credentials,
					  .partner = &made.partner,
					  .match = &made.match,
					  .request = &made.request,
					  .response = &made.response,
					  .departures = &made.departures,
					  .hits = &made.hits};
	return findings_init(&made.findings, &made.exchange->arena) ? 0 : -1;
}

static inline int unmake(void **state)
{
	(void)state;
	exchange_free(made.exchange);
	return 0;
}

static inline void judge(void)
{
	made.findings.count = 0;
	ruleset_judge(&made.evidence, &made.findings);
}

/* The finding of that id; the test fails without it. */
static inline const struct finding *found(const char *id)
{
	static const struct finding none;

	for (size_t i = 0; i < made.findings.count; i++) {
		if (strcmp(made.findings.list[i].kind->id, id) == 0)
			return &made.findings.list[i];
	}
	fail_msg("no %s", id);
	return &none;
}

/* Judges anew: exactly this finding, or silence when `id` is NULL. */
static inline void assert_judged(const char *id)
{
	judge();
	for (size_t i = 0; i < made.findings.count; i++)
		if (id == NULL || strcmp(made.findings.list[i].kind->id, id) != 0)
			fail_msg("unexpected %s", made.findings.list[i].kind->id);
	assert_int_equal(made.findings.count, id != NULL);
}

static inline struct credential *show(struct credential credential)
{
	made.credentials.list[made.credentials.count] = credential;
	return &made.credentials.list[made.credentials.count++];
}

static inline void assert_text(struct bytes text, const char *expected)
{
	if (!bytes_equal(text, bytes_of(expected)))
		fail_msg("'" BYTES_FORMAT "' is not '%s'", BYTES_PRINT(text), expected);
}
