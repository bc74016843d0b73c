/*
 * judged_past: fills what the collector compares with earlier traffic: what the
 * caller agreed to, who it is, which objects it named and was given.
 */
#pragma once

#include "rules/rule.h"
#include "sensor/judged.h"

void judged_actor_make(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key);
void judged_identity_make(struct judged *judged, const struct evidence *seen,
			  const struct fingerprint_key *key);
void judged_past_make(struct judged *judged, const struct evidence *seen, const struct fingerprint_key *key);

/* What stands for a value; 0 for an empty one. */
uint64_t judged_hash(const struct fingerprint_key *key, struct bytes value);

/* What stays the same while tokens come and go: the client of a token, the user of a password, a key itself.
 * Empty where the credential says none. */
struct bytes judged_lasting(const struct credential *credential);

/* A client's id as it may be shown: hashed where users are hidden, and where it looks like a person. */
struct bytes judged_client(struct judged *judged, struct bytes id, const struct evidence *seen,
			   const struct fingerprint_key *key);
