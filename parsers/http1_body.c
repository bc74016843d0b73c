#include "parsers/http1_body.h"

#include <llhttp.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/buffer.h"
#include "parsers/base/check.h"
#include "parsers/base/zeroed.h"
#include "parsers/message_body.h"

/* What stands between the data of chunks is read here, as leniently as clients do, and llhttp is given the
 * canonical form of it. */
enum place {
	PLACE_SIZE,       /* before the digits of a size */
	PLACE_DIGITS,     /* among or behind them */
	PLACE_SIZE_REST,  /* up to the line end: an extension, or anything */
	PLACE_AFTER_DATA, /* CR LF between the data and the next size */
	PLACE_TRAILERS,
};

struct http1_body {
	llhttp_t parser;
	struct http1_body_plan plan;
	struct buffer kept;
	uint64_t counted;         /* bytes of it in *plan.all_now */
	struct buffer trailers;   /* "name:value\n" each */
	struct long_body *larger; /* NULL: not yet, or nobody reads it */
	uint64_t wire_len;
	uint64_t left; /* of a body whose length is told: no parser is needed for that */
	unsigned oddities;
	bool is_open;     /* our own head was read: what comes is the message's */
	bool is_in_chunk; /* inside the data of a chunk */
	bool is_done;
	bool is_filling; /* the byte fed stands for lost ones */
	bool is_holed;
	bool is_cut;
	enum place place;
	bool is_after_cr; /* the framing byte before was CR */
	uint64_t chunk_len;
	bool is_behind_data; /* a chunk went before: llhttp waits for its CR LF */
};

static uint64_t room_of(const struct http1_body *body)
{
	if (body->plan.all_now == NULL)
		return UINT64_MAX;
	return *body->plan.all_now < LIMIT_BODIES_TOTAL ? LIMIT_BODIES_TOTAL - *body->plan.all_now : 0;
}

static void keep(struct http1_body *body, struct bytes part)
{
	size_t kept;

	body->wire_len += part.len;
	if (body->is_holed || part.len == 0)
		return;
	if (body->plan.framing == HTTP1_LENGTH)
		message_body_expect(&body->kept, part.len, body->left);
	kept = body->is_cut ? 0 : buffer_append_some(&body->kept, bytes_slice(part, 0, room_of(body)));
	if (body->plan.all_now != NULL)
		*body->plan.all_now += kept;
	body->counted += kept;
	if (kept < part.len && !body->is_cut) {
		body->is_cut = true;
		body->larger = long_body_new(&body->plan.larger);
		long_body_take(body->larger, buffer_bytes(&body->kept));
	}
	long_body_take(body->larger, bytes_from(part, kept));
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
	struct http1_body *body = parser->data;

	if (!body->is_filling)
		keep(body, (struct bytes){.data = at, .len = len});
	return 0;
}

static void add_trailer(struct http1_body *body, struct bytes part)
{
	if (body->is_open && buffer_append(&body->trailers, part) != STATUS_OK)
		body->oddities |= ODDITY_HEAD_CUT;
}

static int on_text(llhttp_t *parser, const char *at, size_t len)
{
	add_trailer(parser->data, (struct bytes){.data = at, .len = len});
	return 0;
}

static int on_name_complete(llhttp_t *parser)
{
	add_trailer(parser->data, BYTES(":"));
	return 0;
}

static int on_value_complete(llhttp_t *parser)
{
	add_trailer(parser->data, BYTES("\r\n"));
	return 0;
}

/* Pausing here makes llhttp_execute stop exactly behind the message. */
static int on_message_complete(llhttp_t *parser)
{
	struct http1_body *body = parser->data;

	body->is_done = true;
	return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
	.on_body = on_body,
	.on_header_field = on_text,
	.on_header_field_complete = on_name_complete,
	.on_header_value = on_text,
	.on_header_value_complete = on_value_complete,
	.on_message_complete = on_message_complete,
};

