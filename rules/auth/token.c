#include "rules/auth/token.h"

#include "rules/evidence.h"

bool token_counts(const struct credential *credential)
{
	return credential->has_jwt && credential->place != CREDENTIAL_IN_COOKIE;
}

bool token_is_needless(const struct evidence *evidence)
{
	const struct operation *operation = evidence_operation(evidence);

	if (operation == NULL || !operation->has_security)
		return false;
	for (size_t i = 0; i < operation->requirement_count; i++) {
		if (operation->requirements[i].count == 0)
			return true;
	}
	return operation->requirement_count == 0;
}

bool token_is_confused(const struct partner *partner, const struct jwt *jwt)
{
	if (partner == NULL || partner->tokens.keys == NULL || !bytes_starts(jwt->algorithm, BYTES("HS")) ||
	    !jwks_is_public(partner->tokens.keys))
		return false;
	for (size_t i = 0; i < partner->tokens.algorithm_count; i++) {
		if (bytes_equal(partner->tokens.algorithms[i], jwt->algorithm))
			return false;
	}
	return true;
}

struct finding *token_finding(const struct evidence *evidence, const struct credential *credential,
			      const char *id, struct findings *out)
{
	struct finding *finding = findings_add(out, id);

	if (finding == NULL)
		return NULL;
	finding_locate(finding, SIDE_REQUEST,
		       credential->place == CREDENTIAL_IN_QUERY ? PART_QUERY : PART_HEADER, credential->name);
	finding_say(finding, out->arena, "%s: " BYTES_FORMAT, finding->kind->title,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
	return finding;
}
