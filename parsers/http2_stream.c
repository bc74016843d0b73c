#include "parsers/http2_stream.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "parsers/content_coding.h"
#include "parsers/message_body.h"

static struct bytes key_of(const uint32_t *id)
{
	return (struct bytes){.data = (const char *)id, .len = sizeof(*id)};
}

static struct http2_half *half_of(struct http2_stream *stream, bool is_request)
{
	return is_request ? &stream->request : &stream->response;
}

static struct message *message_of(struct http2_stream *stream, bool is_request)
{
	return is_request ? &stream->exchange->request : &stream->exchange->response;
}

static uint64_t lost_of(const struct http2_streams *streams, bool is_request)
{
	enum direction server = streams->client == DIRECTION_OPENER ? DIRECTION_ANSWERER : DIRECTION_OPENER;

	return *streams->lost[is_request ? streams->client : server];
}

/* -- closing --------------------------------------------------------------------- */

static enum body_state state_of(const struct http2_half *half)
{
	if (half->is_holed)
		return BODY_HOLED;
	if (!half->is_over)
		return BODY_UNENDED;
	if (half->is_cut)
		return BODY_CUT;
	return half->wire_len == 0 ? BODY_NONE : BODY_WHOLE;
}

static void count_body(struct session_counts *counts, const struct body *body)
{
	if (coding_has_failed(body->coding))
		counts->codings_failed++;
	if (body->state == BODY_CUT)
		counts->bodies_cut++;
}

static void half_finish(struct http2_streams *streams, struct http2_stream *stream, bool is_request)
{
	struct http2_half *half = half_of(stream, is_request);
	struct message *message = message_of(stream, is_request);
	const struct session_plan *plan = streams->desk->plan;
	struct message_body kept = {.kept = &half->kept,
				    .bytes_max = plan->body_bytes_max,
				    .reader = plan->reader,
				    .counts = plan->counts,
				    .unpacker = plan->unpacker};

	if (half->is_adopted)
		return;
	if (!half->is_over) {
		uint64_t lost = lost_of(streams, is_request) - half->lost_at;

		message->gap_len += lost;
		half->is_holed |= lost > 0;
	}
	long_body_free(half->larger, half->is_over && !half->is_holed);
	half->larger = NULL;
	if (half->has_begun) {
		message->body.state = state_of(half);
		message->body.wire_len = half->wire_len;
		message_body_set(stream->exchange, message, &kept);
		count_body(plan->counts, &message->body);
	}
	if (half->is_malformed)
		message->oddities |= ODDITY_MALFORMED;
	if (message->oddities & ODDITY_HEAD_CUT)
		plan->counts->heads_cut++;
	if (message->has_unknown_fields && half->is_unknown)
		plan->counts->http2_unknown_heads++;
	message->is_complete =
		message->is_seen && half->is_over && !half->is_malformed && message->gap_len == 0;
	buffer_wipe(&half->kept);
}

static enum exchange_outcome outcome_of(const struct http2_streams *streams,
					const struct http2_stream *stream)
{
	const struct message *request = &stream->exchange->request;
	const struct message *response = &stream->exchange->response;
	bool has_lost_request = stream->is_after_loss && lost_of(streams, true) > 0;

	if (stream->request.is_malformed || stream->response.is_malformed)
		return EXCHANGE_MALFORMED;
	if (request->is_complete && response->is_complete)
		return EXCHANGE_COMPLETE;
	if (request->gap_len > 0 || (!stream->request.has_begun && has_lost_request))
		return EXCHANGE_GAP_REQUEST;
	if (stream->request.is_unknown)
		return EXCHANGE_UNKNOWN_HEAD;
	if (!request->is_seen)
		return EXCHANGE_NO_REQUEST;
	if (!request->is_complete)
		return EXCHANGE_REQUEST_CUT;
	if (response->gap_len > 0)
		return EXCHANGE_GAP_RESPONSE;
	if (stream->response.is_unknown)
		return EXCHANGE_UNKNOWN_HEAD;
	return stream->response.has_begun ? EXCHANGE_RESPONSE_CUT : EXCHANGE_NO_RESPONSE;
}

bool http2_streams_was_closed(const struct http2_streams *streams, uint32_t id)
{
	for (size_t i = 0; i < HTTP2_CLOSED_KEPT && streams->gone != NULL; i++)
		if (streams->gone->closed[i] == id)
			return true;
	return false;
}

/* NULL without memory: then it is not remembered. */
static struct http2_gone *make_gone(struct http2_streams *streams)
{
	if (streams->gone == NULL)
		streams->gone = calloc(1, sizeof(*streams->gone));
	return streams->gone;
}

