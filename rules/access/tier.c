#include "rules/access/access.h"
#include "rules/evidence.h"
#include "specs/contract.h"

void access_tier(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	const struct partner *partner = evidence->partner;
	struct finding *finding;

	if (operation == NULL || partner == NULL || partner_tier_allows(partner, operation))
		return;
	finding = findings_add(out, "access.tier_violation");
	if (finding == NULL)
		return;
	finding->expected = arena_printf(out->arena, "an operation of the tier " BYTES_FORMAT,
					 BYTES_PRINT(partner->tier));
	finding->observed = operation->id;
	finding_say(finding, out->arena, BYTES_FORMAT " is not in the tier " BYTES_FORMAT,
		    BYTES_PRINT(evidence_target(evidence, out->arena)), BYTES_PRINT(partner->tier));
}
