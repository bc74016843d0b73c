/*
 * digest: one short name for several fields, the same on every machine:
 * SHA-256 over each field's length and bytes, cut to 16 bytes. The length in
 * front keeps ("ab", "c") and ("a", "bc") apart.
 *
 *	digest_init(&digest, "finding");
 *	digest_text(&digest, partner);
 *	status = digest_finish(&digest, uid);
 *
 * Nothing fails today: digest_finish always says STATUS_OK. Thread: one.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"
#include "specs/sha256.h"

#define DIGEST_LEN      16
#define DIGEST_TEXT_LEN (2 * DIGEST_LEN)

struct digest {
	struct sha256 hash;
	char held[192]; /* fields that were not hashed yet: each is short */
	size_t held_len;
};

void digest_init(struct digest *digest, const char *kind); /* `kind` keeps uses apart */
void digest_text(struct digest *digest, struct bytes field);
void digest_number(struct digest *digest, uint64_t field);
MUST_CHECK enum status digest_finish(struct digest *digest,
				     uint8_t out_digest[DIGEST_LEN]); /* once, always */

void digest_print(const uint8_t digest[DIGEST_LEN], char text[DIGEST_TEXT_LEN + 1]);
