#include "sensor/reassembly/stream.h"

#include <string.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"

void stream_home_init(struct stream_home *home, struct reassembly_counts *counts)
{
	*home = (struct stream_home){.counts = counts};
	stock_init(&home->unsettled, sizeof(struct stream_unsettled), LIMIT_SPARE_UNSETTLED);
}

void stream_home_finish(struct stream_home *home)
{
	stock_finish(&home->unsettled);
}

void stream_init(struct stream *stream, struct stream_home *home)
{
	*stream = (struct stream){.home = home};
}

struct stream_unsettled *stream_unsettle(struct stream *stream)
{
	if (stream->unsettled == NULL)
		stream->unsettled = stock_take(&stream->home->unsettled);
	else
		return stream->unsettled;
	if (stream->unsettled != NULL)
		*stream->unsettled = (struct stream_unsettled){.held.counts = stream->home->counts};
	return stream->unsettled;
}

bool stream_is_current(const struct stream *stream)
{
	return stream->home->current_of == stream;
}

bool stream_has_held(const struct stream *stream)
{
	return stream->unsettled != NULL && stream->unsettled->held.first != NULL;
}

void stream_release(struct stream *stream)
{
	struct stream_unsettled *unsettled = stream->unsettled;

	if (unsettled == NULL)
		return;
	early_free(&unsettled->held, unsettled->lent);
	unsettled->lent = NULL;
}

void stream_finish(struct stream *stream)
{
	stream_release(stream);
	if (stream->unsettled != NULL) {
		early_finish(&stream->unsettled->held);
		stock_put_back(&stream->home->unsettled, stream->unsettled);
		stream->unsettled = NULL;
	}
	prints_finish(&stream->prints);
}

void stream_begin(struct stream *stream, uint32_t seq, bool is_firm)
{
	stream->base_seq = seq;
	stream->has_base = true;
	stream->is_base_firm = is_firm;
	stream->seen_end = 0;
	stream->acked = 0;
	stream->acked_last = 0;
	stream->has_fin = false;
}

/* Sequence numbers come round after 4 GiB (RFC 9293, 3.4): the nearest one to where the stream is. */
int64_t stream_offset(const struct stream *stream, uint32_t seq)
{
	uint64_t near = stream->acked > stream->next ? stream->acked : stream->next;
	uint32_t near_seq = stream->base_seq + (uint32_t)near;

	return (int64_t)near + (int32_t)(seq - near_seq);
}

void stream_shift(struct stream *stream, uint64_t by)
{
	stream->base_seq -= (uint32_t)by;
	stream->seen_end += by;
	stream->acked += by;
	stream->acked_last += by;
	stream->fin_offset += by;
	if (stream->unsettled == NULL)
		return;
	stream->unsettled->fin.offset += by;
	stream->unsettled->grace_acked += by;
	early_shift(&stream->unsettled->held, by, 0);
}

/*
 * One byte more than was seen is a FIN that the mirror lost, so far as anybody
 * can tell: never a reason to miss a byte.
 */
bool stream_ack_offset(const struct stream *stream, uint32_t ack, uint64_t *out_offset)
{
	uint64_t known = stream->acked > stream->seen_end ? stream->acked : stream->seen_end;
	int64_t offset;

	if (!stream->has_base)
		return false;
	offset = stream_offset(stream, ack);
	if (offset < 0 || (uint64_t)offset > known + LIMIT_ACK_AHEAD)
		return false;
	if (stream->has_fin && (uint64_t)offset > stream->fin_offset + 1)
		return false;
	if ((uint64_t)offset == stream->seen_end + 1 && stream->is_seen)
		offset--;
	*out_offset = (uint64_t)offset;
	return true;
}

void stream_acknowledge(struct stream *stream, uint64_t offset)
{
	stream->acked_last = offset;
	if (offset > stream->acked)
		stream->acked = offset;
}

static void overlap_compare(struct stream *stream, const struct piece *old, const struct piece *piece)
{
	uint64_t from = old->offset > piece->offset ? old->offset : piece->offset;
	uint64_t to = piece_end(old) < piece_end(piece) ? piece_end(old) : piece_end(piece);
	struct bytes first = bytes_slice(old->bytes, from - old->offset, to - from);
	struct bytes second = bytes_slice(piece->bytes, from - piece->offset, to - from);

	if (old->cut_len > 0 || piece->cut_len > 0)
		return;
	if (bytes_equal(first, second))
		stream->home->counts->overlap_same++;
	else
		stream->home->counts->overlap_different++;
}

