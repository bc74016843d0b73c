#include "parsers/http2.h"

#include <stdlib.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/http2_side.h"

/* Texts of one block that had to be decoded, twice when it has to be read again, and the list of its fields.
 */
#define SCRATCH_BYTES (2 * MIB)

/* Of one connection two are usual: one to say that it will end, one with the last stream. */
#define GOAWAYS_READ 4

static struct session_counts *counts_of(const struct http2 *http2)
{
	return http2->desk->plan->counts;
}

static bool is_client(const struct http2 *http2, const struct http2_side *side)
{
	return side->direction == http2->client;
}

static struct http2_half *half_of(struct http2_stream *stream, bool is_request)
{
	return is_request ? &stream->request : &stream->response;
}

/* -- streams ----------------------------------------------------------------------- */

/* Closes it when nothing of it is to come. A request that the server had not acknowledged further
 * than we have read the client is one that we will not see. */
static void settle(struct http2 *http2, struct http2_stream *stream)
{
	const struct http2_side *client = &http2->sides[http2->client];
	bool is_request_lost = stream->request.has_begun ? client->lost_bytes > stream->request.lost_at
							 : client->done >= stream->wait_until;

	if (stream->response.is_over &&
	    (stream->request.is_over || stream->is_reset || is_request_lost || client->is_over))
		http2_streams_close(&http2->streams, stream, EXCHANGE_COMPLETE);
}

static struct http2_stream *ask(struct http2 *http2, uint32_t id)
{
	if (id % 2 == 0 || id <= http2->client_max)
		return NULL;
	http2->client_max = id;
	return http2_streams_open(&http2->streams, id, NULL);
}

/* A response whose request was not seen: before we joined, lost, or still to come because the mirror
 * swapped them. Where nothing can have been hidden, its stream is over. */
static struct http2_stream *answer(struct http2 *http2, const struct http2_side *side, uint32_t id,
				   const struct http2_head *head)
{
	bool is_to_come = id % 2 == 1 && id > http2->client_max;
	bool is_head = head->status.data != NULL ||
		       ((!head->is_known || head->fields.unknown_count > 0) && !side->block.ends_stream);
	struct http2_stream *stream;

	if (!is_to_come &&
	    !(http2->may_have_hidden && is_head && !http2_streams_was_closed(&http2->streams, id)))
		return NULL;
	stream = http2_streams_open(&http2->streams, id, NULL);
	if (stream == NULL)
		return NULL;
	stream->is_after_loss = http2->sides[http2->client].lost_bytes > 0;
	stream->wait_until = side->is_peer_offset_known ? side->peer_offset : 0;
	return stream;
}

/* -- header blocks -------------------------------------------------------------------- */

/* The block will not be decoded. What it would have said of the stream is known to be missing. */
static void block_missing(const struct http2_side *side, struct http2_stream *stream, bool is_request)
{
	struct http2_half *half = half_of(stream, is_request);
	const struct http2_block *block = &side->block;
	struct message *message = is_request ? &stream->exchange->request : &stream->exchange->response;

	half->is_malformed |= block->is_malformed;
	half->is_unknown |= block->is_cut && !half->has_head;
	half->has_head |= block->is_cut;
	message->has_unknown_fields = true;
	message->oddities |= block->is_cut ? ODDITY_HEAD_CUT : 0;
	message->oddities |= block->continuations > LIMIT_CONTINUATIONS ? ODDITY_CONTINUATION_FLOOD : 0;
	if (side->lost_bytes - half->lost_at < block->gap_len)
		http2_stream_hole(stream, is_request, 0, block->gap_len);
}

static bool has_pseudo(const struct http2_head *head)
{
	return head->is_request || head->status.data != NULL;
}

