#include "rules/access/access.h"
#include "rules/evidence.h"
#include "specs/contract.h"

static void tell(const struct evidence *evidence, const char *id, struct bytes expected,
		 struct bytes observed, struct findings *out)
{
	struct finding *finding = findings_add(out, id);

	if (finding == NULL)
		return;
	finding->expected = expected;
	finding->observed = observed;
	finding_say(finding, out->arena, "%s: " BYTES_FORMAT " from " BYTES_FORMAT, finding->kind->title,
		    BYTES_PRINT(evidence_target(evidence, out->arena)), BYTES_PRINT(observed));
}

static struct bytes client_words(const struct evidence *evidence, struct arena *arena)
{
	char text[ADDRESS_TEXT_MAX];

	address_print(evidence_client(evidence), text);
	return arena_copy(arena, bytes_of(text));
}

static void judge_network(const struct evidence *evidence, struct findings *out)
{
	const struct partner *partner = evidence->partner;
	const struct address *client = &evidence->exchange->client.address;

	for (size_t i = 0; i < partner->network_count; i++) {
		if (network_contains(&partner->networks[i], client))
			return;
	}
	if (partner->network_count > 0)
		tell(evidence, "access.ip_not_allowed", BYTES("an address of the agreed networks"),
		     client_words(evidence, out->arena), out);
}

static bool is_agreed_country(const struct partner *partner, const struct origin *origin)
{
	for (size_t i = 0; i < partner->country_count; i++) {
		if (bytes_equal_nocase(partner->countries[i], bytes_of(origin->country)))
			return true;
	}
	return partner->country_count == 0 || origin->country[0] == '\0';
}

static bool is_agreed_system(const struct partner *partner, const struct origin *origin)
{
	for (size_t i = 0; i < partner->asn_count; i++) {
		if (partner->asns[i] == origin->asn)
			return true;
	}
	return partner->asn_count == 0 || origin->asn == 0;
}

static void judge_origin(const struct evidence *evidence, struct findings *out)
{
	const struct partner *partner = evidence->partner;
	const struct origin *origin = evidence->client_origin;

	if (origin == NULL)
		return;
	if (!is_agreed_country(partner, origin))
		tell(evidence, "access.geo_not_allowed", BYTES("an agreed country"),
		     arena_copy(out->arena, bytes_of(origin->country)), out);
	else if (!is_agreed_system(partner, origin))
		tell(evidence, "access.geo_not_allowed", BYTES("an agreed autonomous system"),
		     arena_printf(out->arena, "AS%u", origin->asn), out);
}

/* Of an unknown caller nothing was agreed. */
void access_source(const struct evidence *evidence, struct findings *out)
{
	const struct surroundings *around = evidence->surroundings;
	const struct address *client = &evidence->exchange->client.address;

	if (evidence->partner == NULL || !evidence->exchange->request.is_seen)
		return;
	judge_network(evidence, out);
	judge_origin(evidence, out);
	if (around != NULL && network_set_has(&around->anonymizers, client))
		tell(evidence, "access.anonymizer", BYTES("an address of the partner's own"),
		     client_words(evidence, out->arena), out);
}
