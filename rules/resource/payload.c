#include "rules/evidence.h"
#include "rules/resource/resource.h"

static void tell_bomb(const struct evidence *evidence, enum side side, const struct message *message,
		      struct findings *out)
{
	struct finding *finding;

	if (message->body.coding != CODING_BOMB && message->body.coding != CODING_COSTLY)
		return;
	finding = findings_add(out, "resource.compression_bomb");
	if (finding == NULL)
		return;
	finding_locate(finding, side, PART_BODY, BYTES_NONE);
	finding->expected = BYTES("content that can be unpacked within the ceilings of size, ratio and work");
	finding->observed = arena_printf(out->arena, "more than %llu bytes out of %llu",
					 (unsigned long long)message->body.content.len,
					 (unsigned long long)message->body.wire_len);
	finding_say(finding, out->arena, "Compressed body that unpacks without end: " BYTES_FORMAT,
		    BYTES_PRINT(evidence_target(evidence, out->arena)));
}

/* Files are as large as they are: only what a server has to read as a whole is measured. */
static bool is_structured(const struct body_reading *reading)
{
	return reading->kind == BODY_JSON || reading->kind == BODY_FORM || reading->kind == BODY_MALFORMED ||
	       reading->kind == BODY_UNREAD;
}

void resource_payload(const struct evidence *evidence, struct findings *out)
{
	const struct message *request = &evidence->exchange->request;
	const struct resources_agreed *agreed = resources_of(evidence->partner);
	uint64_t len = request->body.wire_len;
	struct finding *finding;

	tell_bomb(evidence, SIDE_REQUEST, request, out);
	tell_bomb(evidence, SIDE_RESPONSE, &evidence->exchange->response, out);
	if (request->body.content.len > len)
		len = request->body.content.len;
	if (len <= agreed->payload_bytes || !is_structured(evidence->request))
		return;
	finding = findings_add(out, "resource.payload_size");
	if (finding == NULL)
		return;
	finding_locate(finding, SIDE_REQUEST, PART_BODY, BYTES_NONE);
	finding->expected =
		arena_printf(out->arena, "at most %llu bytes", (unsigned long long)agreed->payload_bytes);
	finding->observed = arena_printf(out->arena, "%llu bytes", (unsigned long long)len);
}
