#include "rules/auth/auth.h"
#include "rules/evidence.h"

/* Off-boarding ends access: an answer shows that it did not. */
void auth_partner_state(const struct evidence *evidence, struct findings *out)
{
	const struct partner *partner = evidence->partner;
	const struct exchange *exchange = evidence->exchange;
	uint64_t time_ns = exchange->request.first_ns != 0 ? exchange->request.first_ns : exchange->time_ns;
	struct finding *finding;

	if (partner == NULL || partner->offboarded_ns == 0 || time_ns < partner->offboarded_ns ||
	    !exchange->request.is_seen || !evidence_is_accepted(evidence))
		return;
	finding = findings_add(out, "auth.revoked_partner_active");
	if (finding == NULL)
		return;
	finding->expected = BYTES("no access after the partner left");
	finding->observed = BYTES("an answer");
	finding_say(finding, out->arena, "Partner " BYTES_FORMAT " left, and is still served: " BYTES_FORMAT,
		    BYTES_PRINT(partner->id), BYTES_PRINT(evidence_target(evidence, out->arena)));
}
