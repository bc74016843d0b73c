#include "parsers/message_body.h"

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/content_coding.h"

#define CODINGS_MAX (2 * LIMIT_CODING_LAYERS + 2)

/* Content codings were applied before transfer codings. One more than the limit is enough to pass it. */
static size_t codings_of(const struct message *message, const struct message_body *body,
			 struct bytes codings[CODINGS_MAX])
{
	const struct header *header = message_header(message, BYTES("content-encoding"));
	size_t count = 0;

	for (; header != NULL; header = message_header_next(message, header))
		for (struct bytes rest = header->value; rest.data != NULL;) {
			struct bytes name = bytes_trim(bytes_split(&rest, ','));

			if (name.len == 0 || bytes_equal_nocase(name, BYTES("identity")))
				continue;
			if (count <= LIMIT_CODING_LAYERS)
				codings[count++] = name;
		}
	CHECK(body->transfer_coding_count <= LIMIT_CODING_LAYERS + 1);
	for (size_t i = 0; i < body->transfer_coding_count; i++)
		codings[count++] = body->transfer_codings[i];
	return count;
}

void message_body_set(struct exchange *exchange, struct message *message, const struct message_body *body)
{
	struct bytes codings[CODINGS_MAX];
	size_t count = codings_of(message, body, codings);
	struct coding_plan plan = {.arena = &exchange->arena, .bytes_max = body->bytes_max};
	struct body *out = &message->body;

	plan.is_partial = out->state != BODY_WHOLE;
	out->coding = content_decode(codings, count, &plan, body->kept, &out->content);
	if (out->content.data == body->kept.data)
		out->content = arena_copy(&exchange->arena, body->kept);
	if (out->content.data == NULL && body->kept.len > 0) {
		out->content = BYTES_NONE;
		out->state = BODY_CUT;
	}
	if ((out->coding == CODING_BOMB || out->coding == CODING_COSTLY) && out->state == BODY_WHOLE)
		out->state = BODY_CUT;
}
