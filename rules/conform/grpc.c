#include "parsers/grpc.h"
#include "rules/conform/conform_rules.h"
#include "rules/evidence.h"

static void judge(const struct evidence *evidence, const struct grpc_messages *messages, enum side side,
		  struct findings *out)
{
	struct finding *finding;

	if (!messages->is_read ||
	    (messages->outcome != GRPC_TRUNCATED && messages->outcome != GRPC_BAD_PREFIX &&
	     messages->outcome != GRPC_BAD_MESSAGE))
		return;
	finding = findings_add(out, "conform.grpc.message_undecodable");
	if (finding == NULL)
		return;
	finding_locate(finding, side, PART_BODY, BYTES_NONE);
	finding->expected = BYTES("protobuf messages, each behind its length");
	finding->observed = bytes_of(grpc_outcome_name(messages->outcome));
	finding_say(finding, out->arena, "%s: " BYTES_FORMAT, finding->kind->title,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}

/* Only of a whole exchange: what loss cut is no broken message. */
void conform_grpc(const struct evidence *evidence, struct findings *out)
{
	const struct grpc_call *call = evidence->exchange->grpc;

	if (call == NULL || evidence_operation(evidence) == NULL || !evidence_is_complete(evidence))
		return;
	judge(evidence, &call->request, SIDE_REQUEST, out);
	judge(evidence, &call->response, SIDE_RESPONSE, out);
}
