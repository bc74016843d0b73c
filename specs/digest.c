#include "specs/digest.h"

#include <openssl/evp.h>

bool digest_sha256(struct bytes run, char out_text[DIGEST_TEXT_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned int len = 0;

	if (EVP_Digest(run.data == NULL ? "" : run.data, run.len, digest, &len, EVP_sha256(), NULL) != 1 ||
	    len * 2 != DIGEST_TEXT_LEN)
		return false;
	for (unsigned int i = 0; i < len; i++) {
		out_text[2 * i] = digits[digest[i] >> 4];
		out_text[2 * i + 1] = digits[digest[i] & 15];
	}
	out_text[DIGEST_TEXT_LEN] = '\0';
	return true;
}