bool http1_method_is_known(struct bytes method)
{
#define SAME(number, name, text)                                                                             \
	if (bytes_equal(method, BYTES(#text)))                                                               \
		return true;
	HTTP_METHOD_MAP(SAME)
#undef SAME
	return false;
}

bool http1_is_sure_start(struct bytes run)
{
	size_t scanned = 0;
	enum http1_start start = http1_look(run, &scanned);
	struct http1_line line;

	if (start != HTTP1_START_REQUEST)
		return start == HTTP1_START_RESPONSE;
	http1_line_read(bytes_split(&run, '\n'), true, &line);
	return http1_method_is_known(line.method);
}

static void be_lenient(llhttp_t *parser)
{
	llhttp_set_lenient_headers(parser, 1);
	llhttp_set_lenient_keep_alive(parser, 1);
	llhttp_set_lenient_transfer_encoding(parser, 1);
	llhttp_set_lenient_version(parser, 1);
	llhttp_set_lenient_data_after_close(parser, 1);
	llhttp_set_lenient_optional_lf_after_cr(parser, 1);
	llhttp_set_lenient_optional_cr_before_lf(parser, 1);
}

static void open_body(struct http1_body *body)
{
	struct bytes head = body->plan.is_request
				    ? BYTES("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n")
				    : BYTES("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");

	llhttp_init(&body->parser, body->plan.is_request ? HTTP_REQUEST : HTTP_RESPONSE, &settings);
	be_lenient(&body->parser);
	body->parser.data = body;
	CHECK(llhttp_execute(&body->parser, head.data, head.len) == HPE_OK && !body->is_done);
	body->is_open = true;
}

struct http1_body *http1_body_new(const struct http1_body_plan *plan)
{
	struct http1_body *body = zeroed(sizeof(*body));

	if (body == NULL)
		return NULL;
	body->plan = *plan;
	body->kept = BUFFER_MAX(plan->bytes_max);
	body->trailers = BUFFER_MAX(LIMIT_HEAD_BYTES);
	body->left = plan->framing == HTTP1_LENGTH ? plan->length : 0;
	if (plan->framing == HTTP1_CHUNKED)
		open_body(body);
	return body;
}

void http1_body_free(struct http1_body *body)
{
	if (body == NULL)
		return;
	if (body->plan.all_now != NULL)
		*body->plan.all_now -= body->counted;
	long_body_free(body->larger, false);
	buffer_wipe(&body->kept);
	buffer_wipe(&body->trailers);
	free(body);
}

static bool is_in_data(const struct http1_body *body)
{
	return body->is_in_chunk && body->parser.content_length > 0;
}

/* The data of a chunk ran out: CR LF and the next size follow. */
static void see_data_end(struct http1_body *body)
{
	if (!body->is_in_chunk || body->parser.content_length > 0)
		return;
	body->is_in_chunk = false;
	body->is_after_cr = false;
	body->place = PLACE_AFTER_DATA;
}

/* How much of `run` it read; all of it unless the message ended inside. */
static size_t execute(struct http1_body *body, struct bytes run, llhttp_errno_t *out_error)
{
	if (run.len == 0)
		return 0;
	*out_error = llhttp_execute(&body->parser, run.data, run.len);
	if (!body->is_done)
		return run.len;
	return (size_t)(llhttp_get_error_pos(&body->parser) - run.data);
}

/* Where its digits end. */
static char *hex_write(char *to, uint64_t value)
{
	unsigned bits = 0;

	while (bits < 60 && value >> bits > 15)
		bits += 4;
	for (; bits > 0; bits -= 4)
		*to++ = "0123456789abcdef"[value >> bits & 15];
	*to++ = "0123456789abcdef"[value & 15];
	return to;
}

/* The size line is over. */
static void size_tell(struct http1_body *body, llhttp_errno_t *out_error)
{
	char line[32], *to = line;

	if (body->is_behind_data)
		to = mempcpy(to, "\r\n", 2);
	to = mempcpy(hex_write(to, body->chunk_len), "\r\n", 2);
	execute(body, (struct bytes){.data = line, .len = (size_t)(to - line)}, out_error);
	body->is_in_chunk = body->chunk_len > 0;
	body->is_behind_data = true;
	body->place = body->chunk_len > 0 ? PLACE_SIZE : PLACE_TRAILERS;
	body->chunk_len = 0;
	body->is_after_cr = false;
}

/* False where it is no size. */
static bool digit_take(struct http1_body *body, char byte)
{
	int digit = ascii_hex_value(byte);

	if (digit < 0 || body->chunk_len > UINT64_MAX >> 4)
		return false;
	body->chunk_len = body->chunk_len << 4 | (uint64_t)digit;
	body->place = PLACE_DIGITS;
	return true;
}

/* Blanks and controls may stand before the size: clients that read it with strtol skip them. */
static bool is_skipped(char byte)
{
	return ((unsigned char)byte <= ' ' && byte != '\n' && byte != '\r') || byte == 0x7f;
}

static void see_line_end(struct http1_body *body, bool was_cr)
{
	body->oddities |= was_cr ? 0 : ODDITY_BARE_LF;
}

static void size_byte(struct http1_body *body, char byte, bool was_cr, llhttp_errno_t *out_error)
{
	bool has_digits = body->place != PLACE_SIZE;

	if (byte == '\n' && has_digits) {
		see_line_end(body, was_cr);
		size_tell(body, out_error);
		return;
	}
	if (was_cr) { /* only behind digits: elsewhere a CR is refused */
		body->oddities |= ODDITY_BARE_CR;
		body->place = PLACE_SIZE_REST;
	}
	if (byte == '\r' && has_digits)
		return;
	if (body->place == PLACE_SIZE_REST || digit_take(body, byte))
		return;
	if (byte != ';' || !has_digits)
		body->oddities |= ODDITY_CHUNK_SIZE;
	if (has_digits && ascii_hex_value(byte) < 0)
		body->place = PLACE_SIZE_REST;
	else if (has_digits || !is_skipped(byte))
		*out_error = HPE_INVALID_CHUNK_SIZE;
}

/* One byte between the data of chunks. */
static void framing_byte(struct http1_body *body, char byte, llhttp_errno_t *out_error)
{
	bool was_cr = body->is_after_cr;

	body->is_after_cr = byte == '\r';
	if (body->place != PLACE_AFTER_DATA) {
		size_byte(body, byte, was_cr, out_error);
		return;
	}
	if (byte == '\r')
		return;
	body->place = PLACE_SIZE;
	if (byte == '\n') {
		see_line_end(body, was_cr);
		return;
	}
	body->oddities |= was_cr ? ODDITY_BARE_CR : ODDITY_CHUNK_SIZE;
	size_byte(body, byte, false, out_error);
}

/* A line at a time. Even lenient, llhttp does not take a bare LF everywhere: it is given CR LF instead. */
static size_t trailers_feed(struct http1_body *body, struct bytes bytes, llhttp_errno_t *out_error)
{
	size_t at = bytes_find_byte(bytes, '\n');
	struct bytes line = bytes_slice(bytes, 0, at == BYTES_NOT_FOUND ? SIZE_MAX : at + 1);
	bool was_cr = at == 0 ? body->is_after_cr : at != BYTES_NOT_FOUND && bytes.data[at - 1] == '\r';
	size_t used;

	body->is_after_cr = line.data[line.len - 1] == '\r';
	if (at == BYTES_NOT_FOUND || was_cr)
		return execute(body, line, out_error);
	see_line_end(body, false);
	used = execute(body, bytes_slice(line, 0, at), out_error);
	if (used < at || *out_error != HPE_OK)
		return used;
	execute(body, BYTES("\r\n"), out_error);
	return line.len;
}

static size_t framing_feed(struct http1_body *body, struct bytes bytes, llhttp_errno_t *out_error)
{
	size_t used = 0;

	if (body->place == PLACE_TRAILERS)
		return trailers_feed(body, bytes, out_error);
	while (used < bytes.len && *out_error == HPE_OK && !body->is_in_chunk &&
	       body->place != PLACE_TRAILERS)
		framing_byte(body, bytes.data[used++], out_error);
	return used;
}

static enum http1_body_step length_feed(struct http1_body *body, struct bytes bytes, size_t *out_used)
{
	struct bytes part = bytes_slice(bytes, 0, body->left);

	keep(body, part);
	body->left -= part.len;
	*out_used = part.len;
	return body->left == 0 ? HTTP1_BODY_DONE : HTTP1_BODY_MORE;
}

static enum http1_body_step length_skip(struct http1_body *body, uint64_t gap_len)
{
	uint64_t lost = gap_len < body->left ? gap_len : body->left;

	body->wire_len += lost;
	body->left -= lost;
	if (lost < gap_len)
		return HTTP1_BODY_BROKEN;
	return body->left == 0 ? HTTP1_BODY_DONE : HTTP1_BODY_MORE;
}

enum http1_body_step http1_body_feed(struct http1_body *body, struct bytes bytes, size_t *out_used)
{
	llhttp_errno_t error = HPE_OK;
	size_t used = 0;

	if (body->plan.framing == HTTP1_TO_CLOSE) {
		keep(body, bytes);
		*out_used = bytes.len;
		return HTTP1_BODY_MORE;
	}
	if (body->plan.framing == HTTP1_LENGTH)
		return length_feed(body, bytes, out_used);
	while (used < bytes.len && error == HPE_OK && !body->is_done) {
		struct bytes rest = bytes_from(bytes, used);

		if (is_in_data(body))
			used += execute(body, bytes_slice(rest, 0, body->parser.content_length), &error);
		else
			used += framing_feed(body, rest, &error);
		see_data_end(body);
	}
	CHECK(used <= bytes.len);
	*out_used = used;
	if (body->is_done)
		return HTTP1_BODY_DONE;
	return error == HPE_OK ? HTTP1_BODY_MORE : HTTP1_BODY_BROKEN;
}

/* llhttp counts down in content_length what is left of the body or of the chunk. That is no
 * documented interface: test_http1_body pins it. All but one of the lost bytes are taken off,
 * one stands for the last: so the end of the body is noticed at once when the gap reaches it. */
enum http1_body_step http1_body_skip(struct http1_body *body, uint64_t gap_len)
{
	uint64_t left = body->parser.content_length;
	llhttp_errno_t error;

	body->is_holed = true;
	if (body->plan.framing == HTTP1_TO_CLOSE) {
		body->wire_len += gap_len;
		return HTTP1_BODY_MORE;
	}
	if (body->plan.framing == HTTP1_LENGTH)
		return length_skip(body, gap_len);
	if (!is_in_data(body))
		left = 0;
	if (gap_len > left) {
		body->wire_len += left;
		return HTTP1_BODY_BROKEN;
	}
	body->wire_len += gap_len;
	body->parser.content_length -= gap_len - 1;
	body->is_filling = true;
	error = llhttp_execute(&body->parser, "x", 1);
	body->is_filling = false;
	see_data_end(body);
	if (body->is_done)
		return HTTP1_BODY_DONE;
	return error == HPE_OK ? HTTP1_BODY_MORE : HTTP1_BODY_BROKEN;
}

bool http1_body_ends_at_close(const struct http1_body *body)
{
	return body->plan.framing == HTTP1_TO_CLOSE;
}

static enum body_state state_of(const struct http1_body *body, enum http1_end end)
{
	if (body->is_holed || end == HTTP1_END_GAP)
		return BODY_HOLED;
	if (end != HTTP1_END_WHOLE)
		return BODY_UNENDED;
	if (body->is_cut)
		return BODY_CUT;
	return body->wire_len == 0 ? BODY_NONE : BODY_WHOLE;
}

static void add_trailers(struct http1_body *body, struct exchange *exchange, struct message *message)
{
	struct http1_fields fields;
	struct header *all;

	if (body->trailers.len == 0)
		return;
	if (!http1_fields_read(buffer_bytes(&body->trailers), LIMIT_HEAD_FIELDS - message->header_count,
			       &exchange->arena, &fields))
		return;
	all = arena_alloc(&exchange->arena,
			  (message->header_count + fields.header_count) * sizeof(*all) + sizeof(*all));
	if (all == NULL)
		return;
	if (message->header_count > 0)
		memcpy(all, message->headers, message->header_count * sizeof(*all));
	for (size_t i = 0; i < fields.header_count; i++) {
		all[message->header_count + i] = fields.headers[i];
		all[message->header_count + i].is_trailer = true;
	}
	message->headers = all;
	message->header_count += fields.header_count;
	message->oddities |= fields.oddities & (ODDITY_HEAD_CUT | ODDITY_FIELD_INVALID);
}

void http1_body_close(struct http1_body *body, enum http1_end end, const struct http1_fields *fields,
		      struct exchange *exchange, struct message *message)
{
	struct message_body kept = {.kept = &body->kept,
				    .transfer_codings = fields->transfer_codings,
				    .transfer_coding_count = fields->transfer_coding_count,
				    .bytes_max = body->plan.bytes_max,
				    .reader = body->plan.larger.reader,
				    .counts = body->plan.larger.counts,
				    .unpacker = body->plan.unpacker};

	message->body.state = state_of(body, end);
	long_body_free(body->larger, end == HTTP1_END_WHOLE && !body->is_holed);
	body->larger = NULL;
	message->body.wire_len = body->wire_len;
	message_body_set(exchange, message, &kept);
	message->oddities |= body->oddities;
	add_trailers(body, exchange, message);
}
