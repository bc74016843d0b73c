/*
 * token: which of a request's credentials are tokens whose claims count.
 */
#pragma once

#include "rules/rule.h"

/* Session cookies may be stale or foreign: their claims prove nothing. */
bool token_counts(const struct credential *credential);

/* The contract lets this operation be called without a credential: a bad token opens nothing. */
bool token_is_needless(const struct evidence *evidence);

/* Signed with a shared secret, where the contract has public keys only and names no such algorithm itself. */
bool token_is_confused(const struct partner *partner, const struct jwt *jwt);

/* A finding about this token, located where it was shown; NULL at the ceiling. */
struct finding *token_finding(const struct evidence *evidence, const struct credential *credential,
			      const char *id, struct findings *out);
