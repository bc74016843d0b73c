#include "rules/auth/auth.h"
#include "rules/auth/token.h"
#include "rules/evidence.h"
#include "rules/words.h"

static bool is_in(struct bytes value, const struct bytes *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (bytes_equal(value, list[i]))
			return true;
	}
	return false;
}

static struct bytes joined(const struct bytes *list, size_t count, struct arena *arena)
{
	struct bytes words = count > 0 ? list[0] : BYTES_NONE;

	for (size_t i = 1; i < count && i < 8; i++)
		words = arena_printf(arena, BYTES_FORMAT ", " BYTES_FORMAT, BYTES_PRINT(words),
				     BYTES_PRINT(list[i]));
	return words;
}

static void tell(const struct evidence *evidence, const struct credential *credential, const char *id,
		 struct bytes expected, struct bytes observed, struct findings *out)
{
	struct finding *finding = token_finding(evidence, credential, id, out);

	if (finding == NULL)
		return;
	finding->expected = expected;
	finding->observed = observed.len > 0 ? observed : BYTES("none");
}

static void judge_algorithm(const struct evidence *evidence, const struct credential *credential,
			    struct findings *out)
{
	const struct partner *partner = evidence->partner;
	struct bytes algorithm = credential->jwt.algorithm, bound;

	/* RFC 8725 section 3.2; libraries were fooled by "nOnE". */
	if (bytes_equal_nocase(algorithm, BYTES("none"))) {
		tell(evidence, credential, "auth.jwt_alg_none", BYTES("a signed token"), BYTES("alg none"),
		     out);
		return;
	}
	if (token_is_confused(partner, &credential->jwt)) /* has a finding of its own */
		return;
	if (partner != NULL && partner->tokens.keys != NULL) {
		bound = jwks_algorithm(partner->tokens.keys, &credential->jwt);
		if (bound.len > 0 && !bytes_equal(bound, algorithm)) {
			tell(evidence, credential, "auth.jwt_alg_disallowed", bound,
			     words_claim(algorithm, out->arena), out);
			return;
		}
	}
	if (partner == NULL || partner->tokens.algorithm_count == 0 ||
	    is_in(algorithm, partner->tokens.algorithms, partner->tokens.algorithm_count))
		return;
	tell(evidence, credential, "auth.jwt_alg_disallowed",
	     joined(partner->tokens.algorithms, partner->tokens.algorithm_count, out->arena),
	     words_claim(algorithm, out->arena), out);
}

static void judge_issuer(const struct evidence *evidence, const struct credential *credential,
			 struct findings *out)
{
	const struct tokens_agreed *agreed = &evidence->partner->tokens;
	struct bytes issuer = credential->jwt.issuer;

	if (agreed->issuer_count == 0 || is_in(issuer, agreed->issuers, agreed->issuer_count))
		return;
	tell(evidence, credential, "auth.jwt_issuer_mismatch",
	     joined(agreed->issuers, agreed->issuer_count, out->arena), words_claim(issuer, out->arena), out);
}

/* RFC 7519 section 4.1.3: one of the audiences is enough. */
static void judge_audience(const struct evidence *evidence, const struct credential *credential,
			   struct findings *out)
{
	const struct tokens_agreed *agreed = &evidence->partner->tokens;
	const struct jwt *jwt = &credential->jwt;
	struct bytes first = jwt->audience_count > 0 ? jwt->audiences[0] : BYTES_NONE;

	if (agreed->audience_count == 0)
		return;
	for (size_t i = 0; i < jwt->audience_count; i++) {
		if (is_in(jwt->audiences[i], agreed->audiences, agreed->audience_count))
			return;
	}
	tell(evidence, credential, "auth.jwt_audience_mismatch",
	     joined(agreed->audiences, agreed->audience_count, out->arena), words_claim(first, out->arena),
	     out);
}

void auth_jwt_agreed(const struct evidence *evidence, struct findings *out)
{
	if (!evidence->exchange->request.is_seen)
		return;
	for (size_t i = 0; i < evidence->credentials->count; i++) {
		const struct credential *credential = &evidence->credentials->list[i];

		if (!token_counts(credential))
			continue;
		judge_algorithm(evidence, credential, out);
		if (evidence->partner == NULL || !evidence_is_accepted(evidence) ||
		    token_is_needless(evidence))
			continue;
		judge_issuer(evidence, credential, out);
		judge_audience(evidence, credential, out);
	}
}
