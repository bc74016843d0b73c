/*
 * digest: SHA-256 as text, of a spec file or an API key.
 */
#pragma once

#include "parsers/base/bytes.h"

#define DIGEST_TEXT_LEN 64
#define DIGEST_LEN      32

void digest_sha256_bytes(struct bytes run, char out_bytes[DIGEST_LEN]);

/* Lower-case hexadecimal, ended by a NUL. Nothing fails today: always true. */
bool digest_sha256(struct bytes run, char out_text[DIGEST_TEXT_LEN + 1]);
