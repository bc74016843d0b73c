#include "rules/auth/auth.h"
#include "rules/evidence.h"
#include "specs/security_match.h"

static void tell(const struct evidence *evidence, const struct security_verdict *verdict, const char *id,
		 struct findings *out)
{
	struct finding *finding = findings_add(out, id);

	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_HEADER, verdict->name);
	finding->expected = verdict->expected;
	finding->observed = verdict->used.len > 0 ? verdict->used : BYTES("no credential");
	finding_say(finding, out->arena,
		    "%s: " BYTES_FORMAT " with " BYTES_FORMAT " instead of " BYTES_FORMAT,
		    finding->kind->title, BYTES_PRINT(evidence_target(evidence, out->arena)),
		    BYTES_PRINT(finding->observed), BYTES_PRINT(finding->expected));
}

/* 200 with {"error": ...} or {"status": 401}: some servers refuse like that. */
static bool speaks_of_error(const struct evidence *evidence)
{
	static const char *const numbers[] = {"status", "code", "statusCode", "status_code"};
	const struct body_reading *body = evidence->response;
	yyjson_val *root = body != NULL && body->kind == BODY_JSON ? body->json : NULL;
	yyjson_val *error = yyjson_obj_get(root, "error");

	if (error == NULL)
		error = yyjson_obj_get(root, "errors");
	if (error != NULL && !yyjson_is_null(error) && !yyjson_is_false(error) && yyjson_get_len(error) > 0)
		return true;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		struct bytes number = BYTES_NONE;
		yyjson_val *value = yyjson_obj_get(root, numbers[i]);

		if (yyjson_is_raw(value) || yyjson_is_str(value))
			number = (struct bytes){.data = unsafe_yyjson_get_str(value),
						.len = yyjson_get_len(value)};
		if (bytes_equal(number, BYTES("401")) || bytes_equal(number, BYTES("403")) ||
		    yyjson_get_uint(value) == 401 || yyjson_get_uint(value) == 403)
			return true;
	}
	return false;
}

/* Only an answer proves whether the server insists; 3xx, 400, 404 and 5xx prove nothing. */
static void tell_missing(const struct evidence *evidence, const struct security_verdict *verdict,
			 struct findings *out)
{
	unsigned status = evidence->exchange->status;

	/* Fetch standard section 4.8: a preflight never carries credentials. */
	if (bytes_equal(evidence->exchange->method, BYTES("OPTIONS")))
		return;
	if (evidence_is_accepted(evidence) || status == 304) {
		size_t before = out->count;

		tell(evidence, verdict, "auth.missing", out);
		if (out->count > before)
			out->list[before].is_doubtful = speaks_of_error(evidence);
	} else if (status == 401 || status == 403)
		tell(evidence, verdict, "auth.missing_rejected", out);
}

/* The verdict's words name the place: "apiKey in query key". */
static void tell_place(const struct evidence *evidence, const struct security_verdict *verdict,
		       struct findings *out)
{
	size_t before = out->count;

	tell(evidence, verdict, "auth.location_mismatch", out);
	if (out->count == before)
		return;
	if (bytes_starts(verdict->used, BYTES("apiKey in query")))
		out->list[before].part = PART_QUERY;
	else if (bytes_starts(verdict->used, BYTES("apiKey in cookie")))
		out->list[before].part = PART_COOKIE;
}

static bool asks_for_key(const struct operation *operation)
{
	for (size_t i = 0; i < operation->requirement_count; i++) {
		for (size_t j = 0; j < operation->requirements[i].count; j++) {
			if (operation->requirements[i].schemes[j].kind == SECURITY_API_KEY)
				return true;
		}
	}
	return false;
}

static bool has_malformed(const struct credentials *credentials)
{
	for (size_t i = 0; i < credentials->count; i++) {
		if (credentials->list[i].is_malformed)
			return true;
	}
	return false;
}

/* "Basic !!!" identifies nobody, nor does a key by another name where a key is
 * asked for: what was agreed is missing, and no other scheme takes its place. */
static bool is_nothing_shown(const struct operation *operation, const struct credentials *credentials)
{
	const bool is_key_asked = asks_for_key(operation);

	for (size_t i = 0; i < credentials->count; i++) {
		const struct credential *credential = &credentials->list[i];

		if (credential->kind == CREDENTIAL_COOKIE || credential->kind == CREDENTIAL_CERTIFICATE)
			continue;
		if (!credential->is_malformed && !(is_key_asked && credential->kind == CREDENTIAL_KEY))
			return false;
	}
	return true;
}

void auth_mechanism(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	struct security_verdict verdict = {.outcome = SECURITY_NOT_DECLARED};

	/* The client of a token endpoint may identify itself in the body (RFC 6749 section 2.3.1). */
	if (operation == NULL || !evidence_has_request(evidence) || operation->is_token_endpoint)
		return;
	security_match(operation, evidence->exchange, evidence->credentials, &verdict);
	if (verdict.outcome == SECURITY_OTHER_SCHEME && is_nothing_shown(operation, evidence->credentials))
		verdict.outcome = SECURITY_MISSING;
	if (verdict.outcome == SECURITY_MISSING && has_malformed(evidence->credentials))
		verdict.used =
			arena_printf(out->arena, "malformed or empty " BYTES_FORMAT,
				     BYTES_PRINT(verdict.used.len > 0 ? verdict.used : BYTES("credential")));
	switch (verdict.outcome) {
	case SECURITY_MISSING:
		tell_missing(evidence, &verdict, out);
		break;
	case SECURITY_OTHER_SCHEME:
		tell(evidence, &verdict, "auth.scheme_mismatch", out);
		break;
	case SECURITY_WRONG_PLACE:
		tell_place(evidence, &verdict, out);
		break;
	default:
		break;
	}
}
