#include "parsers/json_read.h"
#include "rules/auth/auth.h"
#include "rules/auth/token.h"
#include "rules/evidence.h"
#include "specs/security_match.h"

/* Where issuers write what a token may do: RFC 8693 section 4.2, and what Okta, Entra and Auth0 have. */
static const char *const claims[] = {"scope", "scp", "permissions", "roles"};

/* `scope` is a list of words in one text; others make an array of it. */
static bool is_in_claim(yyjson_val *claim, struct bytes scope)
{
	struct bytes rest = json_text(claim);
	yyjson_arr_iter iter;
	yyjson_val *item;

	while (rest.data != NULL) {
		if (bytes_equal(bytes_split(&rest, ' '), scope))
			return true;
	}
	if (!yyjson_is_arr(claim))
		return false;
	yyjson_arr_iter_init(claim, &iter);
	while ((item = yyjson_arr_iter_next(&iter)) != NULL) {
		if (bytes_equal(json_text(item), scope))
			return true;
	}
	return false;
}

static bool has_scope(const struct jwt *jwt, struct bytes scope)
{
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		if (is_in_claim(json_last(jwt->claims, claims[i]), scope))
			return true;
	}
	return false;
}

/* Roles alone do not say what the scopes are; without the claim the server may know them by other means. */
static bool tells_scopes(const struct jwt *jwt)
{
	for (size_t i = 0; i < 3; i++) {
		yyjson_val *claim = json_last(jwt->claims, claims[i]);

		if (yyjson_is_str(claim) || yyjson_is_arr(claim))
			return true;
	}
	return false;
}

static bool is_token_scheme(const struct security_scheme *scheme)
{
	return scheme->kind == SECURITY_OAUTH2 || scheme->kind == SECURITY_OPENID ||
	       scheme->kind == SECURITY_BEARER;
}

/* The first scope of the alternative that the token does not have; empty: it has them all. */
static struct bytes lacking(const struct security_requirement *requirement, const struct jwt *jwt)
{
	for (size_t i = 0; i < requirement->count; i++) {
		const struct security_scheme *scheme = &requirement->schemes[i];

		for (size_t j = 0; is_token_scheme(scheme) && j < scheme->scope_count; j++) {
			if (!has_scope(jwt, scheme->scopes[j]))
				return scheme->scopes[j];
		}
	}
	return BYTES_NONE;
}

static const struct credential *first_token(const struct credentials *credentials)
{
	for (size_t i = 0; i < credentials->count; i++) {
		if (token_counts(&credentials->list[i]) && tells_scopes(&credentials->list[i].jwt))
			return &credentials->list[i];
	}
	return NULL;
}

/* OpenAPI "Security Requirement Object": all scopes of one alternative that is shown in full are enough. */
void auth_scope(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	const struct credential *token = first_token(evidence->credentials);
	struct bytes missing = BYTES_NONE;
	struct finding *finding;

	if (operation == NULL || token == NULL || !evidence_has_request(evidence) ||
	    !evidence_is_accepted(evidence) || token_is_needless(evidence))
		return;
	for (size_t i = 0; i < operation->requirement_count; i++) {
		struct bytes scope;

		if (!security_is_shown(&operation->requirements[i], evidence->exchange,
				       evidence->credentials))
			continue;
		scope = lacking(&operation->requirements[i], &token->jwt);
		if (scope.len == 0)
			return;
		if (missing.len == 0)
			missing = scope;
	}
	finding = missing.len == 0 ? NULL : token_finding(evidence, token, "auth.scope_insufficient", out);
	if (finding == NULL)
		return;
	finding->expected = arena_printf(out->arena, "the scope " BYTES_FORMAT, BYTES_PRINT(missing));
	finding->observed = BYTES("a token without it");
}
