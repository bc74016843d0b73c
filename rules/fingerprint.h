/*
 * fingerprint: a keyed HMAC (SHA-256, cut to 8 bytes) that lets analysts see
 * that two masked values are the same, and nothing more (RFC 2104).
 *
 * Thread   the key is frozen after start.
 */
#pragma once

#include "parsers/base/endpoint.h"
#include "specs/sha256.h"

struct fingerprint_key {
	uint8_t bytes[32];
	bool is_ready; /* fingerprint_key_prepare was called */
	struct sha256 inner, outer;
};

/* Hashes once what of the key stands in front of every message: each fingerprint is the same as before, at
 * half the work. */
void fingerprint_key_prepare(struct fingerprint_key *key);

#define FINGERPRINT_TEXT_LEN 16

/* Writes 16 hex digits and a NUL. `domain` keeps uses apart ("value", "user"). */
void fingerprint(const struct fingerprint_key *key, const char *domain, struct bytes value,
		 char text[FINGERPRINT_TEXT_LEN + 1]);

/* An address that stands for another one: in fd00::/8 (RFC 4193), where nobody out there calls from, so that
 * every reader of addresses takes it. */
void fingerprint_address(const struct fingerprint_key *key, const struct address *address,
			 struct address *out_address);
