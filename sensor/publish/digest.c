#include "sensor/publish/digest.h"

#include <openssl/evp.h>
#include <string.h>

static void fail(struct digest *digest)
{
	EVP_MD_CTX_free(digest->context);
	digest->context = NULL;
}

static void add(struct digest *digest, const void *data, size_t len)
{
	if (digest->context != NULL && len > 0 && EVP_DigestUpdate(digest->context, data, len) != 1)
		fail(digest);
}

/* Eight bytes, the lowest first, whatever the machine. */
static void add_number(struct digest *digest, uint64_t value)
{
	uint8_t bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(value >> (8 * i));
	add(digest, bytes, sizeof(bytes));
}

void digest_init(struct digest *digest, const char *kind)
{
	digest->context = EVP_MD_CTX_new();
	if (digest->context != NULL && EVP_DigestInit_ex(digest->context, EVP_sha256(), NULL) != 1)
		fail(digest);
	digest_text(digest, bytes_of(kind));
}

void digest_text(struct digest *digest, struct bytes field)
{
	add_number(digest, field.len);
	add(digest, field.data, field.len);
}

void digest_number(struct digest *digest, uint64_t field)
{
	add_number(digest, sizeof(field));
	add_number(digest, field);
}

enum status digest_finish(struct digest *digest, uint8_t out_digest[DIGEST_LEN])
{
	uint8_t whole[EVP_MAX_MD_SIZE];
	bool is_done = digest->context != NULL && EVP_DigestFinal_ex(digest->context, whole, NULL) == 1;

	fail(digest);
	if (!is_done)
		return STATUS_NO_MEMORY;
	memcpy(out_digest, whole, DIGEST_LEN);
	return STATUS_OK;
}

void digest_print(const uint8_t digest[DIGEST_LEN], char text[DIGEST_TEXT_LEN + 1])
{
	static const char DIGITS[] = "0123456789abcdef";

	for (size_t i = 0; i < DIGEST_LEN; i++) {
		text[2 * i] = DIGITS[digest[i] >> 4];
		text[2 * i + 1] = DIGITS[digest[i] & 15];
	}
	text[DIGEST_TEXT_LEN] = '\0';
}
