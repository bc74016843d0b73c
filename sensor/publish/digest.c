#include "sensor/publish/digest.h"

#include <string.h>

static void settle(struct digest *digest)
{
	sha256_add(&digest->hash, (struct bytes){digest->held, digest->held_len});
	digest->held_len = 0;
}

static void add(struct digest *digest, struct bytes run)
{
	if (run.len > sizeof(digest->held) - digest->held_len)
		settle(digest);
	if (run.len > sizeof(digest->held)) {
		sha256_add(&digest->hash, run);
	} else if (run.len > 0) {
		memcpy(digest->held + digest->held_len, run.data, run.len);
		digest->held_len += run.len;
	}
}

/* Eight bytes, the lowest first, whatever the machine. */
static void add_number(struct digest *digest, uint64_t value)
{
	char bytes[8];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(value >> (8 * i));
	add(digest, (struct bytes){bytes, sizeof(bytes)});
}

void digest_init(struct digest *digest, const char *kind)
{
	sha256_init(&digest->hash);
	digest->held_len = 0;
	digest_text(digest, bytes_of(kind));
}

void digest_text(struct digest *digest, struct bytes field)
{
	add_number(digest, field.len);
	add(digest, field);
}

void digest_number(struct digest *digest, uint64_t field)
{
	add_number(digest, sizeof(field));
	add_number(digest, field);
}

enum status digest_finish(struct digest *digest, uint8_t out_digest[DIGEST_LEN])
{
	uint8_t whole[SHA256_LEN];

	settle(digest);
	sha256_finish(&digest->hash, whole);
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
