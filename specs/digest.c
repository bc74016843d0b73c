#include "specs/digest.h"

#include "specs/sha256.h"

bool digest_sha256(struct bytes run, char out_text[DIGEST_TEXT_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	uint8_t digest[SHA256_LEN];
	struct sha256 hash;

	_Static_assert(DIGEST_TEXT_LEN == 2 * SHA256_LEN, "two digits a byte");
	sha256_init(&hash);
	sha256_add(&hash, run);
	sha256_finish(&hash, digest);
	for (unsigned int i = 0; i < sizeof(digest); i++) {
		out_text[2 * i] = digits[digest[i] >> 4];
		out_text[2 * i + 1] = digits[digest[i] & 15];
	}
	out_text[DIGEST_TEXT_LEN] = '\0';
	return true;
}
