#include "rules/auth/auth.h"
#include "rules/evidence.h"

static enum part part_of(enum credential_place place)
{
	switch (place) {
	case CREDENTIAL_IN_QUERY:
		return PART_QUERY;
	case CREDENTIAL_IN_COOKIE:
		return PART_COOKIE;
	case CREDENTIAL_IN_HEADER:
		break;
	}
	return PART_HEADER;
}

/* A certificate that a proxy names is public: it does not open anything by itself. */
static const struct credential *first_secret(const struct credentials *credentials)
{
	for (size_t i = 0; i < credentials->count; i++) {
		if (credentials->list[i].kind != CREDENTIAL_CERTIFICATE && credentials->list[i].value.len > 0)
			return &credentials->list[i];
	}
	return NULL;
}

void auth_cleartext_credential(const struct evidence *evidence, struct findings *out)
{
	const struct credential *secret = first_secret(evidence->credentials);
	struct finding *finding;

	if (secret == NULL || evidence->exchange->is_decrypted || !evidence->exchange->request.is_seen)
		return;
	finding = findings_add(out, "auth.cleartext_credential");
	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, part_of(secret->place), secret->name);
	finding->expected = BYTES("an encrypted connection");
	finding->observed = arena_printf(out->arena, "%s without TLS", credential_kind_name(secret->kind));
	finding_say(finding, out->arena, "A %s credential crosses the network unencrypted: " BYTES_FORMAT,
		    credential_kind_name(secret->kind), BYTES_PRINT(evidence_target(evidence, out->arena)));
}
