#include "parsers/credential_names.h"
#include "rules/evidence.h"
#include "rules/pii/pii.h"

bool pii_is_credential_place(const struct hit *hit)
{
	if (hit->part == PART_COOKIE)
		return name_is_session_cookie(hit->name);
	return bytes_equal_nocase(hit->name, BYTES("authorization")) ||
	       bytes_equal_nocase(hit->name, BYTES("proxy-authorization")) ||
	       bytes_equal_nocase(hit->name, BYTES("x-amz-security-token")) ||
	       name_is_key_header(hit->name) || name_is_certificate_header(hit->name);
}

static bool is_token_class(const struct hit *hit)
{
	return bytes_equal(hit->class->id, BYTES("jwt"));
}

/* A token is somebody's, not a machine's. */
static const char *body_id(const struct evidence *evidence, const struct hit *hit)
{
	if (hit->class->is_secret && !is_token_class(hit))
		return hit->side == SIDE_RESPONSE ? "secret.leak" : "secret.request";
	if (hit->side == SIDE_REQUEST)
		return "pii.request_undeclared";
	return evidence->exchange->status >= 400 ? "pii.error_leak" : "pii.response_leak";
}

/* NULL where another rule tells it or nothing is wrong. */
static const char *id_of(const struct evidence *evidence, const struct hit *hit)
{
	switch (hit->part) {
	case PART_PATH:
	case PART_QUERY:
		/* Tokens and keys there are auth.credential_in_url. */
		return hit->class->is_secret || is_token_class(hit) ? NULL : "pii.in_url";
	case PART_HEADER:
	case PART_COOKIE:
		return pii_is_credential_place(hit) ? NULL : "pii.in_header";
	case PART_BODY:
		return body_id(evidence, hit);
	case PART_STATUS:
		break;
	}
	return NULL;
}

static bool is_token_allowed(const struct evidence *evidence, const struct hit *hit)
{
	const struct operation *operation = evidence_operation(evidence);

	if (operation == NULL)
		return false;
	return (operation->is_token_endpoint && hit->part == PART_BODY) ||
	       conform_allows_class(evidence->match, evidence->exchange, hit->side, hit->part,
				    pii_name(evidence, hit), hit->pointer, BYTES("jwt"));
}

bool pii_is_allowed(const struct evidence *evidence, const struct hit *hit)
{
	const struct operation *operation = evidence_operation(evidence);

	if (!hit->class->is_sensitive && !hit->class->is_secret)
		return true;
	/* RFC 6749 section 5.1: this answer is where tokens come from. */
	if (operation != NULL && operation->is_token_endpoint && hit->part == PART_BODY &&
	    is_token_class(hit))
		return true;
	/* What a token that may stand here claims is auth.*'s to judge. */
	if (hit->layer == SCAN_LAYER_TOKEN && is_token_allowed(evidence, hit))
		return true;
	return operation != NULL &&
	       conform_allows_class(evidence->match, evidence->exchange, hit->side, hit->part,
				    pii_name(evidence, hit), hit->pointer, hit->class->id);
}

/* What would say whether it is declared there was not seen: the request, or, in a body that is not whole and
 * so was read as plain text, the place. Secrets are hardly ever agreed on: they are told all the same. */
bool pii_is_place_unknown(const struct evidence *evidence, const struct hit *hit)
{
	const struct exchange *exchange = evidence->exchange;
	const struct message *message = hit->side == SIDE_REQUEST ? &exchange->request : &exchange->response;

	if (hit->class->is_secret && !is_token_class(hit))
		return false;
	if (evidence->match->kind == MATCH_UNKNOWABLE)
		return true;
	/* The media type, and with it the schema, may be one of the fields that nobody knows. */
	if (hit->part == PART_BODY && message->has_unknown_fields && message_media_type(message).len == 0)
		return evidence_operation(evidence) != NULL;
	return hit->part == PART_BODY && hit->pointer.len == 0 && hit->name.len == 0 && !hit->is_placed &&
	       message->body.state != BODY_WHOLE &&
	       conform_has_body_schema(evidence->match, exchange, hit->side);
}

/* The contract agrees on it masked; found is what is not. */
static bool is_unmasked(const struct evidence *evidence, const struct hit *hit)
{
	return evidence_operation(evidence) != NULL &&
	       conform_wants_masked(evidence->match, evidence->exchange, hit->side, hit->part,
				    pii_name(evidence, hit), hit->pointer, hit->class->id);
}

static void tell(const struct evidence *evidence, struct hit *hit, const char *id, struct bytes expected,
		 struct findings *out)
{
	struct finding *finding = pii_tell(evidence, hit, id, out);

	if (finding == NULL)
		return;
	finding->expected = expected;
	/* How bad a leak is depends on what leaks. */
	if (hit->side == SIDE_RESPONSE && hit->part == PART_BODY &&
	    hit->class->severity > finding->severity) {
		finding->severity = hit->class->severity > 5 ? 5 : hit->class->severity;
		finding->modifiers |= SEVERITY_CLASS;
	}
}

void pii_data(const struct evidence *evidence, struct findings *out)
{
	for (size_t i = 0; i < evidence->hits->count; i++) {
		struct hit *hit = &evidence->hits->list[i];
		const char *id = id_of(evidence, hit);

		if (id == NULL || pii_is_place_unknown(evidence, hit))
			continue;
		if (is_unmasked(evidence, hit))
			tell(evidence, hit, "pii.unmasked", BYTES("masked"), out);
		else if (!pii_is_allowed(evidence, hit))
			tell(evidence, hit, id, BYTES("not declared here"), out);
	}
}
