#include "rules/fingerprint.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"

/* Longer values are rare: only these take memory. */
#define MESSAGE_MAX 4096

void fingerprint(const struct fingerprint_key *key, const char *domain, struct bytes value,
		 char text[FINGERPRINT_TEXT_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char digest[EVP_MAX_MD_SIZE] = {0}, value_digest[EVP_MAX_MD_SIZE];
	unsigned char message[MESSAGE_MAX];
	unsigned digest_len = 0, value_digest_len = 0;
	size_t domain_len = strlen(domain) + 1; /* the NUL keeps domain and value apart */

	CHECK(domain_len < MESSAGE_MAX / 2);
	memcpy(message, domain, domain_len);
	/* A value that does not fit is hashed first, under the same key. */
	if (value.len > MESSAGE_MAX - domain_len) {
		CHECK(HMAC(EVP_sha256(), key->bytes, sizeof(key->bytes), (const unsigned char *)value.data,
			   value.len, value_digest, &value_digest_len) != NULL);
		value = (struct bytes){(const char *)value_digest, value_digest_len};
	}
	if (value.len > 0)
		memcpy(message + domain_len, value.data, value.len);
	CHECK(HMAC(EVP_sha256(), key->bytes, sizeof(key->bytes), message, domain_len + value.len, digest,
		   &digest_len) != NULL);
	OPENSSL_cleanse(message, sizeof(message));
	for (size_t i = 0; i < FINGERPRINT_TEXT_LEN / 2; i++) {
		text[i * 2] = digits[digest[i] >> 4];
		text[i * 2 + 1] = digits[digest[i] & 15];
	}
	text[FINGERPRINT_TEXT_LEN] = '\0';
}

void fingerprint_address(const struct fingerprint_key *key, const struct address *address,
			 struct address *out_address)
{
	static const char domain[] = "address"; /* its NUL is a part of the message */
	unsigned char message[sizeof(domain) + 1 + sizeof(address->bytes)], digest[EVP_MAX_MD_SIZE] = {0};
	unsigned digest_len = 0;

	memcpy(message, domain, sizeof(domain));
	message[sizeof(domain)] = address->is_ipv6;
	memcpy(message + sizeof(domain) + 1, address->bytes, sizeof(address->bytes));
	CHECK(HMAC(EVP_sha256(), key->bytes, sizeof(key->bytes), message, sizeof(message), digest,
		   &digest_len) != NULL);
	*out_address = (struct address){.bytes = {0xfd}, .is_ipv6 = true};
	memcpy(out_address->bytes + 1, digest, sizeof(out_address->bytes) - 1);
}
