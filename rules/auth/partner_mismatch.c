#include "rules/auth/auth.h"
#include "rules/evidence.h"

/* A credential names one partner, the path, host or network another. */
void auth_partner_mismatch(const struct evidence *evidence, struct findings *out)
{
	const struct partner *shown = evidence->partner_shown, *place = evidence->partner_of_place;
	struct finding *finding;

	if (shown == NULL || place == NULL || shown == place || !evidence_has_request(evidence))
		return;
	finding = findings_add(out, "auth.partner_mismatch");
	if (finding == NULL)
		return;
	finding->expected =
		arena_printf(out->arena, "a credential of partner " BYTES_FORMAT, BYTES_PRINT(place->id));
	finding->observed = arena_printf(out->arena, "one of partner " BYTES_FORMAT, BYTES_PRINT(shown->id));
	finding_say(finding, out->arena,
		    "Partner " BYTES_FORMAT " where partner " BYTES_FORMAT " calls from or to: " BYTES_FORMAT,
		    BYTES_PRINT(shown->id), BYTES_PRINT(place->id),
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}