/* False: an interim response, which leaves no trace but its number. */
static bool block_take(struct http2 *http2, struct http2_side *side, struct http2_stream *stream,
		       bool is_request, const struct http2_head *head)
{
	struct http2_half *half = half_of(stream, is_request);
	bool wants_head = !half->has_head || half->is_unknown;
	bool is_plain = head->is_known && head->fields.unknown_count == 0 && !has_pseudo(head);

	if (!is_request && wants_head && http2_head_is_interim(head) && !side->block.ends_stream) {
		stream->exchange->interim_count++;
		half->has_begun = half->has_head || half->wire_len > 0;
		return false;
	}
	if (wants_head && is_plain && side->lost_bytes > half->lost_at)
		return true; /* trailers: their head was lost */
	if (!wants_head && (has_pseudo(head) || !side->block.ends_stream)) { /* RFC 9113 section 8.1 */
		counts_of(http2)->http2_stray_frames++;
		half->is_malformed = true;
		return true;
	}
	if (half->is_unknown && half->wire_len > 0 && !has_pseudo(head))
		return true; /* trailers of a message whose head is unknown */
	http2_stream_head(&http2->streams, stream, is_request, head);
	return true;
}

static void message_block(struct http2 *http2, struct http2_side *side, bool is_request,
			  const struct http2_head *head)
{
	const struct http2_block *block = &side->block;
	struct http2_stream *stream = http2_streams_find(&http2->streams, block->stream);

	if (stream == NULL)
		stream = is_request ? ask(http2, block->stream) : answer(http2, side, block->stream, head);
	if (stream == NULL || half_of(stream, is_request)->is_over) {
		counts_of(http2)->http2_stray_frames++;
		return;
	}
	if (is_request && block->stream > http2->client_max && block->stream % 2 == 1)
		http2->client_max = block->stream;
	http2_stream_begin(&http2->streams, stream, is_request, block->first_ns);
	if (block->is_lost)
		block_missing(side, stream, is_request);
	else if (!block_take(http2, side, stream, is_request, head))
		return;
	if (block->ends_stream)
		http2_stream_end(&http2->streams, stream, is_request);
	settle(http2, stream);
}

/* RFC 9113 section 8.4: the server sends the request, too, and answers it on the promised stream. */
static void promise_block(struct http2 *http2, struct http2_side *side, const struct http2_head *head)
{
	uint32_t id = side->block.promised;
	struct http2_stream *stream;

	if (id == 0 || id % 2 == 1 || id <= http2->server_max) {
		counts_of(http2)->http2_stray_frames++;
		return;
	}
	http2->server_max = id;
	stream = http2_streams_find(&http2->streams, id);
	if (stream == NULL)
		stream = http2_streams_open(&http2->streams, id, NULL);
	if (stream == NULL || stream->request.has_begun)
		return;
	http2_stream_begin(&http2->streams, stream, true, side->block.first_ns);
	if (side->block.is_lost)
		block_missing(side, stream, true);
	else
		http2_stream_head(&http2->streams, stream, true, head);
	http2_stream_end(&http2->streams, stream, true);
	settle(http2, stream);
}

/* Joined midway, what the fields say tells who is the client. */
static void tell_client(struct http2 *http2, const struct http2_side *side, const struct http2_head *head)
{
	bool is_server = side->block.is_promise || head->status.data != NULL;

	if (http2->is_client_sure || (!is_server && !head->is_request))
		return;
	http2->is_client_sure = true;
	http2->client = side->direction;
	if (is_server)
		http2->client = side->direction == DIRECTION_OPENER ? DIRECTION_ANSWERER : DIRECTION_OPENER;
	http2->streams.client = http2->client;
}

void http2_block_done(struct http2 *http2, struct http2_side *side)
{
	struct http2_fields fields = {0};
	struct http2_head head = {0};
	struct arena scratch;

	arena_init(&scratch, SCRATCH_BYTES);
	scratch.stock = http2->desk->plan->exchanges;
	if (!side->block.is_lost && http2_headers_decode(side->headers, buffer_bytes(&side->block.bytes),
							 side->done, &scratch, &fields)) {
		http2_head_read(&fields, &head);
		counts_of(http2)->http2_unknown_fields += fields.unknown_count;
	}
	tell_client(http2, side, &head);
	if (!http2->is_client_sure)
		counts_of(http2)->http2_unknown_heads++;
	else if (side->block.is_promise && !is_client(http2, side))
		promise_block(http2, side, &head);
	else if (side->block.is_promise)
		counts_of(http2)->http2_frame_errors++;
	else
		message_block(http2, side, is_client(http2, side), &head);
	http2_headers_forget(side->headers);
	arena_wipe(&scratch);
}

/* -- other frames --------------------------------------------------------------------- */

