#include "parsers/base/limits.h"
#include "rules/evidence.h"
#include "rules/zombie/zombie.h"
#include "specs/partner_value.h"

/* RFC 8594 section 3 has one HTTP-date (RFC 9110 section 5.6.7): "Sat, 31 Dec 2026 23:59:59 GMT". */
static bool http_date_read(struct bytes text, uint64_t *out_ns)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct bytes month = bytes_slice(text, 8, 3);
	size_t at = bytes_find(BYTES(months), month);
	char iso[32] = "0000-00-00T00:00:00Z";

	if (text.len != 29 || text.data[3] != ',' || at == BYTES_NOT_FOUND || at % 3 != 0 ||
	    !bytes_ends(text, BYTES(" GMT")))
		return false;
	for (size_t i = 0; i < 4; i++)
		iso[i] = text.data[12 + i];
	iso[5] = (char)('0' + (at / 3 + 1) / 10);
	iso[6] = (char)('0' + (at / 3 + 1) % 10);
	iso[8] = text.data[5];
	iso[9] = text.data[6];
	for (size_t i = 0; i < 8; i++)
		iso[11 + i] = text.data[17 + i];
	return date_read(bytes_of(iso), true, out_ns);
}

/* When the operation was to end: as the contract says, else as the server does; 0: nobody does. */
static uint64_t sunset_of(const struct evidence *evidence)
{
	const struct operation *operation = evidence_operation(evidence);
	const struct header *header = message_header(&evidence->exchange->response, BYTES("sunset"));
	uint64_t end_ns = 0;

	if (operation == NULL)
		return 0;
	if (operation->sunset.len > 0 && date_read(operation->sunset, true, &end_ns))
		return end_ns;
	return header != NULL && http_date_read(bytes_trim(header->value), &end_ns) ? end_ns : 0;
}

bool zombie_is_past_sunset(const struct evidence *evidence)
{
	uint64_t end_ns = sunset_of(evidence);

	return end_ns > 0 && (uint64_t)evidence_time_s(evidence) >= end_ns / SECONDS &&
	       evidence_is_accepted(evidence);
}

void zombie_sunset_passed(const struct evidence *evidence, struct findings *out)
{
	const struct operation *operation = evidence_operation(evidence);
	struct finding *finding;

	if (!zombie_is_past_sunset(evidence))
		return;
	finding = findings_add(out, "zombie.sunset_passed");
	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_PATH, BYTES_NONE);
	finding->expected = operation->sunset.len > 0 ? arena_printf(out->arena, "gone after " BYTES_FORMAT,
								     BYTES_PRINT(operation->sunset))
						      : BYTES("gone, as its Sunset header says");
	finding->observed = BYTES("answered");
	finding_say(finding, out->arena, BYTES_FORMAT " is still answered after its sunset",
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}
