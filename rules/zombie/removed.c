#include "rules/evidence.h"
#include "rules/zombie/zombie.h"

/* Answered as if it were still there; one that is refused is gone indeed. */
bool zombie_is_removed(const struct evidence *evidence)
{
	return evidence->match->removed != NULL && evidence->match->other == NULL &&
	       evidence_is_accepted(evidence);
}

void zombie_removed(const struct evidence *evidence, struct findings *out)
{
	struct finding *finding;

	if (!zombie_is_removed(evidence))
		return;
	finding = findings_add(out, "zombie.removed");
	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_PATH, BYTES_NONE);
	finding->expected =
		arena_printf(out->arena, "not answered: gone since " BYTES_FORMAT " of the contract",
			     BYTES_PRINT(evidence->match->removed_since));
	finding->observed = BYTES("answered");
	finding_say(finding, out->arena, BYTES_FORMAT " went in " BYTES_FORMAT " and is still answered",
		    BYTES_PRINT(evidence_target(evidence, out->arena)),
		    BYTES_PRINT(evidence->match->removed_since));
}
