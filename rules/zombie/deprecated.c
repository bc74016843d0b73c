#include "rules/evidence.h"
#include "rules/zombie/zombie.h"

void zombie_deprecated(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	struct finding *finding;

	if (operation == NULL || !operation->is_deprecated || zombie_is_past_sunset(evidence))
		return;
	finding = findings_add(out, "zombie.deprecated");
	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_PATH, BYTES_NONE);
	finding->expected = operation->sunset.len > 0
				    ? arena_printf(out->arena, "not called; sunset " BYTES_FORMAT,
						   BYTES_PRINT(operation->sunset))
				    : BYTES("not called");
	finding->observed = BYTES("called");
	finding_say(finding, out->arena, BYTES_FORMAT " is deprecated and still called",
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}