static struct http2_stream *stream_of_data(struct http2 *http2, const struct http2_side *side)
{
	struct http2_stream *stream = http2_streams_find(&http2->streams, side->walk.frame.stream);

	if (stream == NULL || half_of(stream, is_client(http2, side))->is_over) {
		counts_of(http2)->http2_stray_frames++;
		return NULL;
	}
	return stream;
}

void http2_data(struct http2 *http2, struct http2_side *side, struct bytes part)
{
	struct http2_stream *stream = stream_of_data(http2, side);

	if (stream != NULL)
		http2_stream_data(&http2->streams, stream, is_client(http2, side), part);
}

void http2_data_hole(struct http2 *http2, struct http2_side *side, uint64_t content_len, uint64_t gap_len)
{
	struct http2_stream *stream = stream_of_data(http2, side);

	if (stream == NULL)
		return;
	http2_stream_begin(&http2->streams, stream, is_client(http2, side), side->time_ns);
	http2_stream_hole(stream, is_client(http2, side), content_len, gap_len);
}

void http2_data_malformed(struct http2 *http2, struct http2_side *side)
{
	struct http2_stream *stream = stream_of_data(http2, side);

	if (stream != NULL)
		half_of(stream, is_client(http2, side))->is_malformed = true;
}

void http2_end_stream(struct http2 *http2, struct http2_side *side, uint32_t id)
{
	struct http2_stream *stream = http2_streams_find(&http2->streams, id);
	bool is_request = is_client(http2, side);

	if (stream == NULL || half_of(stream, is_request)->is_over)
		return;
	http2_stream_begin(&http2->streams, stream, is_request, side->time_ns);
	http2_stream_end(&http2->streams, stream, is_request);
	if (!is_request && !stream->request.has_begun)
		stream->wait_until = side->is_peer_offset_known ? side->peer_offset : 0;
	settle(http2, stream);
}

/* The request that makes it a flood carries the mark: once in LIMIT_RESETS_NS. */
static void count_reset(struct http2 *http2, struct http2_stream *stream)
{
	if (http2->streams.time_ns - http2->resets_ns > LIMIT_RESETS_NS) {
		http2->resets_ns = http2->streams.time_ns;
		http2->resets = 0;
	}
	if (!stream->response.has_begun && ++http2->resets == LIMIT_RESETS)
		stream->exchange->request.oddities |= ODDITY_RESET_FLOOD;
}

void http2_reset(struct http2 *http2, struct http2_side *side, uint32_t id)
{
	struct http2_stream *stream = http2_streams_find(&http2->streams, id);

	if (stream == NULL)
		return;
	if (is_client(http2, side) && !stream->response.is_over && id % 2 == 1) {
		if (!stream->is_reset)
			count_reset(http2, stream);
		http2_streams_reset(&http2->streams, stream);
	} else {
		http2_streams_close(&http2->streams, stream, EXCHANGE_COMPLETE);
	}
}

/* RFC 9113 section 6.8: what the client opened beyond `last_id` is not answered. */
void http2_goaway(struct http2 *http2, struct http2_side *side, uint32_t last_id)
{
	struct http2_stream *stream = map_oldest(&http2->streams.map), *next;

	if (is_client(http2, side) || http2->goaways++ >= GOAWAYS_READ)
		return;
	for (; stream != NULL; stream = next) {
		next = map_newer(stream);
		if (stream->id % 2 == 1 && stream->id > last_id)
			http2_streams_close(&http2->streams, stream, EXCHANGE_COMPLETE);
	}
}

/* -- the connection ---------------------------------------------------------------------- */

struct http2 *http2_new(struct session_desk *desk, enum direction client, enum http2_begin begin)
{
	struct http2 *http2 = calloc(1, sizeof(*http2));
	bool is_fresh = begin != HTTP2_JOINED, is_ready = true;

	if (http2 == NULL)
		return NULL;
	http2->desk = desk;
	http2->client = client;
	http2->is_client_sure = is_fresh;
	http2->may_have_hidden = !is_fresh;
	http2_streams_init(&http2->streams, desk, client);
	for (int i = 0; i < 2; i++) {
		is_ready &=
			http2_side_init(&http2->sides[i], (enum direction)i, is_fresh, desk->plan->counts);
		http2->sides[i].done = desk->seen[i];
		http2->streams.lost[i] = &http2->sides[i].lost_bytes;
	}
	if (is_fresh)
		http2->sides[client].preface_left = HTTP2_PREFACE.len;
	if (is_ready)
		return http2;
	http2_free(http2);
	return NULL;
}

