#include "rules/auth/auth.h"
#include "rules/auth/token.h"
#include "rules/evidence.h"
#include "rules/token_checker.h"
#include "rules/words.h"

/* RFC 8725 section 2.1: a server that takes the public key for an HMAC secret lets everybody sign. */
static void judge_confusion(const struct evidence *evidence, const struct credential *credential,
			    struct findings *out)
{
	struct finding *finding;

	if (!token_is_confused(evidence->partner, &credential->jwt))
		return;
	finding = token_finding(evidence, credential, "auth.jwt_alg_confusion", out);
	if (finding == NULL)
		return;
	finding->expected = BYTES("a signature of the agreed public keys");
	finding->observed = words_claim(credential->jwt.algorithm, out->arena);
}

static void judge_signature(const struct evidence *evidence, const struct credential *credential,
			    struct findings *out)
{
	const struct jwt *jwt = &credential->jwt;
	struct token_check check = token_checker_check(
		evidence->tokens, evidence->partner == NULL ? NULL : &evidence->partner->tokens, credential,
		&evidence->exchange->arena);
	struct finding *finding;

	/* Unsigned tokens have their own finding. */
	if (check.signature == JWKS_INVALID && !bytes_equal_nocase(jwt->algorithm, BYTES("none"))) {
		finding = token_finding(evidence, credential, "auth.jwt_signature_invalid_accepted", out);
		if (finding != NULL) {
			finding->expected = BYTES("a signature of the agreed keys");
			finding->observed =
				jwt->key_id.len == 0
					? BYTES("of none of them")
					: arena_printf(out->arena, "not of the key " BYTES_FORMAT,
						       BYTES_PRINT(words_claim(jwt->key_id, out->arena)));
		}
	}
	if (check.is_weak) {
		finding = token_finding(evidence, credential, "auth.jwt_weak_secret", out);
		if (finding != NULL) {
			finding->expected = BYTES("a secret that cannot be guessed");
			finding->observed = BYTES("a secret of a short list of well-known ones");
		}
	}
}

void auth_jwt_signature(const struct evidence *evidence, struct findings *out)
{
	if (!evidence->exchange->request.is_seen)
		return;
	for (size_t i = 0; i < evidence->credentials->count; i++) {
		const struct credential *credential = &evidence->credentials->list[i];

		if (!token_counts(credential))
			continue;
		judge_confusion(evidence, credential, out);
		/* Anybody can send a bad token; only one that was taken proves something, and costs work. */
		if (evidence->tokens != NULL && evidence_is_accepted(evidence) &&
		    !token_is_needless(evidence))
			judge_signature(evidence, credential, out);
	}
}
