/*
 * keccak: Keccak-256 as Ethereum uses it: the padding of the first submission,
 * not that of FIPS 202, so OpenSSL's SHA3-256 gives other digests.
 *
 * Thread   pure.
 */
#pragma once

#include "parsers/base/bytes.h"

#define KECCAK_256_LEN 32

/* Of at most 135 bytes, which is one block; more is cut. */
void keccak_256(struct bytes run, uint8_t out_digest[KECCAK_256_LEN]);
