#include "rules/access/access.h"
#include "rules/evidence.h"
#include "specs/surroundings.h"

static bool is_gateway(const struct surroundings *around, const struct address *address)
{
	for (size_t i = 0; i < around->gateway_count; i++) {
		if (network_contains(&around->gateways[i], address))
			return true;
	}
	return false;
}

/* What comes from a gateway, or goes to one, is on its way through it. */
void access_gateway_bypass(const struct evidence *evidence, struct findings *out)
{
	const struct surroundings *around = evidence->surroundings;
	const struct exchange *exchange = evidence->exchange;
	const struct endpoint *peer = exchange->is_proxied ? &exchange->proxy : &exchange->client;
	struct finding *finding;

	if (around == NULL || around->gateway_count == 0 || !exchange->request.is_seen ||
	    is_gateway(around, &peer->address) || is_gateway(around, &exchange->server.address))
		return;
	finding = findings_add(out, "access.gateway_bypass");
	if (finding == NULL)
		return;
	finding->expected = BYTES("a call through a declared gateway");
	finding->observed = BYTES("a direct call");
	finding_say(finding, out->arena, "A call past the gateways: " BYTES_FORMAT,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}
