/*
 * tokens: who may use the admin API. A file of bearer tokens, one a line:
 * "TOKEN" or "NAME TOKEN"; empty lines and lines that start with # do not count.
 *
 *	tokens_read(text, &tokens, error, sizeof(error));
 *	name = tokens_check(&tokens, authorization);	NULL: nobody
 *
 * Owns     digests only: a token itself is not kept.
 * Thread   frozen once read.
 */
#pragma once

#include "parsers/base/bytes.h"
#include "parsers/base/status.h"
#include "specs/digest.h"

#define TOKENS_MAX         64
#define TOKEN_NAME_LEN_MAX 64
#define TOKEN_LEN_MIN      16 /* shorter ones are guessed */
#define TOKEN_LEN_MAX      512

struct token {
	char name[TOKEN_NAME_LEN_MAX + 1];
	char digest[DIGEST_TEXT_LEN + 1];
};

struct tokens {
	struct token list[TOKENS_MAX];
	size_t count;
};

/* STATUS_INVALID with words that hold no token. */
MUST_CHECK enum status tokens_read(struct bytes text, struct tokens *out_tokens, char *error,
				   size_t error_len);

/* The name that belongs to "Bearer TOKEN"; takes as long for every wrong token. */
const char *tokens_check(const struct tokens *tokens, struct bytes authorization);
