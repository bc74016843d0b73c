#include "rules/evidence.h"
#include "rules/pii/pii.h"
#include "specs/security_match.h"

/* Of people, not of machines: credentials are judged by auth.* and secret.*. */
static bool is_personal(const struct hit *hit)
{
	return hit->class->is_sensitive && !hit->class->is_secret;
}

/* No hit before it was of the same class and side: once is enough. */
static bool is_first(const struct hits *hits, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (hits->list[i].class == hits->list[index].class &&
		    hits->list[i].side == hits->list[index].side &&
		    !pii_is_credential_place(&hits->list[i]) &&
		    (hits->list[i].part == PART_BODY) == (hits->list[index].part == PART_BODY))
			return false;
	return true;
}

/* -- without a credential ------------------------------------------------------------- */

static bool has_credential(const struct credentials *credentials)
{
	for (size_t i = 0; i < credentials->count; i++)
		if (credentials->list[i].value.len > 0 || credentials->list[i].user.len > 0)
			return true;
	return false;
}

/* Accepted without one, where the contract did not ask for one that cannot be seen from here (mutual TLS). */
static bool is_anonymous(const struct evidence *evidence, bool *out_is_public)
{
	const struct operation *operation = evidence_operation(evidence);
	struct security_verdict verdict;

	*out_is_public = false;
	if (!evidence_has_request(evidence) || !evidence_is_accepted(evidence) ||
	    has_credential(evidence->credentials))
		return false;
	if (operation == NULL)
		return true;
	security_match(operation, evidence->exchange, evidence->credentials, &verdict);
	*out_is_public = verdict.outcome == SECURITY_PUBLIC || verdict.outcome == SECURITY_NOT_DECLARED;
	return verdict.outcome != SECURITY_SATISFIED;
}

/* -- in caches -------------------------------------------------------------------------- */

static bool has_directive(struct bytes line, struct bytes directive)
{
	for (struct bytes rest = line; rest.data != NULL;) {
		struct bytes value = bytes_trim(bytes_split(&rest, ','));
		struct bytes name = bytes_trim(bytes_split(&value, '='));
		uint64_t seconds;

		if (!bytes_equal_nocase(name, directive))
			continue;
		/* "max-age=0" allows nothing. */
		return value.data == NULL || !bytes_to_u64(bytes_trim(value), &seconds) || seconds > 0;
	}
	return false;
}

static bool says(const struct message *message, const char *directive)
{
	const struct header *field = message_header(message, BYTES("cache-control"));

	for (; field != NULL; field = message_header_next(message, field))
		if (has_directive(field->value, bytes_of(directive)))
			return true;
	return false;
}

enum storing { STORING_FORBIDDEN, STORING_NOT_SAID, STORING_ALLOWED };

/* RFC 9111 sections 3, 3.5 and 4.2.2: may a cache that others share keep the answer? What answers an
 * Authorization field is kept only where the answer says so. */
static enum storing storing_of(const struct evidence *evidence)
{
	const struct exchange *exchange = evidence->exchange;
	const struct message *answer = &exchange->response;
	bool is_read =
		bytes_equal(exchange->method, BYTES("GET")) || bytes_equal(exchange->method, BYTES("HEAD"));

	if (!is_read || !evidence_has_request(evidence) || !evidence_is_accepted(evidence) ||
	    answer->has_unknown_fields || (answer->oddities & ODDITY_HEAD_CUT) != 0)
		return STORING_FORBIDDEN;
	if (says(answer, "no-store") || says(answer, "private") || says(answer, "no-cache"))
		return STORING_FORBIDDEN;
	if (says(answer, "public") || says(answer, "s-maxage"))
		return STORING_ALLOWED;
	if (message_header(&exchange->request, BYTES("authorization")) != NULL)
		return STORING_FORBIDDEN;
	if (says(answer, "max-age"))
		return STORING_ALLOWED;
	return message_header(answer, BYTES("cache-control")) == NULL ? STORING_NOT_SAID : STORING_FORBIDDEN;
}

/* -- abroad -------------------------------------------------------------------------- */

/* Where the caller is, when the contract says where data may go and this is elsewhere; else empty. */
static struct bytes country_abroad(const struct evidence *evidence)
{
	const struct partner *partner = evidence->partner;
	const struct bytes *agreed;
	struct bytes country;
	size_t count;

	if (partner == NULL || evidence->client_origin == NULL)
		return BYTES_NONE;
	agreed = partner->data.country_count > 0 ? partner->data.countries : partner->countries;
	count = partner->data.country_count > 0 ? partner->data.country_count : partner->country_count;
	country = bytes_of(evidence->client_origin->country);
	for (size_t i = 0; i < count; i++)
		if (bytes_equal_nocase(agreed[i], country))
			return BYTES_NONE;
	return count == 0 ? BYTES_NONE : country;
}

static void tell_abroad(const struct evidence *evidence, struct hit *hit, struct bytes country,
			struct findings *out)
{
	struct finding *finding = pii_tell(evidence, hit, "pii.cross_border", out);

	if (finding == NULL)
		return;
	finding->expected = BYTES("a country where the contract lets it go");
	finding->observed = arena_printf(out->arena, BYTES_FORMAT " to " BYTES_FORMAT,
					 BYTES_PRINT(hit->sample), BYTES_PRINT(country));
}

/* ------------------------------------------------------------------------------------- */

static void expect(struct finding *finding, struct bytes expected)
{
	if (finding != NULL)
		finding->expected = expected;
}

void pii_exposure(const struct evidence *evidence, struct findings *out)
{
	const struct hits *hits = evidence->hits;
	bool is_public = false, is_open = hits->count > 0 && is_anonymous(evidence, &is_public);
	struct bytes abroad = hits->count > 0 ? country_abroad(evidence) : BYTES_NONE;
	enum storing storing = hits->count > 0 ? storing_of(evidence) : STORING_FORBIDDEN;

	for (size_t i = 0; i < hits->count; i++) {
		struct hit *hit = &hits->list[i];
		bool is_answer = hit->side == SIDE_RESPONSE && hit->part == PART_BODY;

		if (!is_personal(hit) || pii_is_credential_place(hit) ||
		    pii_is_place_unknown(evidence, hit) || !is_first(hits, i))
			continue;
		/* What the contract says anybody may read is no secret. */
		if (is_answer && is_open && !(is_public && pii_is_allowed(evidence, hit)))
			expect(pii_tell(evidence, hit, "pii.unauthenticated", out), BYTES("a credential"));
		if (!evidence->exchange->is_decrypted)
			expect(pii_tell(evidence, hit, "pii.cleartext", out),
			       BYTES("an encrypted connection"));
		if (is_answer && abroad.len > 0)
			tell_abroad(evidence, hit, abroad, out);
		if (is_answer && (storing == STORING_ALLOWED ||
				  (storing == STORING_NOT_SAID && !pii_is_allowed(evidence, hit))))
			expect(pii_tell(evidence, hit, "pii.cacheable", out),
			       BYTES("Cache-Control: no-store"));
	}
}