void http2_free(struct http2 *http2)
{
	if (http2 == NULL)
		return;
	http2_streams_finish(&http2->streams);
	http2_side_finish(&http2->sides[0]);
	http2_side_finish(&http2->sides[1]);
	free(http2);
}

void http2_adopt(struct http2 *http2, struct exchange *exchange)
{
	struct http2_stream *stream;

	exchange->is_upgrade = false;
	exchange->interim_count++;
	exchange->status = 0;
	exchange->response = (struct message){0};
	http2->client_max = 1;
	http2->streams.time_ns = exchange->time_ns;
	stream = http2_streams_open(&http2->streams, 1, exchange);
	if (stream == NULL)
		return;
	stream->request.has_begun = stream->request.has_head = stream->request.is_over = true;
	stream->request.is_adopted = true;
}

static void side_end(struct http2 *http2, struct http2_side *side)
{
	struct http2_stream *stream = map_oldest(&http2->streams.map), *next;

	side->is_over = true;
	for (; stream != NULL; stream = next) {
		next = map_newer(stream);
		if (!is_client(http2, side) && !stream->response.is_over)
			http2_streams_close(&http2->streams, stream, EXCHANGE_COMPLETE);
		else
			settle(http2, stream);
	}
	if (http2->sides[0].is_over && http2->sides[1].is_over)
		http2_streams_close_all(&http2->streams);
}

/* Moves chunk->bytes on as far as it goes. True when nothing of the chunk is left. */
static bool chunk_read(struct http2 *http2, struct http2_side *side, struct chunk *chunk)
{
	if (desk_is_full(http2->desk))
		return false;
	if (http2->streams.time_ns < chunk->time_ns)
		http2->streams.time_ns = chunk->time_ns;
	side->time_ns = chunk->time_ns;
	side->peer_offset = chunk->peer_offset;
	side->is_peer_offset_known = chunk->is_peer_offset_known;
	if (chunk->kind == CHUNK_GAP) {
		http2_side_gap(http2, side, chunk->gap_len);
		side->done = chunk->offset + chunk->gap_len;
	} else if (chunk->kind != CHUNK_BYTES) {
		side_end(http2, side);
	}
	while (chunk->kind == CHUNK_BYTES && chunk->bytes.len > 0 && !desk_is_full(http2->desk)) {
		size_t used = http2_side_read(http2, side, chunk);

		CHECK(used <= chunk->bytes.len);
		chunk->bytes = bytes_from(chunk->bytes, used);
		chunk->offset += used;
		chunk->is_segment_start &= used == 0;
		side->done = chunk->offset;
	}
	return chunk->kind != CHUNK_BYTES || chunk->bytes.len == 0;
}

static void side_go_on(struct http2 *http2, struct http2_side *side)
{
	while (side->held.first != NULL && !desk_is_full(http2->desk)) {
		struct held_chunk *held = held_chunks_take(&side->held);

		if (!chunk_read(http2, side, &held->chunk)) {
			held_chunks_put_back(&side->held, held);
			return;
		}
		free(held);
	}
}

void http2_run(struct http2 *http2)
{
	side_go_on(http2, &http2->sides[0]);
	side_go_on(http2, &http2->sides[1]);
}

static void side_feed(struct http2 *http2, struct http2_side *side, const struct chunk *chunk)
{
	struct chunk rest = *chunk;

	if (side->held.first == NULL && chunk_read(http2, side, &rest))
		return;
	if (!held_chunks_add(&side->held, &rest))
		http2_side_lose(http2, side, rest.bytes.len);
}

void http2_feed(struct http2 *http2, const struct chunk *chunk)
{
	http2_run(http2);
	if (chunk->kind != CHUNK_ABORTED) {
		side_feed(http2, &http2->sides[chunk->direction], chunk);
		return;
	}
	side_feed(http2, &http2->sides[http2->client], chunk);
	side_feed(http2,
		  &http2->sides[http2->client == DIRECTION_OPENER ? DIRECTION_ANSWERER : DIRECTION_OPENER],
		  chunk);
}