/* It is handed out in order, before the next segment: nothing is kept. */
static bool take_current(struct stream *stream, const struct piece *piece, bool must_wait)
{
	if (piece->offset != stream->next || piece->cut_len > 0 || must_wait)
		return false;
	stream->home->current = *piece;
	stream->home->current_of = stream;
	return true;
}

/* Only what is not held yet; `piece` starts at or behind `next`. */
static void take_piece(struct stream *stream, struct piece piece, bool must_wait)
{
	struct stream_unsettled *unsettled;
	struct early **at;

	if (!stream_has_held(stream) && take_current(stream, &piece, must_wait))
		return;
	unsettled = stream_unsettle(stream);
	if (unsettled == NULL)
		return; /* the bytes become a hole */
	at = early_find(&unsettled->held, piece.offset);
	while (piece_len(&piece) > 0) {
		struct early *held = *at;
		uint64_t room = held == NULL                        ? UINT64_MAX
				: held->piece.offset > piece.offset ? held->piece.offset - piece.offset
								    : 0;
		uint64_t len = room < piece_len(&piece) ? room : piece_len(&piece);
		struct piece part = piece_slice(&piece, 0, len);

		if (len > 0 && !take_current(stream, &part, must_wait))
			early_put(&unsettled->held, at, &part);
		piece = piece_slice(&piece, len, piece_len(&piece) - len);
		if (piece_len(&piece) == 0)
			return;
		overlap_compare(stream, &held->piece, &piece);
		len = piece_end(&held->piece) - piece.offset;
		if (len >= piece_len(&piece))
			return;
		piece = piece_slice(&piece, len, piece_len(&piece) - len);
		at = &held->next;
	}
}

/* Cuts off what is behind us; false when nothing is left. */
static bool trim(const struct stream *stream, struct piece *piece)
{
	uint64_t done = stream->next > piece->offset ? stream->next - piece->offset : 0;

	if (done >= piece_len(piece))
		return false;
	*piece = piece_slice(piece, done, piece_len(piece) - done);
	return true;
}

static void take_fin(struct stream *stream, int64_t end, const struct piece *piece)
{
	struct stream_unsettled *unsettled;

	if (stream->has_fin || end < (int64_t)stream->seen_end)
		return; /* repeated, or it would cut off what was seen */
	unsettled = stream_unsettle(stream);
	if (unsettled == NULL)
		return;
	stream->has_fin = true;
	stream->fin_offset = (uint64_t)end;
	stream->seen_end = (uint64_t)end;
	unsettled->fin = *piece;
	unsettled->fin.bytes = BYTES_NONE;
	unsettled->fin.cut_len = 0;
	unsettled->fin.offset = (uint64_t)end;
}

/* True when some of the bytes had come before. */
static bool take_payload(struct stream *stream, const struct segment *segment, int64_t offset, int64_t end,
			 const struct piece *piece, bool must_wait)
{
	struct piece data = *piece, cut = *piece;
	uint64_t before = offset < 0 ? (uint64_t)-offset : 0;
	bool is_new = false;

	if (stream->has_fin && !stream->is_end_told && end > (int64_t)stream->fin_offset)
		stream->has_fin = false; /* it was forged: the sender goes on */
	if (end <= 0)
		return true;
	data.bytes = bytes_from(segment->payload, before);
	data.offset = (uint64_t)(offset + (int64_t)before);
	data.is_segment_start = before == 0;
	cut.bytes = BYTES_NONE;
	cut.cut_len = segment->cut_len;
	cut.offset = (uint64_t)end - segment->cut_len;
	cut.is_segment_start = false;
	if ((uint64_t)end > stream->seen_end)
		stream->seen_end = (uint64_t)end;
	if (trim(stream, &data)) {
		is_new = true;
		if (data.offset > stream->next)
			stream->home->counts->out_of_order++;
		take_piece(stream, data, must_wait);
	}
	if (cut.cut_len > 0 && end - (int64_t)cut.cut_len >= 0 && trim(stream, &cut)) {
		is_new = true;
		take_piece(stream, cut, must_wait);
	}
	return !is_new || offset < (int64_t)stream->next;
}

bool stream_take(struct stream *stream, const struct segment *segment, int64_t offset,
		 const struct piece *piece, bool must_wait)
{
	uint64_t len = segment->payload.len + segment->cut_len;
	int64_t end = offset + (int64_t)len;
	bool is_again = false;

	CHECK(stream->home->current_of == NULL);
	if (len > 0)
		is_again = take_payload(stream, segment, offset, end, piece, must_wait);
	if (segment->flags & TCP_FIN)
		take_fin(stream, end, piece);
	return is_again;
}

