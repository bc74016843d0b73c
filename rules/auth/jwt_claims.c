#include "parsers/json_read.h"
#include "rules/auth/auth.h"
#include "rules/auth/token.h"
#include "rules/evidence.h"

/* OpenID Connect Core section 5.1, and what issuers add: claims whose name says what they hold, and the data
 * class that a contract allows with it. A name alone ("name", "sub") may be a program's. */
static const struct {
	const char *claim, *class_id;
} personal[] = {
	{"email", "email"},
	{"phone_number", "phone_e164"},
	{"birthdate", "birth_date"},
	{"address", "address"},
	{"ssn", "us_ssn"},
	{"national_id", "national_id"},
	{"passport", "passport"},
	{"iban", "iban"},
	{"date_of_birth", "birth_date"},
	{"tax_id", "national_id"},
};

static bool is_allowed(const struct evidence *evidence, const struct credential *token, const char *class_id)
{
	return evidence_operation(evidence) != NULL &&
	       conform_allows_class(evidence->match, evidence->exchange, SIDE_REQUEST, PART_HEADER,
				    token->name, BYTES_NONE, bytes_of(class_id));
}

/* Whoever sees a token can read it: logs, proxies, and everybody it is shown to. */
void auth_jwt_claims(const struct evidence *evidence, struct findings *out)
{
	if (!evidence->exchange->request.is_seen)
		return;
	for (size_t i = 0; i < evidence->credentials->count; i++) {
		const struct credential *token = &evidence->credentials->list[i];
		struct finding *finding;

		for (size_t j = 0; token_counts(token) && j < sizeof(personal) / sizeof(personal[0]); j++) {
			yyjson_val *claim = json_last(token->jwt.claims, personal[j].claim);

			if ((json_text(claim).len == 0 && !yyjson_is_obj(claim)) ||
			    is_allowed(evidence, token, personal[j].class_id))
				continue;
			finding = token_finding(evidence, token, "auth.jwt_sensitive_claims", out);
			if (finding == NULL)
				return;
			finding->expected = BYTES("a token without personal data");
			finding->observed = arena_printf(out->arena, "the claim %s", personal[j].claim);
			break;
		}
	}
}
