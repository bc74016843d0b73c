/*
 * jwt: the claims of a JSON Web Token as presented (RFC 7519, RFC 7515). It
 * reads; it verifies no signature. Everything it says is what the bearer claims.
 *
 * Lends    views into the arena given; they hold what may be sensitive.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/arena.h"

struct jwt {
	struct bytes algorithm;        /* header "alg", as written; empty when absent */
	struct bytes key_id;           /* "kid" */
	struct bytes type;             /* "typ" */
	struct bytes issuer;           /* "iss" */
	struct bytes subject;          /* "sub" */
	struct bytes client_id;        /* "azp", else "client_id", else "cid", else "appid" */
	const struct bytes *audiences; /* "aud", string or array */
	size_t audience_count;
	bool has_expiry, has_not_before, has_issued_at;
	int64_t expiry_s, not_before_s, issued_at_s; /* seconds since the epoch; fractions cut */
	bool is_signature_empty;
	yyjson_val *header, *claims; /* both objects */
};

/* True when `token` is three base64url parts whose first two are JSON objects
 * and whose header has "alg". The trees are allocated in the arena. */
bool jwt_read(struct bytes token, struct arena *arena, struct jwt *out_jwt);

/* Cheap look only: could this run be a JWT ("eyJ", two dots)? */
bool jwt_is_likely(struct bytes text);

/* Base64 of both alphabets, padding optional (RFC 4648); {NULL, 0} when it is not base64. */
struct bytes base64_decode(struct bytes text, struct arena *arena);