void http2_streams_close(struct http2_streams *streams, struct http2_stream *stream,
			 enum exchange_outcome reason)
{
	struct session_counts *counts = streams->desk->plan->counts;
	enum exchange_outcome outcome;

	half_finish(streams, stream, true);
	half_finish(streams, stream, false);
	outcome = reason == EXCHANGE_COMPLETE ? outcome_of(streams, stream) : reason;
	counts->orphan_responses += outcome == EXCHANGE_NO_REQUEST;
	if ((!stream->request.is_over || !stream->response.is_over) && make_gone(streams) != NULL) {
		streams->gone->closed[streams->gone->closed_next] = stream->id;
		streams->gone->closed_next = (streams->gone->closed_next + 1) % HTTP2_CLOSED_KEPT;
	}
	streams->bytes -= stream->charged;
	streams->desk->plan->counts->body_bytes_now -= stream->charged;
	desk_close(streams->desk, stream->exchange, outcome, streams->time_ns);
	stream->exchange = NULL;
	map_remove(&streams->map, stream);
}

void http2_streams_reset(struct http2_streams *streams, struct http2_stream *stream)
{
	struct http2_gone *gone = make_gone(streams);
	struct http2_stream *oldest;
	uint32_t *slot;

	if (stream->is_reset)
		return;
	stream->is_reset = true;
	if (gone == NULL)
		return;
	slot = &gone->reset[gone->reset_next];
	oldest = map_find(&streams->map, key_of(slot));
	if (oldest != NULL && oldest->is_reset)
		http2_streams_close(streams, oldest, EXCHANGE_COMPLETE);
	*slot = stream->id;
	gone->reset_next = (gone->reset_next + 1) % HTTP2_RESET_KEPT;
}

void http2_streams_close_all(struct http2_streams *streams)
{
	struct http2_stream *stream;

	while ((stream = map_oldest(&streams->map)) != NULL)
		http2_streams_close(streams, stream, EXCHANGE_COMPLETE);
}

/* -- opening --------------------------------------------------------------------- */

void http2_streams_init(struct http2_streams *streams, struct session_desk *desk, enum direction client)
{
	streams->desk = desk;
	streams->client = client;
	map_init(&streams->map, &(struct map_plan){.entries_max = LIMIT_STREAMS,
						   .value_len = sizeof(struct http2_stream),
						   .seed = desk->plan->connection});
}

void http2_streams_finish(struct http2_streams *streams)
{
	http2_streams_close_all(streams);
	map_finish(&streams->map);
	free(streams->gone);
}

struct http2_stream *http2_streams_find(struct http2_streams *streams, uint32_t id)
{
	struct http2_stream *stream = map_newest(&streams->map);

	if (stream == NULL || stream->id != id) { /* most frames are of the stream that had the last one */
		stream = map_find(&streams->map, key_of(&id));
		if (stream == NULL)
			return NULL;
		map_touch(&streams->map, stream);
	}
	stream->last_ns = streams->time_ns;
	return stream;
}

/* What waits in vain behind a loss: it would stay until the connection ends. */
static void close_stale(struct http2_streams *streams)
{
	struct http2_stream *stream;

	while ((stream = map_oldest(&streams->map)) != NULL) {
		bool has_lost =
			lost_of(streams, false) > stream->response.lost_at ||
			(!stream->request.is_over && lost_of(streams, true) > stream->request.lost_at);

		if (!(has_lost || stream->is_reset) ||
		    streams->time_ns - stream->last_ns < LIMIT_STREAM_STALE_NS)
			return;
		http2_streams_close(streams, stream, EXCHANGE_COMPLETE);
	}
}

struct http2_stream *http2_streams_open(struct http2_streams *streams, uint32_t id, struct exchange *exchange)
{
	struct http2_stream *stream;
	bool is_new = false;

	close_stale(streams);
	if (streams->map.count >= LIMIT_STREAMS) {
		streams->desk->plan->counts->http2_streams_evicted++;
		http2_streams_close(streams, map_oldest(&streams->map), EXCHANGE_OVERFLOW);
	}
	if (exchange == NULL)
		exchange = desk_open(streams->desk, streams->client);
	if (exchange == NULL)
		return NULL;
	stream = map_put(&streams->map, key_of(&id), &is_new);
	if (stream == NULL) {
		desk_close(streams->desk, exchange, EXCHANGE_OVERFLOW, streams->time_ns);
		return NULL;
	}
	stream->id = id;
	stream->exchange = exchange;
	stream->last_ns = streams->time_ns;
	stream->request.lost_at = lost_of(streams, true);
	stream->response.lost_at = lost_of(streams, false);
	return stream;
}

