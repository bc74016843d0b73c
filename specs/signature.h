/*
 * signature: is this the signature of that key? JSON Web Algorithms (RFC 7518,
 * RFC 8037, RFC 8812) over OpenSSL, which only this file knows.
 *
 *	signature_key_rsa(n, e, &key);
 *	algorithm = signature_algorithm_find(BYTES("RS256"));
 *	if (signature_fits(key, algorithm) && signature_verify(key, algorithm, input, signature)) ...
 *
 * The work of one call is bounded: no key is larger than LIMIT_KEY_BITS, no
 * public exponent than 64 bits.
 *
 * Owns     keys, until signature_key_free; secrets are wiped.
 * Thread   a key is frozen once made, and may be shared.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"

struct signature_key;
struct signature_algorithm;

/* STATUS_INVALID: these numbers are no key, or one too large. Numbers as JWK has them: big-endian bytes. */
MUST_CHECK enum status signature_key_rsa(struct bytes modulus, struct bytes exponent,
					 struct signature_key **out_key);
MUST_CHECK enum status signature_key_ec(struct bytes curve, struct bytes x, struct bytes y,
					struct signature_key **out_key);
MUST_CHECK enum status signature_key_edwards(struct bytes curve, struct bytes x,
					     struct signature_key **out_key);
MUST_CHECK enum status signature_key_secret(struct bytes secret, struct signature_key **out_key);
void signature_key_free(struct signature_key *key); /* accepts NULL */

bool signature_key_is_public(const struct signature_key *key); /* false: a shared secret */
unsigned signature_key_bits(const struct signature_key *key);

/* "RS256" ... "EdDSA"; NULL: unknown ("none" too). Names have case (RFC 7515 section 4.1.1). */
const struct signature_algorithm *signature_algorithm_find(struct bytes name);
bool signature_algorithm_is_shared(const struct signature_algorithm *algorithm); /* HMAC */

/* The key is of the kind (and curve) that the algorithm asks for. */
bool signature_fits(const struct signature_key *key, const struct signature_algorithm *algorithm);
bool signature_verify(const struct signature_key *key, const struct signature_algorithm *algorithm,
		      struct bytes input, struct bytes signature);

/* As signature_verify, for an HMAC algorithm and a secret at hand. */
bool signature_verify_secret(struct bytes secret, const struct signature_algorithm *algorithm,
			     struct bytes input, struct bytes signature);
