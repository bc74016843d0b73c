#include "parsers/json_read.h"
#include "rules/auth/auth.h"
#include "rules/evidence.h"
#include "rules/words.h"

static bool is_agreed_grant(const struct tokens_agreed *agreed, struct bytes grant)
{
	for (size_t i = 0; i < agreed->grant_type_count; i++) {
		if (bytes_equal(agreed->grant_types[i], grant))
			return true;
	}
	return agreed->grant_type_count == 0;
}

/* RFC 6749 section 4, RFC 9700 section 2.4: how a client may get its tokens is agreed. */
static void judge_grant(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	const struct body_reading *body = evidence->request;
	struct finding *finding;

	if (operation == NULL || !operation->is_token_endpoint || evidence->partner == NULL)
		return;
	for (size_t i = 0; i < body->field_count; i++) {
		const struct form_field *field = &body->fields[i];

		if (!bytes_equal(field->name, BYTES("grant_type")) ||
		    is_agreed_grant(&evidence->partner->tokens, field->value))
			continue;
		finding = findings_add(out, "auth.flow_mismatch");
		if (finding == NULL)
			return;
		finding_locate(finding, SIDE_REQUEST, PART_BODY, field->name);
		finding->expected = BYTES("a grant type that the contract agrees on");
		finding->observed = words_claim(field->value, out->arena);
		finding_say(finding, out->arena, "Grant type " BYTES_FORMAT " is not agreed: " BYTES_FORMAT,
			    BYTES_PRINT(finding->observed),
			    BYTES_PRINT(evidence_target(evidence, out->arena)));
		return;
	}
}

static void tell_secret(const struct evidence *evidence, enum side side, enum part part, const char *where,
			struct findings *out)
{
	struct finding *finding = findings_add(out, "auth.client_secret_exposed");

	if (finding == NULL)
		return;
	finding_locate(finding, side, part, BYTES("client_secret"));
	finding->expected = BYTES("a client's secret in an Authorization field or a request's body only");
	finding->observed = bytes_of(where);
	finding_say(finding, out->arena, "A client's secret %s: " BYTES_FORMAT, where,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}

/* RFC 6749 section 2.3.1: the secret MUST NOT be included in the request URI. */
static void judge_query(const struct evidence *evidence, struct findings *out)
{
	struct exchange *exchange = evidence->exchange;
	size_t count;
	const struct form_field *fields = form_read(exchange->query, &exchange->arena, &count);

	for (size_t i = 0; i < count; i++) {
		if (fields[i].value.len > 0 && bytes_equal_nocase(fields[i].name, BYTES("client_secret"))) {
			tell_secret(evidence, SIDE_REQUEST, PART_QUERY, "in the URL", out);
			return;
		}
	}
}

/* RFC 7591 section 3.2.1: only whoever registers a client is given its secret, once, with 201. */
static void judge_response(const struct evidence *evidence, struct findings *out)
{
	const struct body_reading *body = evidence->response;

	if (evidence_has_request(evidence) && body->kind == BODY_JSON && yyjson_is_obj(body->json) &&
	    evidence->exchange->status != 201 && json_text(json_last(body->json, "client_secret")).len > 0)
		tell_secret(evidence, SIDE_RESPONSE, PART_BODY, "in a response", out);
}

void auth_token_request(const struct evidence *evidence, struct findings *out)
{
	if (evidence->exchange->request.is_seen) {
		judge_grant(evidence, out);
		judge_query(evidence, out);
	}
	judge_response(evidence, out);
}
