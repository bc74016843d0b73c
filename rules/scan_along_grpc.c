/* gRPC messages, each looked at when all of it is there: what stands in one is as in a small body. */
#include <string.h>

#include "parsers/grpc.h"
#include "rules/scan_along.h"

static const struct message *message_of(const struct scan_along *along)
{
	return along->place == SCAN_REQUEST_BODY ? &along->exchange->request : &along->exchange->response;
}

/* The message that is held. */
static void look(struct scan_along *along, struct scan_values *values)
{
	struct bytes frame = {along->held, along->held_len};
	struct grpc_messages messages;
	size_t used = along->scratch.used;

	along->held_len = 0;
	grpc_frame_read(message_of(along), frame, &along->scratch, &messages);
	along->work += along->scratch.used - used; /* unpacking is work, too */
	along->hits.is_cut |= messages.outcome == GRPC_CEILING || messages.outcome == GRPC_BAD_CODING;
	for (size_t i = 0; i < messages.text_count; i++) {
		struct scan_value value = {
			.place = along->place, .name = messages.texts[i].name, .raw_offset = along->held_at};

		values_add(values, &value, messages.texts[i].value);
	}
}

/* Of a message that is too large to hold the runs of text are looked at. */
static size_t take_large(struct scan_along *along, struct scan_values *values, struct bytes rest, uint64_t at)
{
	struct bytes piece =
		bytes_slice(rest, 0, along->grpc_left < rest.len ? (size_t)along->grpc_left : rest.len);

	along_runs_take(along, values, piece, at);
	along->grpc_left -= piece.len;
	if (along->grpc_left == 0)
		along_runs_end(along, values);
	return piece.len;
}

/* Up to so much of the message at hand, prefix and all. */
static size_t hold(struct scan_along *along, struct bytes rest, uint64_t frame_len)
{
	struct bytes piece = bytes_slice(rest, 0, (size_t)frame_len - along->held_len);

	memcpy(along->held + along->held_len, piece.data, piece.len);
	along->held_len += piece.len;
	return piece.len;
}

size_t along_grpc_take(struct scan_along *along, struct scan_values *values, struct bytes part)
{
	size_t used = 0;

	while (used < part.len) {
		struct bytes rest = bytes_from(part, used);
		uint64_t frame_len = GRPC_PREFIX_LEN;

		if (along->grpc_left > 0) {
			used += take_large(along, values, rest, along->offset + used);
			continue;
		}
		if (along->held_len == 0)
			along->held_at = along->offset + used;
		if (along->held_len < GRPC_PREFIX_LEN)
			used += hold(along, rest, frame_len);
		if (along->held_len < GRPC_PREFIX_LEN)
			break;
		frame_len = grpc_frame_len(message_of(along), (struct bytes){along->held, GRPC_PREFIX_LEN});
		if (frame_len == 0) {
			along->held_len = 0;
			along->syntax = SYNTAX_BINARY;
			break;
		}
		if (frame_len > ALONG_HELD_MAX) {
			along->grpc_left = frame_len - GRPC_PREFIX_LEN;
			along->held_len = 0;
			continue;
		}
		used += hold(along, bytes_from(part, used), frame_len);
		if (along->held_len == frame_len)
			look(along, values);
	}
	return used;
}

/* What there is of a message that does not end is text. */
void along_grpc_end(struct scan_along *along, struct scan_values *values)
{
	size_t begun = along->held_len > GRPC_PREFIX_LEN ? GRPC_PREFIX_LEN : along->held_len;

	if (along->grpc_left == 0) {
		along->held_len -= begun;
		memmove(along->held, along->held + begun, along->held_len);
	}
	along_runs_end(along, values);
}
