#include "rules/auth/auth.h"
#include "rules/evidence.h"

static bool is_public(const struct operation *operation)
{
	for (size_t i = 0; i < operation->requirement_count; i++)
		if (operation->requirements[i].count > 0)
			return false;
	return true;
}

/* A session cookie goes everywhere by itself, and a proxy names the certificate. */
static bool is_shown(const struct credential *credential)
{
	return credential->kind != CREDENTIAL_COOKIE && credential->kind != CREDENTIAL_CERTIFICATE;
}

static enum part part_of(enum credential_place place)
{
	return place == CREDENTIAL_IN_QUERY    ? PART_QUERY
	       : place == CREDENTIAL_IN_COOKIE ? PART_COOKIE
					       : PART_HEADER;
}

void auth_undeclared(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);

	if (operation == NULL || operation->is_token_endpoint || !is_public(operation))
		return;
	for (size_t i = 0; i < evidence->credentials->count; i++) {
		const struct credential *credential = &evidence->credentials->list[i];
		struct finding *finding;

		if (!is_shown(credential))
			continue;
		finding = findings_add(out, "auth.undeclared");
		if (finding == NULL)
			return;
		finding_locate(finding, SIDE_REQUEST, part_of(credential->place), credential->name);
		finding->expected = BYTES("no credential");
		finding->observed = bytes_of(credential_kind_name(credential->kind));
		finding_say(finding, out->arena,
			    BYTES_FORMAT " on " BYTES_FORMAT ", for which the contract asks none",
			    BYTES_PRINT(finding->observed),
			    BYTES_PRINT(evidence_target(evidence, out->arena)));
	}
}
