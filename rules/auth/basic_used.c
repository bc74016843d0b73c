#include "rules/auth/auth.h"
#include "rules/evidence.h"

/* Basic is agreed, or the contract's scheme is unknown, or no credential is needed. */
static bool is_agreed(const struct operation *operation)
{
	if (!operation->has_security)
		return false;
	for (size_t i = 0; i < operation->requirement_count; i++) {
		const struct security_requirement *requirement = &operation->requirements[i];

		for (size_t j = 0; j < requirement->count; j++) {
			if (requirement->schemes[j].kind == SECURITY_BASIC ||
			    requirement->schemes[j].kind == SECURITY_UNKNOWN)
				return true;
		}
	}
	return operation->requirement_count == 0;
}

void auth_basic_used(const struct evidence *evidence, struct findings *out)
{
	const struct credential *basic = credentials_of(evidence->credentials, CREDENTIAL_BASIC);
	const struct operation *operation = evidence_operation(evidence);
	struct finding *finding;

	if (basic == NULL || !evidence_has_request(evidence))
		return;
	/* RFC 6749 section 2.3.1: a token endpoint's clients use Basic. */
	if (operation != NULL && (operation->is_token_endpoint || is_agreed(operation)))
		return;
	finding = findings_add(out, "auth.basic_used");
	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_HEADER, basic->name);
	finding->expected = BYTES("a scheme that the contract agrees on");
	finding->observed = BYTES("basic");
	finding_say(finding, out->arena, "Basic authentication on " BYTES_FORMAT,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}
