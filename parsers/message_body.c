#include "parsers/message_body.h"

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/content_coding.h"
#include "parsers/long_body.h"

void message_body_expect(struct buffer *kept, size_t part_len, uint64_t due)
{
	uint64_t likely = 4 * ((uint64_t)kept->len + part_len);

	if (part_len <= kept->capacity - kept->len)
		return;
	due = due < likely ? due : likely;
	if (due < kept->bytes_max - kept->len)
		(void)!buffer_reserve(kept, due + 1);
}

/* Content codings were applied before transfer codings. One more than the limit is enough to pass it. */
size_t message_codings(const struct message *message, const struct bytes *transfer_codings,
		       size_t transfer_coding_count, struct bytes codings[MESSAGE_CODINGS_MAX])
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
	CHECK(transfer_coding_count <= LIMIT_CODING_LAYERS + 1);
	for (size_t i = 0; i < transfer_coding_count; i++)
		codings[count++] = transfer_codings[i];
	return count;
}

/* All that was sent was kept, but not all that it stands for: it is read from the front once more. */
static void read_decoded(struct exchange *exchange, struct message *message, const struct message_body *body,
			 struct bytes kept)
{
	struct long_body *whole =
		long_body_new(&(struct long_body_plan){.reader = body->reader,
						       .counts = body->counts,
						       .exchange = exchange,
						       .message = message,
						       .transfer_codings = body->transfer_codings,
						       .transfer_coding_count = body->transfer_coding_count});

	long_body_take(whole, kept);
	long_body_free(whole, message->body.state == BODY_WHOLE);
}

/* Small ones stand in the arena beside what is told of them; an exchange has two bodies. */
#define MOVED_FROM_BYTES KIB

/* As it is: moved, with a NUL behind it as arena_copy has one, or copied. */
static struct bytes take_over(struct exchange *exchange, struct buffer *kept)
{
	struct bytes content = buffer_bytes(kept);

	if (kept->len < MOVED_FROM_BYTES ||
	    exchange->body_count == sizeof(exchange->bodies) / sizeof(exchange->bodies[0]) ||
	    buffer_append_byte(kept, '\0') != STATUS_OK)
		return arena_copy(&exchange->arena, content);
	content.data = kept->data;
	exchange->bodies[exchange->body_count++] = *kept;
	*kept = BUFFER_MAX(kept->bytes_max);
	return content;
}

void message_body_set(struct exchange *exchange, struct message *message, const struct message_body *body)
{
	struct bytes codings[MESSAGE_CODINGS_MAX];
	size_t count = message_codings(message, body->transfer_codings, body->transfer_coding_count, codings);
	struct coding_plan plan = {
		.arena = &exchange->arena, .bytes_max = body->bytes_max, .unpacker = body->unpacker};
	struct body *out = &message->body;
	struct bytes kept = buffer_bytes(body->kept);

	plan.is_partial = out->state != BODY_WHOLE;
	out->coding = content_decode(codings, count, &plan, kept, &out->content);
	if (out->content.data == kept.data)
		out->content = take_over(exchange, body->kept);
	if (out->content.data == NULL && kept.len > 0) {
		out->content = BYTES_NONE;
		out->state = BODY_CUT;
	}
	if (out->coding == CODING_BOMB && out->content.len >= body->bytes_max && body->reader != NULL &&
	    out->read_along == NULL)
		read_decoded(exchange, message, body, kept);
	if ((out->coding == CODING_BOMB || out->coding == CODING_COSTLY) && out->state == BODY_WHOLE)
		out->state = BODY_CUT;
}
