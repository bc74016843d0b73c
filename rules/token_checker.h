/*
 * token_checker: is a token signed by its partner's keys, and with a secret that
 * everybody knows? Remembers what it found, so that a token that comes a million
 * times is verified once.
 *
 *	check = token_checker_check(checker, agreed, credential, &exchange->arena);
 *	if (check.signature == JWKS_INVALID) ...
 *
 * What it says depends on the token and the keys alone, not on time, so what is
 * remembered is true until the keys are replaced, and the same for any number of
 * workers. An entry is known by the token's SHA-256: nobody can make another
 * token that is taken for it.
 *
 * Owns     at most LIMIT_TOKENS verdicts; no token.
 * Thread   one worker.
 */
#pragma once

#include "parsers/credential.h"
#include "specs/contract.h"

struct token_checker;

struct token_check {
	enum jwks_outcome signature;
	bool is_weak; /* its secret is a word of a short list */
};

struct token_checker *token_checker_new(uint64_t seed); /* NULL without memory */
void token_checker_free(struct token_checker *checker); /* accepts NULL */

/* Of a credential that has a JWT. `agreed` may be NULL: nobody's keys. */
struct token_check token_checker_check(struct token_checker *checker, const struct tokens_agreed *agreed,
				       const struct credential *credential, struct arena *arena);
