/*
 * jwks: the keys with which a partner's tokens are signed (RFC 7517), read from
 * the file that the partner's contract names. Nothing is ever fetched: a token's
 * own jku, x5u or jwk is what an attacker would write there.
 *
 *	jwks_read(text, place, &arena, &problems, &jwks);
 *	outcome = jwks_verify(jwks, &jwt, token);
 *	jwks_free(jwks);
 *
 * Owns     its keys. Lends nothing.
 * Thread   frozen once read; shared.
 */
#pragma once

#include "parsers/base/arena.h"
#include "parsers/base/problem.h"
#include "parsers/base/status.h"
#include "parsers/jwt.h"

struct jwks;

enum jwks_outcome {
	JWKS_UNVERIFIABLE, /* an unknown key or algorithm: nothing is said */
	JWKS_VALID,
	JWKS_INVALID,
};

/* What is no usable key is left out with a problem. STATUS_INVALID: no key set at all. */
MUST_CHECK enum status jwks_read(struct bytes text, struct place place, struct problems *problems,
				 struct jwks **out_jwks);
void jwks_free(struct jwks *jwks); /* accepts NULL */

size_t jwks_count(const struct jwks *jwks);
bool jwks_is_public(const struct jwks *jwks); /* keys, and no shared secret among them */

/* The algorithm that the set binds the token's key to (RFC 7517 section 4.4); empty: none, or no such key. */
struct bytes jwks_algorithm(const struct jwks *jwks, const struct jwt *jwt);

/* `arena` holds the decoded signature. At most LIMIT_KEY_TRIES keys are tried for a token that names none. */
enum jwks_outcome jwks_verify(const struct jwks *jwks, const struct jwt *jwt, struct bytes token,
			      struct arena *arena);
