#include "parsers/json_read.h"
#include "rules/auth/auth.h"
#include "rules/auth/token.h"
#include "rules/evidence.h"

/* "https://ias.example.com" of "https://ias.example.com/oauth2/certs?x". */
static struct bytes origin_of(struct bytes url)
{
	size_t scheme = bytes_find(url, BYTES("://"));
	size_t slash;

	if (scheme == BYTES_NOT_FOUND)
		return BYTES_NONE;
	slash = bytes_find_byte(bytes_from(url, scheme + 3), '/');
	return slash == BYTES_NOT_FOUND ? url : bytes_slice(url, 0, scheme + 3 + slash);
}

/* Some issuers name their own keys' address in every token: theirs, if the contract agrees on the issuer. */
static bool is_of_issuer(const struct evidence *evidence, struct bytes url)
{
	const struct bytes origin = origin_of(url);

	for (size_t i = 0; evidence->partner != NULL && i < evidence->partner->tokens.issuer_count; i++) {
		if (origin.len > 0 &&
		    bytes_equal_nocase(origin, origin_of(evidence->partner->tokens.issuers[i])))
			return true;
	}
	return false;
}

/* RFC 8725 section 3.10: a key that comes with the token proves nothing about who signed it. */
static const char *foreign_key(const struct evidence *evidence, const struct jwt *jwt)
{
	static const char *const urls[] = {"jku", "x5u"};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		struct bytes url = json_text(json_last(jwt->header, urls[i]));

		if (url.len > 0 && !is_of_issuer(evidence, url))
			return urls[i];
	}
	return yyjson_is_obj(json_last(jwt->header, "jwk")) ? "jwk" : NULL;
}

void auth_jwt_header(const struct evidence *evidence, struct findings *out)
{
	if (!evidence->exchange->request.is_seen)
		return;
	for (size_t i = 0; i < evidence->credentials->count; i++) {
		const struct credential *credential = &evidence->credentials->list[i];
		const char *name;
		struct finding *finding;

		if (!token_counts(credential))
			continue;
		name = foreign_key(evidence, &credential->jwt);
		finding = name == NULL
				  ? NULL
				  : token_finding(evidence, credential, "auth.jwt_header_injection", out);
		if (finding == NULL)
			continue;
		finding->expected = BYTES("a key of the issuer's, known beforehand");
		finding->observed = arena_printf(out->arena, "%s in the token's header", name);
	}
}
