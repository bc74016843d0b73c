#include "specs/security_match.h"

#include "parsers/body.h"
#include "specs/cookie.h"

struct request {
	struct exchange *exchange;
	const struct credentials *credentials;
};

/* -- what is shown ------------------------------------------------------------ */

/* Names of parameters have case, those of header fields have none: a header's key in the query is found
 * either way. */
static bool has_query_key(struct exchange *exchange, struct bytes name, bool any_case)
{
	for (struct bytes rest = exchange->query; rest.data != NULL;) {
		struct bytes value = bytes_split(&rest, '&');
		struct bytes found = percent_decode(bytes_split(&value, '='), true, &exchange->arena);

		if (value.len > 0 && (any_case ? bytes_equal_nocase(found, name) : bytes_equal(found, name)))
			return true;
	}
	return false;
}

static bool has_cookie(const struct exchange *exchange, struct bytes name)
{
	struct cookie cookie = {0};

	while (cookie_next(&exchange->request, &cookie))
		if (cookie.value.len > 0 && bytes_equal(cookie.name, name))
			return true;
	return false;
}

/* Field names compare without case; `name` may be of a parameter, so it is not in lower case here. */
static bool has_header_key(const struct exchange *exchange, struct bytes name)
{
	for (size_t i = 0; i < exchange->request.header_count; i++)
		if (exchange->request.headers[i].value.len > 0 &&
		    bytes_equal_nocase(exchange->request.headers[i].name, name))
			return true;
	return false;
}

static bool has_key_at(const struct request *request, struct bytes name, enum part part, bool any_case)
{
	if (part == PART_HEADER)
		return has_header_key(request->exchange, name);
	if (part == PART_QUERY)
		return has_query_key(request->exchange, name, any_case);
	return has_cookie(request->exchange, name);
}

static bool has_kind(const struct request *request, enum credential_kind kind)
{
	for (size_t i = 0; i < request->credentials->count; i++) {
		const struct credential *credential = &request->credentials->list[i];

		if (credential->kind == kind && !credential->is_malformed && credential->value.len > 0)
			return true;
	}
	return false;
}

static bool has_scheme(const struct request *request, struct bytes scheme)
{
	for (size_t i = 0; i < request->credentials->count; i++)
		if (bytes_equal_nocase(request->credentials->list[i].scheme, scheme) &&
		    request->credentials->list[i].value.len > 0)
			return true;
	return false;
}

static bool is_shown(const struct request *request, const struct security_scheme *scheme)
{
	switch (scheme->kind) {
	case SECURITY_API_KEY:
		return has_key_at(request, scheme->name, scheme->part, false);
	case SECURITY_BASIC:
		return has_kind(request, CREDENTIAL_BASIC);
	case SECURITY_DIGEST:
		return has_kind(request, CREDENTIAL_DIGEST);
	case SECURITY_HTTP:
		return has_scheme(request, scheme->name);
	case SECURITY_OAUTH2:
	case SECURITY_OPENID:
		/* RFC 9449 section 7.1: a token bound to a key goes by the scheme DPoP. */
		return has_kind(request, CREDENTIAL_BEARER) || has_scheme(request, BYTES("DPoP"));
	case SECURITY_BEARER:
		return has_kind(request, CREDENTIAL_BEARER);
	case SECURITY_MUTUAL_TLS:
	case SECURITY_UNKNOWN:
		break;
	}
	return true;
}

static bool is_visible(const struct security_scheme *scheme)
{
	return scheme->kind != SECURITY_MUTUAL_TLS && scheme->kind != SECURITY_UNKNOWN;
}

/* -- alternatives --------------------------------------------------------------- */

/* How many of the visible schemes of one alternative are shown; *out_missing: how many are not. */
static size_t count_shown(const struct request *request, const struct security_requirement *requirement,
			  size_t *out_missing)
{
	size_t shown = 0;

	*out_missing = 0;
	for (size_t i = 0; i < requirement->count; i++) {
		bool is_here = is_shown(request, &requirement->schemes[i]);

		shown += is_here && is_visible(&requirement->schemes[i]);
		*out_missing += !is_here;
	}
	return shown;
}

static bool is_satisfied(const struct request *request, const struct operation *operation,
			 bool *out_is_optional, bool *out_is_partial)
{
	*out_is_optional = false;
	*out_is_partial = false;
	for (size_t i = 0; i < operation->requirement_count; i++) {
		const struct security_requirement *requirement = &operation->requirements[i];
		size_t missing, shown = count_shown(request, requirement, &missing);

		if (requirement->count == 0)
			*out_is_optional = true;
		else if (missing == 0)
			return true;
		*out_is_partial = *out_is_partial || shown > 0;
	}
	return false;
}

/* An API key of the right name that stands where the contract does not put it. */
static bool find_elsewhere(const struct request *request, const struct operation *operation,
			   enum part *out_part, struct bytes *out_name)
{
	static const enum part parts[] = {PART_HEADER, PART_QUERY, PART_COOKIE};