/* -- messages -------------------------------------------------------------------- */

void http2_stream_begin(struct http2_streams *streams, struct http2_stream *stream, bool is_request,
			uint64_t first_ns)
{
	struct http2_half *half = half_of(stream, is_request);
	struct message *message = message_of(stream, is_request);

	message->last_ns = streams->time_ns;
	if (half->has_begun)
		return;
	half->has_begun = true;
	half->kept = BUFFER_MAX(streams->desk->plan->body_bytes_max);
	message->version = HTTP_2;
	message->first_ns = first_ns;
}

static void charge(struct http2_streams *streams, struct http2_stream *stream, uint64_t len)
{
	stream->charged += len;
	streams->bytes += len;
	streams->desk->plan->counts->body_bytes_now += len;
}

static uint64_t room_of(const struct http2_streams *streams)
{
	uint64_t all = streams->desk->plan->counts->body_bytes_now;
	uint64_t own_room = streams->bytes < LIMIT_STREAMS_BYTES ? LIMIT_STREAMS_BYTES - streams->bytes : 0;
	uint64_t room = all < LIMIT_BODIES_TOTAL ? LIMIT_BODIES_TOTAL - all : 0;

	return own_room < room ? own_room : room;
}

/* 0: it is not said. */
static uint64_t length_of(const struct message *message)
{
	const struct header *header = message_header(message, BYTES("content-length"));
	uint64_t len = 0;

	return header != NULL && bytes_to_u64(header->value, &len) ? len : 0;
}

void http2_stream_head(struct http2_streams *streams, struct http2_stream *stream, bool is_request,
		       const struct http2_head *head)
{
	struct http2_half *half = half_of(stream, is_request);
	struct message *message = message_of(stream, is_request);
	size_t used = stream->exchange->arena.used;
	struct http2_head kept = *head;
	bool is_taken;

	if (streams->bytes > LIMIT_STREAMS_BYTES) {
		kept.fields.count = 0;
		kept.oddities |= ODDITY_HEAD_CUT;
	}
	if (half->has_head && !half->is_unknown) {
		if (message->is_seen)
			http2_trailers_take(stream->exchange, message, &kept);
	} else {
		is_taken = is_request ? http2_request_take(stream->exchange, &kept)
				      : http2_response_take(stream->exchange, &kept);
		message->has_unknown_fields |= !head->is_known;
		half->is_unknown = !is_taken && message->has_unknown_fields;
		half->is_malformed |= !is_taken && !half->is_unknown;
		half->has_head = true;
		half->due = length_of(message);
		half->lost_at = is_taken ? lost_of(streams, is_request) : half->lost_at;
		message->head_ns = streams->time_ns;
	}
	charge(streams, stream, stream->exchange->arena.used - used);
}

void http2_stream_data(struct http2_streams *streams, struct http2_stream *stream, bool is_request,
		       struct bytes part)
{
	struct http2_half *half = half_of(stream, is_request);
	uint64_t room = room_of(streams);
	struct bytes wanted = bytes_slice(part, 0, room);
	size_t kept;

	http2_stream_begin(streams, stream, is_request, streams->time_ns);
	half->wire_len += part.len;
	if (half->is_holed || lost_of(streams, is_request) > half->lost_at)
		return;
	if (half->due > half->kept.len)
		message_body_expect(&half->kept, wanted.len, half->due - half->kept.len);
	kept = half->is_cut ? 0 : buffer_append_some(&half->kept, wanted);
	charge(streams, stream, kept);
	if (kept < part.len && !half->is_cut) {
		half->is_cut = true;
		half->larger =
			long_body_new(&(struct long_body_plan){.reader = streams->desk->plan->reader,
							       .counts = streams->desk->plan->counts,
							       .exchange = stream->exchange,
							       .message = message_of(stream, is_request)});
		long_body_take(half->larger, buffer_bytes(&half->kept));
	}
	long_body_take(half->larger, bytes_from(part, kept));
}

void http2_stream_hole(struct http2_stream *stream, bool is_request, uint64_t content_len, uint64_t gap_len)
{
	struct http2_half *half = half_of(stream, is_request);

	message_of(stream, is_request)->gap_len += gap_len;
	half->wire_len += content_len;
	half->is_holed = true;
}

void http2_stream_end(struct http2_streams *streams, struct http2_stream *stream, bool is_request)
{
	struct http2_half *half = half_of(stream, is_request);
	uint64_t lost = lost_of(streams, is_request) - half->lost_at;

	message_of(stream, is_request)->gap_len += lost;
	message_of(stream, is_request)->last_ns = streams->time_ns;
	half->is_holed |= lost > 0;
	half->is_over = true;
}
