/*
 * evidence: questions that several rules ask about one exchange, answered in
 * one place, and the way a rule fills a finding.
 */
#pragma once

#include "rules/rule.h"

bool evidence_is_accepted(const struct evidence *evidence); /* 2xx */
bool evidence_is_refused(const struct evidence *evidence);  /* 401, 403, 404, 405, 429 */
bool evidence_is_complete(const struct evidence *evidence); /* nothing of the exchange is missing */

/* The head of the request was seen in full: what is not in it was not sent. */
bool evidence_has_request(const struct evidence *evidence);

/* NULL unless the exchange matched an operation. */
const struct operation *evidence_operation(const struct evidence *evidence);

/* "GET /orders/{id}": the template of the contract, or the learned one without what looks sensitive. */
struct bytes evidence_target(const struct evidence *evidence, struct arena *arena);

/* The client's address as records may tell it. */
const struct address *evidence_client(const struct evidence *evidence);

/* Packet time of the request, in seconds since the epoch. */
int64_t evidence_time_s(const struct evidence *evidence);

/* Where the finding is. The name is masked later, by findings_settle. */
void finding_locate(struct finding *finding, enum side side, enum part part, struct bytes name);

/* "US SSN in the response of GET /orders/{id}" and the like; the catalogue's title when there is no room. */
void finding_say(struct finding *finding, struct arena *arena, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
