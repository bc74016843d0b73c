#define OPENSSL_SUPPRESS_DEPRECATED    /* EVP would look the algorithm up under a lock and take memory, each \
					  time */

#include "specs/sha256.h"

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "parsers/base/check.h"

_Static_assert(sizeof(struct sha256) >= sizeof(SHA256_CTX), "the library's state fits");
_Static_assert(_Alignof(struct sha256) >= _Alignof(SHA256_CTX), "and is aligned");
_Static_assert(SHA256_LEN == SHA256_DIGEST_LENGTH && SHA256_BLOCK_LEN == SHA256_CBLOCK, "FIPS 180-4");

static SHA256_CTX *state_of(struct sha256 *hash)
{
	return (SHA256_CTX *)(void *)hash->state;
}

void sha256_init(struct sha256 *hash)
{
	CHECK(SHA256_Init(state_of(hash)) == 1);
}

void sha256_add(struct sha256 *hash, struct bytes run)
{
	if (run.len > 0)
		CHECK(SHA256_Update(state_of(hash), run.data, run.len) == 1);
}

void sha256_finish(struct sha256 *hash, uint8_t out_digest[SHA256_LEN])
{
	CHECK(SHA256_Final(out_digest, state_of(hash)) == 1);
	OPENSSL_cleanse(hash, sizeof(*hash));
}
