#include "specs/digest.h"

#include <string.h>

#include "specs/sha256.h"

void digest_sha256_bytes(struct bytes run, char out_bytes[DIGEST_LEN])
{
	uint8_t digest[SHA256_LEN];
	struct sha256 hash;

	_Static_assert(DIGEST_LEN == SHA256_LEN, "all of it");
	sha256_init(&hash);
	sha256_add(&hash, run);
	sha256_finish(&hash, digest);
	memcpy(out_bytes, digest, sizeof(digest));
}

bool digest_sha256(struct bytes run, char out_text[DIGEST_TEXT_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	char digest[DIGEST_LEN];

	_Static_assert(DIGEST_TEXT_LEN == 2 * DIGEST_LEN, "two digits a byte");
	digest_sha256_bytes(run, digest);
	for (unsigned int i = 0; i < sizeof(digest); i++) {
		out_text[2 * i] = digits[(unsigned char)digest[i] >> 4];
		out_text[2 * i + 1] = digits[digest[i] & 15];
	}
	out_text[DIGEST_TEXT_LEN] = '\0';
	return true;
}
