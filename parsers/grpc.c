#include "parsers/grpc.h"

#include <string.h>

#include "parsers/base/cursor.h"
#include "parsers/base/limits.h"
#include "parsers/content_coding.h"
#include "parsers/grpc_messages.h"
#include "parsers/jwt.h"

/* -- what is said of the call --------------------------------------------------------- */

/* What stands behind "application/grpc": false when this is another type. */
static bool is_grpc(struct bytes type, struct bytes *out_rest)
{
	struct bytes name = BYTES("application/grpc");
	struct bytes rest = bytes_from(type, name.len);

	if (!bytes_equal_nocase(bytes_slice(type, 0, name.len), name) ||
	    (rest.len > 0 && rest.data[0] != '+' && rest.data[0] != '-'))
		return false;
	*out_rest = rest;
	return true;
}

struct kind {
	bool is_grpc, is_web, is_base64;
	enum grpc_codec codec;
};

static struct kind kind_of(const struct message *message)
{
	struct kind kind = {0};
	struct bytes rest;

	if (!is_grpc(message_media_type(message), &rest))
		return kind;
	if (bytes_equal_nocase(bytes_slice(rest, 0, 4), BYTES("-web"))) {
		kind.is_web = true;
		rest = bytes_from(rest, 4);
		kind.is_base64 = bytes_equal_nocase(bytes_slice(rest, 0, 5), BYTES("-text"));
		rest = bytes_from(rest, kind.is_base64 ? 5 : 0);
	}
	kind.is_grpc = rest.len == 0 || rest.data[0] == '+';
	kind.codec = rest.len == 0 || bytes_equal_nocase(rest, BYTES("+proto")) ? GRPC_PROTOBUF : GRPC_TEXT;
	return kind;
}

void grpc_names(struct bytes path, struct bytes *out_service, struct bytes *out_method)
{
	size_t slash = path.len, before;

	*out_service = *out_method = BYTES_NONE;
	while (slash > 0 && path.data[slash - 1] != '/')
		slash--;
	if (slash < 2)
		return;
	*out_method = bytes_from(path, slash);
	for (before = slash - 1; before > 0 && path.data[before - 1] != '/';)
		before--;
	if (before > 0)
		*out_service = bytes_slice(path, before, slash - 1 - before);
}

static int status_of(struct bytes text)
{
	uint64_t value;

	return bytes_to_u64(bytes_trim(text), &value) && value <= 999 ? (int)value : GRPC_NO_STATUS;
}

/* Trailers, or the head of an answer that is nothing but trailers; the last one counts. */
static int status_in_fields(const struct message *response)
{
	const struct header *header = message_header(response, BYTES("grpc-status"));
	int status = GRPC_NO_STATUS;

	for (; header != NULL; header = message_header_next(response, header))
		status = status_of(header->value);
	return status;
}

static int status_in_lines(struct bytes lines)
{
	int status = GRPC_NO_STATUS;

	while (lines.data != NULL) {
		struct bytes value = bytes_split(&lines, '\n');
		struct bytes name = bytes_split(&value, ':');

		if (bytes_equal_nocase(bytes_trim(name), BYTES("grpc-status")) && value.data != NULL)
			status = status_of(value);
	}
	return status;
}

/* -- its messages ----------------------------------------------------------------------- */

/* gRPC-Web's text is base64, in pieces that each may end in padding. */
static bool base64_pieces(struct bytes text, struct arena *arena, struct bytes *out_content)
{
	char *out = arena_alloc(arena, text.len + 1);
	size_t len = 0;

	while (out != NULL && text.len > 0) {
		size_t end = bytes_find_byte(text, '=');
		struct bytes piece;

		end = end == BYTES_NOT_FOUND ? text.len : end;
		while (end < text.len && text.data[end] == '=')
			end++;
		piece = base64_decode(bytes_slice(text, 0, end), arena);
		if (piece.data == NULL)
			break;
		memcpy(out + len, piece.data, piece.len);
		len += piece.len;
		text = bytes_from(text, end);
	}
	*out_content = (struct bytes){.data = out, .len = len};
	return text.len == 0;
}

static struct bytes value_of(const struct message *message, struct bytes name)
{
	const struct header *header = message_header(message, name);

	return header == NULL ? BYTES_NONE : bytes_trim(header->value);
}

static void read_messages(struct exchange *exchange, const struct message *message, uint64_t bytes_max,
			  struct grpc_messages *out_messages, struct bytes *out_trailers)
{
	struct kind kind = kind_of(message);
	struct grpc_body body = {.arena = &exchange->arena,
				 .content = message->body.content,
				 .coding = value_of(message, BYTES("grpc-encoding")),
				 .codec = kind.codec,
				 .is_web = kind.is_web,
				 .is_whole = message->is_complete && (message->body.state == BODY_NONE ||
								      message->body.state == BODY_WHOLE),
				 .is_coding_unknown = message->has_unknown_fields,
				 .bytes_max = bytes_max};

	bool is_base64_good = true;

