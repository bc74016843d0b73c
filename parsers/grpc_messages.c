#include "parsers/grpc_messages.h"

#include "parsers/base/cursor.h"
#include "parsers/content_coding.h"

/* "PROTOCOL-HTTP2", Length-Prefixed-Message; "PROTOCOL-WEB": the highest bit of the flag tells trailers. */
#define PREFIX_LEN    5
#define FLAG_PACKED   0x01
#define FLAG_TRAILERS 0x80

struct reading {
	const struct grpc_body *body;
	struct grpc_messages *out;
	struct grpc_texts texts;
	struct coding_plan plan;
	uint64_t unpacked; /* bytes so far, of body->bytes_max */
};

/* The first trouble stays. */
static void tell(struct reading *reading, enum grpc_outcome outcome)
{
	if (reading->out->outcome == GRPC_READ)
		reading->out->outcome = outcome;
}

/* False: nothing of it can be read. */
static bool unpack(struct reading *reading, struct bytes *message)
{
	const struct grpc_body *body = reading->body;
	struct bytes unpacked;
	enum coding_outcome outcome;

	if (message->len == 0)
		return true;
	if (body->coding.len == 0 || bytes_equal_nocase(body->coding, BYTES("identity"))) {
		tell(reading, body->is_coding_unknown ? GRPC_NOT_WHOLE : GRPC_BAD_CODING);
		return false;
	}
	if (reading->unpacked >= body->bytes_max) {
		tell(reading, GRPC_CEILING);
		return false;
	}
	reading->plan.bytes_max = body->bytes_max - reading->unpacked;
	outcome = content_decode(&body->coding, 1, &reading->plan, *message, &unpacked);
	if (outcome == CODING_BOMB || outcome == CODING_COSTLY)
		tell(reading, GRPC_CEILING);
	else if (outcome != CODING_DECODED)
		tell(reading, GRPC_BAD_CODING);
	if (unpacked.data == message->data) /* as sent: nothing could be unpacked */
		return false;
	reading->unpacked += unpacked.len;
	*message = unpacked;
	return true;
}

static void take_message(struct reading *reading, unsigned flag, struct bytes message)
{
	struct grpc_messages *out = reading->out;
	enum grpc_outcome outcome;

	out->count++;
	out->bytes += message.len;
	if (message.len > out->bytes_max)
		out->bytes_max = message.len;
	if ((flag & FLAG_PACKED) && !unpack(reading, &message))
		return;
	outcome = reading->body->codec == GRPC_PROTOBUF ? grpc_texts_add(&reading->texts, message)
							: grpc_texts_add_plain(&reading->texts, message);
	/* What is no protobuf may still hold a text. */
	if (outcome == GRPC_BAD_MESSAGE)
		grpc_texts_add_plain(&reading->texts, message);
	if (outcome != GRPC_READ)
		tell(reading, outcome);
}

/* What cannot be told apart any more is one text. */
static void give_up(struct reading *reading, enum grpc_outcome outcome, struct bytes rest)
{
	tell(reading, outcome);
	if (grpc_texts_add_plain(&reading->texts, rest) != GRPC_READ)
		tell(reading, GRPC_CEILING);
}

bool grpc_is_flag(uint8_t flag, bool is_web)
{
	return (flag & ~(unsigned)(is_web ? FLAG_PACKED | FLAG_TRAILERS : FLAG_PACKED)) == 0;
}

void grpc_messages_read(const struct grpc_body *body, struct grpc_messages *out_messages,
			struct bytes *out_trailers)
{
	struct reading reading = {.body = body,
				  .out = out_messages,
				  .texts = {.arena = body->arena},
				  .plan = {.arena = body->arena}};
	struct cursor cursor = cursor_of(body->content);

	*out_messages = (struct grpc_messages){.is_read = true, .outcome = GRPC_READ};
	*out_trailers = BYTES_NONE;
	while (cursor.left > 0) {
		struct bytes rest = cursor_rest(&cursor);
		uint8_t flag = cursor_u8(&cursor);
		uint32_t len = cursor_u32(&cursor);

		if (!grpc_is_flag(flag, body->is_web)) {
			give_up(&reading, GRPC_BAD_PREFIX, rest);
			break;
		}
		if (cursor.ran_out || len > cursor.left) {
			give_up(&reading, body->is_whole ? GRPC_TRUNCATED : GRPC_NOT_WHOLE,
				bytes_from(rest, PREFIX_LEN));
			break;
		}
		if (flag & FLAG_TRAILERS)
			*out_trailers = cursor_take(&cursor, len);
		else
			take_message(&reading, flag, cursor_take(&cursor, len));
	}
	if (!body->is_whole)
		tell(&reading, GRPC_NOT_WHOLE);
	out_messages->texts = reading.texts.list;
	out_messages->text_count = reading.texts.count;
}
