#include "rules/fingerprint.h"

#include <string.h>

#include "parsers/base/check.h"
#include "specs/sha256.h"

/* A longer value, with its domain, is hashed first, under the same key. */
#define MESSAGE_MAX 4096

#define INNER_PAD 0x36
#define OUTER_PAD 0x5c

/* RFC 2104: the key, padded to a block, goes in front of the message and of the hash of both. */
static void begin(const struct fingerprint_key *key, uint8_t pad, struct sha256 *hash)
{
	uint8_t block[SHA256_BLOCK_LEN];

	_Static_assert(sizeof(key->bytes) <= sizeof(block), "a longer key would have to be hashed");
	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < sizeof(key->bytes); i++)
		block[i] ^= key->bytes[i];
	sha256_init(hash);
	sha256_add(hash, (struct bytes){(const char *)block, sizeof(block)});
	explicit_bzero(block, sizeof(block));
}

void fingerprint_key_prepare(struct fingerprint_key *key)
{
	begin(key, INNER_PAD, &key->inner);
	begin(key, OUTER_PAD, &key->outer);
	key->is_ready = true;
}

static void authenticate(const struct fingerprint_key *key, struct bytes first, struct bytes second,
			 uint8_t out_digest[SHA256_LEN])
{
	uint8_t inner[SHA256_LEN];
	struct sha256 hash;

	if (key->is_ready)
		hash = key->inner;
	else
		begin(key, INNER_PAD, &hash);
	sha256_add(&hash, first);
	sha256_add(&hash, second);
	sha256_finish(&hash, inner);
	if (key->is_ready)
		hash = key->outer;
	else
		begin(key, OUTER_PAD, &hash);
	sha256_add(&hash, (struct bytes){(const char *)inner, sizeof(inner)});
	sha256_finish(&hash, out_digest);
}

void fingerprint(const struct fingerprint_key *key, const char *domain, struct bytes value,
		 char text[FINGERPRINT_TEXT_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";
	struct bytes front = {domain, strlen(domain) + 1}; /* the NUL keeps domain and value apart */
	uint8_t digest[SHA256_LEN], value_digest[SHA256_LEN];

	CHECK(front.len < MESSAGE_MAX / 2);
	if (value.len > MESSAGE_MAX - front.len) {
		authenticate(key, value, BYTES_NONE, value_digest);
		value = (struct bytes){(const char *)value_digest, sizeof(value_digest)};
	}
	authenticate(key, front, value, digest);
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
	char message[1 + sizeof(address->bytes)];
	uint8_t digest[SHA256_LEN];

	message[0] = address->is_ipv6;
	memcpy(message + 1, address->bytes, sizeof(address->bytes));
	authenticate(key, (struct bytes){domain, sizeof(domain)}, (struct bytes){message, sizeof(message)},
		     digest);
	*out_address = (struct address){.bytes = {0xfd}, .is_ipv6 = true};
	memcpy(out_address->bytes + 1, digest, sizeof(out_address->bytes) - 1);
}