	*out_trailers = BYTES_NONE;
	if (!kind.is_grpc || message->body.content.len == 0)
		return;
	if (coding_has_failed(message->body.coding)) {
		out_messages->outcome = GRPC_BAD_CODING;
		return;
	}
	if (kind.is_base64)
		is_base64_good = base64_pieces(body.content, &exchange->arena, &body.content);
	grpc_messages_read(&body, out_messages, out_trailers);
	if (!is_base64_good && body.is_whole)
		out_messages->outcome = GRPC_BAD_CODING;
}

bool grpc_is_framed(const struct message *message)
{
	struct kind kind = kind_of(message);

	return kind.is_grpc && !kind.is_base64;
}

uint64_t grpc_frame_len(const struct message *message, struct bytes prefix)
{
	struct cursor cursor = cursor_of(prefix);
	uint8_t flag = cursor_u8(&cursor);
	uint32_t len = cursor_u32(&cursor);

	if (cursor.ran_out || !grpc_is_flag(flag, kind_of(message).is_web))
		return 0;
	return (uint64_t)len + GRPC_PREFIX_LEN;
}

void grpc_frame_read(const struct message *message, struct bytes frame, struct arena *arena,
		     struct grpc_messages *out_messages)
{
	struct kind kind = kind_of(message);
	struct grpc_body body = {.arena = arena,
				 .content = frame,
				 .coding = value_of(message, BYTES("grpc-encoding")),
				 .codec = kind.codec,
				 .is_web = kind.is_web,
				 .is_whole = true,
				 .is_coding_unknown = message->has_unknown_fields,
				 .bytes_max = LIMIT_SCAN_BYTES};
	struct bytes trailers;

	grpc_messages_read(&body, out_messages, &trailers);
}

static bool is_malformed(enum grpc_outcome outcome)
{
	return outcome == GRPC_TRUNCATED || outcome == GRPC_BAD_PREFIX || outcome == GRPC_BAD_CODING ||
	       outcome == GRPC_BAD_MESSAGE;
}

static void count(struct session_counts *counts, const struct grpc_call *call)
{
	counts->grpc_calls++;
	counts->grpc_malformed += is_malformed(call->request.outcome) || is_malformed(call->response.outcome);
	counts->grpc_cut += call->request.outcome == GRPC_CEILING || call->response.outcome == GRPC_CEILING;
}

void grpc_note(struct exchange *exchange, const struct session_plan *plan)
{
	struct kind request = kind_of(&exchange->request), response = kind_of(&exchange->response);
	struct bytes trailers;
	struct grpc_call *call;

	if (!request.is_grpc && !response.is_grpc)
		return;
	call = arena_alloc(&exchange->arena, sizeof(*call));
	if (call == NULL)
		return;
	call->is_web = request.is_web || response.is_web;
	grpc_names(exchange->path, &call->service, &call->method);
	read_messages(exchange, &exchange->request, plan->body_bytes_max, &call->request, &trailers);
	read_messages(exchange, &exchange->response, plan->body_bytes_max, &call->response, &trailers);
	call->status = status_in_fields(&exchange->response);
	if (call->status == GRPC_NO_STATUS)
		call->status = status_in_lines(trailers);
	/* What HTTP/1 began and HTTP/2 goes on with is noted twice, and counted once. */
	if (exchange->grpc == NULL)
		count(plan->counts, call);
	exchange->grpc = call;
}

bool grpc_reading(const struct exchange *exchange, const struct message *message,
		  struct body_reading *out_reading)
{
	const struct grpc_call *call = exchange->grpc;
	const struct grpc_messages *messages;

	if (call == NULL)
		return false;
	messages = message == &exchange->request ? &call->request : &call->response;
	if (!messages->is_read)
		return false;
	*out_reading = (struct body_reading){
		.kind = BODY_GRPC, .fields = messages->texts, .field_count = messages->text_count};
	return true;
}

/* -- names ------------------------------------------------------------------------------ */

const char *grpc_outcome_name(enum grpc_outcome outcome)
{
	switch (outcome) {
	case GRPC_READ:
		return "read";
	case GRPC_NOT_WHOLE:
		return "not_whole";
	case GRPC_TRUNCATED:
		return "truncated";
	case GRPC_BAD_PREFIX:
		return "bad_prefix";
	case GRPC_BAD_CODING:
		return "bad_coding";
	case GRPC_BAD_MESSAGE:
		return "bad_message";
	case GRPC_CEILING:
		return "ceiling";
	}
	return "unknown";
}

const char *grpc_status_name(int status)
{
	static const char *const names[] = {
		"OK",
		"CANCELLED",
		"UNKNOWN",
		"INVALID_ARGUMENT",
		"DEADLINE_EXCEEDED",
		"NOT_FOUND",
		"ALREADY_EXISTS",
		"PERMISSION_DENIED",
		"RESOURCE_EXHAUSTED",
		"FAILED_PRECONDITION",
		"ABORTED",
		"OUT_OF_RANGE",
		"UNIMPLEMENTED",
		"INTERNAL",
		"UNAVAILABLE",
		"DATA_LOSS",
		"UNAUTHENTICATED",
	};

	return status < 0 || (size_t)status >= sizeof(names) / sizeof(names[0]) ? NULL : names[status];
}
