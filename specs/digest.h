/*
 * digest: SHA-256 as text, of a spec file or an API key. The only file here
 * that knows OpenSSL.
 */
#pragma once

#include "parsers/base/bytes.h"

#define DIGEST_TEXT_LEN 64

/* Lower-case hexadecimal, ended by a NUL. False when the library failed. */
bool digest_sha256(struct bytes run, char out_text[DIGEST_TEXT_LEN + 1]);
