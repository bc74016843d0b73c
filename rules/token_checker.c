#include "rules/token_checker.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/base/map.h"
#include "specs/digest.h"
#include "specs/signature.h"

struct token_checker {
	struct map map; /* who agreed, and the token's SHA-256 -> struct token_check */
};

struct key {
	const struct tokens_agreed *agreed;
	char digest[DIGEST_TEXT_LEN + 1];
};

struct token_checker *token_checker_new(uint64_t seed)
{
	struct token_checker *checker = calloc(1, sizeof(*checker));

	if (checker != NULL)
		map_init(&checker->map, &(struct map_plan){.entries_max = LIMIT_TOKENS,
							   .value_len = sizeof(struct token_check),
							   .seed = seed});
	return checker;
}

void token_checker_free(struct token_checker *checker)
{
	if (checker == NULL)
		return;
	map_finish(&checker->map);
	free(checker);
}

/* Secrets of tutorials, libraries' examples and generators: what guessers try first. */
/* clang-format off */
static const char *const secrets[] = {
	"secret", "Secret", "SECRET", "secret123", "secretkey", "secret-key", "secret_key", "secretKey",
	"mysecret", "my-secret", "my_secret", "mysecretkey", "my-secret-key", "my_secret_key",
	"my-256-bit-secret", "your-256-bit-secret", "your-384-bit-secret", "your-512-bit-secret",
	"your-256-bit-secret-key", "your_jwt_secret", "your_secret_key", "your-secret-key",
	"a-string-secret-at-least-256-bits-long",
	"a-valid-string-secret-that-is-at-least-512-bits-long-which-is-very-long", "jwt", "jwt_secret",
	"jwt-secret", "jwtsecret", "JWT_SECRET", "shhhhh", "shhhhhhared-secret", "supersecret",
	"super-secret", "super_secret", "supersecretkey", "topsecret", "changeme", "change_me", "changeit",
	"password", "password123", "Password1", "passw0rd", "p@ssw0rd", "admin", "admin123", "root",
	"test", "test123", "testing", "development", "dev", "default", "example", "key", "private",
	"privatekey", "token", "letmein", "qwerty", "12345", "123456", "12345678", "123456789",
	"1234567890", "0123456789", "abc123", "abcdef", "AllYourBase", "bearer", "hmac", "hs256",
	"keyboard cat", "s3cr3t", "spring", "iamasecret",
};
/* clang-format on */

static bool has_known_secret(const struct jwt *jwt, struct bytes token, struct arena *arena)
{
	const struct signature_algorithm *algorithm = signature_algorithm_find(jwt->algorithm);
	size_t dot = token.len;
	struct bytes input, signature;

	if (algorithm == NULL || !signature_algorithm_is_shared(algorithm) || token.len > LIMIT_TOKEN_BYTES)
		return false;
	while (dot > 0 && token.data[dot - 1] != '.')
		dot--;
	input = bytes_slice(token, 0, dot == 0 ? 0 : dot - 1);
	signature = base64_decode(bytes_from(token, dot), arena);
	if (signature_verify_secret(BYTES(""), algorithm, input, signature))
		return true;
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		if (signature_verify_secret(bytes_of(secrets[i]), algorithm, input, signature))
			return true;
	}
	return false;
}

struct token_check token_checker_check(struct token_checker *checker, const struct tokens_agreed *agreed,
				       const struct credential *credential, struct arena *arena)
{
	const struct token_check unknown = {.signature = JWKS_UNVERIFIABLE};
	const struct bytes token = credential->value;
	struct token_check *check;
	struct key key;
	bool is_new = false;

	if (!credential->has_jwt || token.len > LIMIT_TOKEN_BYTES)
		return unknown;
	memset(&key, 0, sizeof(key)); /* its padding is part of what the map compares */
	key.agreed = agreed;
	if (!digest_sha256(token, key.digest))
		return unknown;
	check = map_put(&checker->map, (struct bytes){.data = (const char *)&key, .len = sizeof(key)},
			&is_new);
	if (check == NULL)
		return unknown;
	if (is_new) {
		*check = unknown;
		if (agreed != NULL && agreed->keys != NULL)
			check->signature = jwks_verify(agreed->keys, &credential->jwt, token, arena);
		check->is_weak = has_known_secret(&credential->jwt, token, arena);
	}
	return *check;
}
