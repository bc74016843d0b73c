/* The names of records: hashes of exactly the fields named here, on every machine the same. */
#include "sensor/publish/event_parts.h"

static bool is_index(struct bytes token)
{
	for (size_t i = 0; i < token.len; i++)
		if (!ascii_is_digit(token.data[i]))
			return false;
	return token.len > 0;
}

/* The pointer token by token, indexes folded to '-' as pointer_fold does, but without memory to ask for. */
static void add_pointer(struct digest *digest, struct bytes pointer)
{
	struct bytes rest = pointer.len > 0 ? pointer : BYTES_NONE;

	while (rest.data != NULL) {
		struct bytes token = bytes_split(&rest, '/');

		digest_text(digest, is_index(token) ? BYTES("-") : token);
	}
}

static void add_location(struct digest *digest, const struct finding *finding)
{
	if (!finding->has_location)
		return;
	digest_number(digest, finding->side);
	digest_number(digest, finding->part);
	digest_text(digest, finding->name);
	add_pointer(digest, finding->pointer);
}

enum status event_finding_uid(const struct judged *judged, const struct finding *finding,
			      uint8_t uid[JUDGED_UID_LEN])
{
	bool has_id = judged->operation_id.len > 0;
	struct digest digest;

	_Static_assert(JUDGED_UID_LEN == DIGEST_LEN, "one kind of hash");
	digest_init(&digest, "finding");
	digest_text(&digest, judged->partner_id);
	digest_text(&digest, finding->is_partner_wide ? BYTES_NONE : judged->api_id);
	/* operationId, else method and template, which name an operation only together. */
	if (finding->is_partner_wide)
		digest_text(&digest, BYTES("every operation"));
	else
		digest_text(&digest, has_id ? judged->operation_id : judged->method);
	digest_text(&digest, has_id || finding->is_partner_wide ? finding->subject : judged->template);
	digest_text(&digest, bytes_of(finding->kind->id));
	digest_text(&digest, finding->class_id);
	add_location(&digest, finding); /* last: it has no fixed number of fields */
	return digest_finish(&digest, uid);
}
