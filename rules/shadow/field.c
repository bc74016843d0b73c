#include "rules/evidence.h"
#include "rules/shadow/shadow.h"
#include "rules/usual_fields.h"
#include "rules/words.h"
#include "specs/cookie.h"

/* Undeclared header fields and cookies are allowed, and proxies add some: told to who asks for it. */

static void tell(const struct evidence *evidence, const char *id, enum side side, enum part part,
		 struct bytes name, struct findings *out)
{
	struct finding *finding = findings_add(out, id);
	struct bytes shown = words_name(name);

	if (finding == NULL)
		return;
	finding_locate(finding, side, part, name);
	finding->expected = BYTES("a declared name");
	finding->observed = BYTES("sent");
	finding_say(finding, out->arena, "%s: " BYTES_FORMAT " (" BYTES_FORMAT ")", finding->kind->title,
		    BYTES_PRINT(shown), BYTES_PRINT(evidence_target(evidence, out->arena)));
}

/* By a parameter, or as the place of an API key of any alternative. */
static bool is_declared(const struct operation *operation, enum part part, struct bytes name)
{
	for (size_t i = 0; i < operation->parameter_count; i++)
		if (operation->parameters[i].part == part && bytes_equal(operation->parameters[i].name, name))
			return true;
	for (size_t i = 0; i < operation->requirement_count; i++)
		for (size_t k = 0; k < operation->requirements[i].count; k++) {
			const struct security_scheme *scheme = &operation->requirements[i].schemes[k];

			if (scheme->kind == SECURITY_API_KEY && scheme->part == part &&
			    bytes_equal(scheme->name, name))
				return true;
		}
	return false;
}

void shadow_header(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	const struct message *request = &evidence->exchange->request;

	if (operation == NULL || operation->is_lookalike)
		return;
	for (size_t i = 0; i < request->header_count; i++) {
		struct bytes name = request->headers[i].name;

		if (!usual_field(name) && !is_declared(operation, PART_HEADER, name))
			tell(evidence, "shadow.header", SIDE_REQUEST, PART_HEADER, name, out);
	}
}

void shadow_cookie(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	struct cookie cookie = {0};

	if (operation == NULL || operation->is_lookalike)
		return;
	while (cookie_next(&evidence->exchange->request, &cookie))
		if (!usual_cookie(cookie.name) && !is_declared(operation, PART_COOKIE, cookie.name))
			tell(evidence, "shadow.cookie", SIDE_REQUEST, PART_COOKIE, cookie.name, out);
}

static bool is_promised(const struct response *response, struct bytes name)
{
	for (size_t i = 0; i < response->header_count; i++)
		if (bytes_equal(response->headers[i].name, name))
			return true;
	return false;
}

/* Only names of a provider's own making: "X-Internal-Node". */
void shadow_response_header(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	const struct message *message = &evidence->exchange->response;
	const struct response *response;

	if (operation == NULL || operation->is_lookalike || !message->is_seen)
		return;
	response = operation_response(operation, evidence->exchange->status);
	for (size_t i = 0; response != NULL && i < message->header_count; i++) {
		struct bytes name = message->headers[i].name;

		if (bytes_starts(name, BYTES("x-")) && !usual_field(name) && !is_promised(response, name))
			tell(evidence, "shadow.response_header", SIDE_RESPONSE, PART_HEADER, name, out);
	}
}