void stream_take_next(struct stream *stream, const struct piece *piece)
{
	CHECK(stream->home->current_of == NULL && piece->offset == stream->next);
	stream->seen_end = stream->next + piece->bytes.len;
	stream->home->current = *piece;
	stream->home->current_of = stream;
}

const struct piece *stream_head(const struct stream *stream)
{
	const struct stream_unsettled *unsettled = stream->unsettled;

	if (stream_is_current(stream))
		return &stream->home->current;
	if (unsettled == NULL)
		return NULL;
	if (unsettled->held.first != NULL && unsettled->held.first->piece.offset == stream->next)
		return &unsettled->held.first->piece;
	if (stream->has_fin && !stream->is_end_told && stream->fin_offset == stream->next)
		return &unsettled->fin;
	return NULL;
}

bool stream_has_gap(const struct stream *stream)
{
	return stream->unsettled != NULL && stream->next < stream->unsettled->given_up_to &&
	       stream_head(stream) == NULL;
}

static void gap_write(struct stream *stream, uint64_t len, enum gap_reason reason, struct chunk *out_chunk)
{
	out_chunk->kind = CHUNK_GAP;
	out_chunk->gap_len = len;
	out_chunk->gap = reason;
	stream->home->counts->gaps[reason]++;
	stream->home->counts->gap_bytes[reason] += len;
}

static void piece_write(struct stream *stream, const struct piece *piece, struct chunk *out_chunk)
{
	*out_chunk = (struct chunk){
		.kind = CHUNK_BYTES,
		.bytes = piece->bytes,
		.is_segment_start = piece->is_segment_start,
		.offset = piece->offset,
		.peer_offset = piece->is_peer_offset_known ? piece->peer_offset : 0,
		.is_peer_offset_known = piece->is_peer_offset_known,
		.time_ns = piece->time_ns,
		.packet_number = piece->number,
	};
	if (piece->cut_len > 0)
		gap_write(stream, piece->cut_len, GAP_TRUNCATED, out_chunk);
	stream->home->counts->bytes_delivered += piece->bytes.len;
	stream->next += piece_len(piece);
	stream->is_begun = true;
	if (piece->clock_ns > stream->progress_ns)
		stream->progress_ns = piece->clock_ns;
}

static void hole_write(struct stream *stream, struct chunk *out_chunk)
{
	const struct stream_unsettled *unsettled = stream->unsettled;
	uint64_t end = unsettled->given_up_to;

	if (unsettled->held.first != NULL && unsettled->held.first->piece.offset < end)
		end = unsettled->held.first->piece.offset;
	if (stream->has_fin && stream->fin_offset > stream->next && stream->fin_offset < end)
		end = stream->fin_offset;
	*out_chunk = (struct chunk){
		.offset = stream->next,
		.time_ns = unsettled->given_up_ns,
		.packet_number = unsettled->given_up_number,
	};
	gap_write(stream, end - stream->next, unsettled->given_up, out_chunk);
	stream->next = end;
	if (end > stream->seen_end)
		stream->seen_end = end;
	stream->is_begun = true;
}

/* Whatever claimed that there is more was wrong. */
static void end_take(struct stream *stream)
{
	stream->is_end_told = true;
	stream->unsettled->given_up_to = stream->next;
	stream->unsettled->is_in_grace = false;
	if (stream->acked > stream->next)
		stream->acked = stream->next;
}

bool stream_next(struct stream *stream, struct chunk *out_chunk)
{
	const struct piece *head = stream_head(stream);
	struct stream_unsettled *unsettled = stream->unsettled;

	stream_release(stream);
	if (stream_is_current(stream)) {
		piece_write(stream, head, out_chunk);
		stream->home->current_of = NULL;
	} else if (head != NULL && head == &unsettled->fin) {
		piece_write(stream, head, out_chunk);
		out_chunk->kind = CHUNK_END;
		end_take(stream);
	} else if (head != NULL) {
		unsettled->lent = early_pop(&unsettled->held);
		piece_write(stream, &unsettled->lent->piece, out_chunk);
	} else if (unsettled != NULL && stream->next < unsettled->given_up_to) {
		hole_write(stream, out_chunk);
	} else {
		return false;
	}
	return true;
}
