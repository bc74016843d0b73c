/*
 * sha256: SHA-256 of runs, one after the other (FIPS 180-4). It takes no lock and no memory, unlike the
 *library's general way to digests: several are made for each exchange.
 *
 *	sha256_init(&hash);
 *	sha256_add(&hash, run);
 *	sha256_finish(&hash, digest);
 *
 * Owns     nothing. After sha256_finish nothing of what was hashed is left in it.
 */
#pragma once

#include "parsers/base/bytes.h"

#define SHA256_LEN       32
#define SHA256_BLOCK_LEN 64

struct sha256 {
	uint64_t state[14]; /* the library's, whose header stays in sha256.c */
};

void sha256_init(struct sha256 *hash);
void sha256_add(struct sha256 *hash, struct bytes run);
void sha256_finish(struct sha256 *hash, uint8_t out_digest[SHA256_LEN]);
