#include "parsers/base/limits.h"
#include "rules/auth/auth.h"
#include "rules/auth/token.h"
#include "rules/evidence.h"
#include "rules/words.h"

/* Clocks differ: what RFC 7519 section 4.1.4 calls some small leeway. */
#define SKEW_S 60

/* From `earlier` to `later`, neither of which the bearer need have kept small. */
static uint64_t seconds_between(int64_t earlier, int64_t later)
{
	return later <= earlier ? 0 : (uint64_t)later - (uint64_t)earlier;
}

static void tell_span(const struct evidence *evidence, const struct credential *credential, const char *id,
		      const char *expected, const char *before, uint64_t seconds, const char *after,
		      struct findings *out)
{
	struct bytes duration = words_duration(seconds, out->arena);
	struct finding *finding = token_finding(evidence, credential, id, out);

	if (finding == NULL)
		return;
	finding->expected = bytes_of(expected);
	finding->observed =
		arena_printf(out->arena, "%s" BYTES_FORMAT "%s", before, BYTES_PRINT(duration), after);
}

static void judge_validity(const struct evidence *evidence, const struct credential *credential,
			   struct findings *out)
{
	const struct jwt *jwt = &credential->jwt;
	int64_t now_s = evidence_time_s(evidence);

	if (!evidence_is_accepted(evidence) || token_is_needless(evidence))
		return;
	if (jwt->has_expiry && seconds_between(jwt->expiry_s, now_s) > SKEW_S)
		tell_span(evidence, credential, "auth.jwt_expired_accepted", "refused after its expiry",
			  "expired ", seconds_between(jwt->expiry_s, now_s), " before the call", out);
	if (jwt->has_not_before && seconds_between(now_s, jwt->not_before_s) > SKEW_S)
		tell_span(evidence, credential, "auth.jwt_not_yet_valid_accepted",
			  "refused before it is valid", "valid from ",
			  seconds_between(now_s, jwt->not_before_s), " after the call", out);
}

static void judge_lifetime(const struct evidence *evidence, const struct credential *credential,
			   struct findings *out)
{
	const struct jwt *jwt = &credential->jwt;
	int64_t from_s = jwt->has_issued_at ? jwt->issued_at_s : evidence_time_s(evidence);
	uint64_t max_s;
	struct finding *finding;

	if (!jwt->has_expiry) {
		finding = token_finding(evidence, credential, "auth.jwt_no_exp", out);
		if (finding != NULL) {
			finding->expected = BYTES("a token with exp");
			finding->observed = BYTES("no exp");
		}
		return;
	}
	if (evidence->partner == NULL || evidence->partner->tokens.lifetime_max_ns == 0)
		return;
	max_s = evidence->partner->tokens.lifetime_max_ns / SECONDS;
	if (seconds_between(from_s, jwt->expiry_s) <= max_s)
		return;
	finding = token_finding(evidence, credential, "auth.jwt_lifetime_excessive", out);
	if (finding == NULL)
		return;
	finding->expected = arena_printf(out->arena, "at most " BYTES_FORMAT,
					 BYTES_PRINT(words_duration(max_s, out->arena)));
	finding->observed = words_duration(seconds_between(from_s, jwt->expiry_s), out->arena);
}

void auth_jwt_time(const struct evidence *evidence, struct findings *out)
{
	if (!evidence->exchange->request.is_seen)
		return;
	for (size_t i = 0; i < evidence->credentials->count; i++) {
		const struct credential *credential = &evidence->credentials->list[i];

		if (!token_counts(credential))
			continue;
		judge_validity(evidence, credential, out);
		judge_lifetime(evidence, credential, out);
	}
}
