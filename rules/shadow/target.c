#include "parsers/grpc.h"
#include "rules/evidence.h"
#include "rules/shadow/shadow.h"
#include "rules/words.h"
#include "rules/zombie/zombie.h"

static void tell_host(const struct evidence *evidence, struct findings *out)
{
	struct finding *finding = findings_add(out, "shadow.host");
	struct bytes host = words_host(bytes_slice(evidence->exchange->host, 0, 255), out->arena);

	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_HEADER, BYTES("host"));
	finding->expected = BYTES("a host that a contract names");
	finding->observed = host.len > 0 ? host : BYTES("no host");
	finding_say(finding, out->arena, "Call to %s" BYTES_FORMAT ", which no contract names",
		    host.len > 0 ? "host " : "an address without host name", BYTES_PRINT(host));
}

static void tell_path(const struct evidence *evidence, struct findings *out, const char *id,
		      const char *expected, const char *why)
{
	struct bytes target = evidence_target(evidence, out->arena);
	struct finding *finding = findings_add(out, id);

	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_PATH, BYTES_NONE);
	finding->expected = bytes_of(expected);
	finding->observed = target;
	finding_say(finding, out->arena, BYTES_FORMAT " %s", BYTES_PRINT(target), why);
}

static void tell_method(const struct evidence *evidence, struct findings *out)
{
	struct bytes target = evidence_target(evidence, out->arena);
	struct finding *finding = findings_add(out, "shadow.method");

	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_PATH, BYTES_NONE);
	finding->expected = evidence->match->allowed;
	finding->observed = bytes_slice(target, 0, bytes_find_byte(target, ' '));
	finding_say(finding, out->arena, BYTES_FORMAT ": the contract does not declare this method",
		    BYTES_PRINT(target));
}

static void tell_other(const struct evidence *evidence, struct findings *out)
{
	struct bytes target = evidence_target(evidence, out->arena);
	struct finding *finding = findings_add(out, "shadow.api_for_partner");

	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_PATH, BYTES_NONE);
	finding->expected = BYTES("an operation of the caller's own contract");
	finding->observed = arena_printf(out->arena, "an operation of partner " BYTES_FORMAT,
					 BYTES_PRINT(evidence->match->other->id));
	finding_say(finding, out->arena, BYTES_FORMAT " is agreed with partner " BYTES_FORMAT " only",
		    BYTES_PRINT(target), BYTES_PRINT(evidence->match->other->id));
}

/* Another version of what the contract has is told as that. */
static bool tell_version(const struct evidence *evidence, struct findings *out)
{
	struct bytes seen, known;
	struct finding *finding;

	if (!shadow_version_known(evidence, &seen, &known))
		return false;
	finding = findings_add(out, "shadow.version");
	if (finding == NULL)
		return true;
	finding_locate(finding, SIDE_REQUEST, PART_PATH, BYTES_NONE);
	finding->expected = known;
	finding->observed = seen;
	finding_say(finding, out->arena, BYTES_FORMAT " is in no contract: version " BYTES_FORMAT " is",
		    BYTES_PRINT(evidence_target(evidence, out->arena)), BYTES_PRINT(known));
	return true;
}

/* The service is in the contract, the method is not. */
static bool is_grpc_method(const struct evidence *evidence)
{
	const struct grpc_call *call = evidence->exchange->grpc;
	const struct spec *spec = evidence->match->api == NULL ? NULL : evidence->match->api->spec;

	for (size_t i = 0; call != NULL && call->service.len > 0 && spec != NULL && i < spec->operation_count;
	     i++) {
		struct bytes template = spec->operations[i].template;

		if (template.len > call->service.len + 1 &&
		    bytes_equal(bytes_slice(template, 1, call->service.len), call->service) &&
		    template.data[call->service.len + 1] == '/')
			return true;
	}
	return false;
}

static void tell_no_path(const struct evidence *evidence, struct findings *out)
{
	if (is_grpc_method(evidence))
		tell_path(evidence, out, "conform.grpc.method_unknown", "a method of the service",
			  "is no method of its service");
	else
		tell_path(evidence, out, "shadow.path", "a path that the contract declares",
			  "is not in the contract");
}

void shadow_target(const struct evidence *evidence, struct findings *out)
{
	if (!evidence->exchange->request.is_seen || contract_is_empty(evidence->contract))
		return;
	if (evidence->match->other != NULL) {
		tell_other(evidence, out);
		return;
	}
	/* What was answered tells a zombie from what is only not there any more. */
	if (zombie_is_removed(evidence) ||
	    (evidence->match->removed != NULL && !evidence->exchange->response.is_seen))
		return;
	if ((evidence->match->kind == MATCH_NO_BASE || evidence->match->kind == MATCH_NO_PATH) &&
	    tell_version(evidence, out))
		return;
	switch (evidence->match->kind) {
	case MATCH_NO_HOST:
		tell_host(evidence, out);
		break;
	case MATCH_NO_BASE:
		tell_path(evidence, out, "shadow.base_path", "a base path that a contract names",
			  "is below a base path that no contract names");
		break;
	case MATCH_NO_PATH:
		tell_no_path(evidence, out);
		break;
	case MATCH_NO_METHOD:
		tell_method(evidence, out);
		break;
	default:
		break;
	}
}