	for (size_t i = 0; i < operation->requirement_count; i++) {
		for (size_t j = 0; j < operation->requirements[i].count; j++) {
			const struct security_scheme *scheme = &operation->requirements[i].schemes[j];

			for (size_t k = 0; scheme->kind == SECURITY_API_KEY && k < 3; k++) {
				bool any_case = scheme->part == PART_HEADER;

				if (parts[k] == scheme->part ||
				    !has_key_at(request, scheme->name, parts[k], any_case))
					continue;
				*out_part = parts[k];
				*out_name = scheme->name;
				return true;
			}
		}
	}
	return false;
}

/* -- words ---------------------------------------------------------------------- */

static const char *place_name(enum part part)
{
	return part == PART_HEADER ? "header" : part == PART_QUERY ? "query" : "cookie";
}

static struct bytes scheme_words(const struct security_scheme *scheme, struct arena *arena)
{
	switch (scheme->kind) {
	case SECURITY_API_KEY:
		return arena_printf(arena, "apiKey in %s " BYTES_FORMAT, place_name(scheme->part),
				    BYTES_PRINT(scheme->name));
	case SECURITY_BASIC:
		return BYTES("basic");
	case SECURITY_BEARER:
		return BYTES("bearer");
	case SECURITY_DIGEST:
		return BYTES("digest");
	case SECURITY_OAUTH2:
		return BYTES("oauth2");
	case SECURITY_OPENID:
		return BYTES("openIdConnect");
	case SECURITY_MUTUAL_TLS:
		return BYTES("mutualTLS");
	case SECURITY_HTTP:
	case SECURITY_UNKNOWN:
		break;
	}
	return scheme->name.len > 0 ? scheme->name : scheme->id;
}

/* Words of a finding; alternatives beyond it are not told. */
#define WORDS_MAX 8

static struct bytes expected_words(const struct operation *operation, struct arena *arena)
{
	struct bytes words = BYTES("");

	for (size_t i = 0; i < operation->requirement_count && i < WORDS_MAX; i++) {
		const struct security_requirement *requirement = &operation->requirements[i];

		for (size_t j = 0; j < requirement->count && j < WORDS_MAX; j++)
			words = arena_printf(arena, BYTES_FORMAT "%s" BYTES_FORMAT, BYTES_PRINT(words),
					     j > 0           ? " and "
					     : words.len > 0 ? " or "
							     : "",
					     BYTES_PRINT(scheme_words(&requirement->schemes[j], arena)));
	}
	return words;
}

/* A session cookie or a certificate that a proxy names comes with every request of some clients. */
static bool is_deliberate(const struct credential *credential)
{
	return credential->kind != CREDENTIAL_COOKIE && credential->kind != CREDENTIAL_CERTIFICATE &&
	       credential->value.len > 0;
}

static struct bytes used_words(const struct request *request)
{
	struct arena *arena = &request->exchange->arena;
	struct bytes words = BYTES_NONE;

	for (size_t i = 0; i < request->credentials->count; i++) {
		const struct credential *credential = &request->credentials->list[i];
		struct bytes word = bytes_of(credential_kind_name(credential->kind));

		if (!is_deliberate(credential) || bytes_find(words, word) != BYTES_NOT_FOUND)
			continue;
		words = arena_printf(arena, BYTES_FORMAT "%s" BYTES_FORMAT, BYTES_PRINT(words),
				     words.len > 0 ? " and " : "", BYTES_PRINT(word));
	}
	return words;
}

bool security_is_shown(const struct security_requirement *requirement, struct exchange *exchange,
		       const struct credentials *credentials)
{
	const struct request request = {exchange, credentials};
	size_t missing;

	count_shown(&request, requirement, &missing);
	return missing == 0;
}

void security_match(const struct operation *operation, struct exchange *exchange,
		    const struct credentials *credentials, struct security_verdict *out_verdict)
{
	const struct request request = {exchange, credentials};
	bool is_optional, is_partial;
	enum part part;

	*out_verdict = (struct security_verdict){.outcome = SECURITY_NOT_DECLARED};
	if (!operation->has_security)
		return;
	out_verdict->outcome = SECURITY_PUBLIC;
	if (operation->requirement_count == 0)
		return;
	if (is_satisfied(&request, operation, &is_optional, &is_partial)) {
		out_verdict->outcome = SECURITY_SATISFIED;
		return;
	}
	if (is_optional)
		return;
	out_verdict->expected = expected_words(operation, &exchange->arena);
	out_verdict->used = used_words(&request);
	out_verdict->outcome =
		is_partial || out_verdict->used.len == 0 ? SECURITY_MISSING : SECURITY_OTHER_SCHEME;
	if (!is_partial && find_elsewhere(&request, operation, &part, &out_verdict->name)) {
		out_verdict->outcome = SECURITY_WRONG_PLACE;
		out_verdict->used = arena_printf(&exchange->arena, "apiKey in %s " BYTES_FORMAT,
						 place_name(part), BYTES_PRINT(out_verdict->name));
	}
}
