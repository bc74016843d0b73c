#include "sensor/reassembly/connection.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "sensor/reassembly/connections.h"

enum direction connection_direction(const struct connection *connection, const struct segment *segment)
{
	return endpoint_equal(&segment->from, &connection->session.plan.ends[DIRECTION_OPENER])
		       ? DIRECTION_OPENER
		       : DIRECTION_ANSWERER;
}

bool connection_is_closed(const struct connection *connection)
{
	return connection->streams[0].is_end_told && connection->streams[1].is_end_told;
}

bool connection_is_reset(const struct connection *connection)
{
	return connection->odd != NULL && connection->odd->reset.is_seen;
}

bool connection_is_waiting(const struct connection *connection)
{
	return stream_is_waiting(&connection->streams[0]) || stream_is_waiting(&connection->streams[1]);
}

/* -- taking ------------------------------------------------------------------ */

/* NULL without memory. */
static struct connection_odd *make_odd(struct connection *connection)
{
	if (connection->odd == NULL)
		connection->odd = calloc(1, sizeof(*connection->odd));
	return connection->odd;
}

static uint64_t payload_len(const struct segment *segment)
{
	return segment->payload.len + segment->cut_len;
}

/*
 * RFC 9293, 3.10.7.4: a RST counts inside the window. Before the sender's
 * sequence numbers are known it must acknowledge what the other side sent.
 */
static bool reset_is_valid(const struct connection *connection, const struct stream *own,
			   const struct stream *other, const struct segment *segment)
{
	uint64_t low = other->is_seen && own->acked < own->next ? own->acked : own->next;
	uint64_t high = own->acked > own->seen_end ? own->acked : own->seen_end;
	uint64_t acked;
	int64_t offset;

	if (own->has_base && own->is_seen) {
		offset = stream_offset(own, segment->seq);
		return offset >= (int64_t)low && offset <= (int64_t)(high + LIMIT_GAP_BYTES);
	}
	if (connection->session.plan.connection == segment->number)
		return true;
	return (segment->flags & TCP_ACK) != 0 && stream_ack_offset(other, segment->ack, &acked) &&
	       acked <= other->seen_end;
}

/* It is told when LIMIT_CLOSED_NS have passed: who sends on was not the one who reset. */
static void take_reset(struct connection *connection, enum direction direction, const struct segment *segment)
{
	struct reassembly_counts *counts = connection->home->plan.counts;
	const struct stream *own = &connection->streams[direction];
	const struct stream *other = &connection->streams[!direction];

	/* RFC 5925, 7.3, and Linux for RFC 2385: without a key nobody acts on what is signed. */
	if (segment->is_signed && !connection->is_signed &&
	    connection->session.plan.connection != segment->number) {
		counts->resets_doubted++;
		return;
	}
	if (!reset_is_valid(connection, own, other, segment)) {
		counts->out_of_window++;
		return;
	}
	if (connection_is_reset(connection) || make_odd(connection) == NULL)
		return;
	connection->odd->reset =
		(struct reset){.is_seen = true,
			       .from = direction,
			       .number = segment->number,
			       .last_ns = connection->clock_ns,
			       .offset = own->has_base ? stream_offset(own, segment->seq) : 0,
			       .peer_end = other->seen_end};
	connections_place(connection);
}

/* The sender of the RST sends more, or acknowledges what came behind it: the RST was another's. */
static bool goes_on(const struct connection *connection, enum direction direction,
		    const struct segment *segment, int64_t offset)
{
	const struct reset *reset;
	uint64_t acked;

	if (!connection_is_reset(connection) || direction != connection->odd->reset.from)
		return false;
	reset = &connection->odd->reset;
	if (payload_len(segment) > 0 && offset >= reset->offset)
		return true;
	return (segment->flags & TCP_ACK) &&
	       stream_ack_offset(&connection->streams[!direction], segment->ack, &acked) &&
	       acked > reset->peer_end && acked <= connection->streams[!direction].seen_end;
}

/* -- SYNs ----------------------------------------------------------------------- */

bool connection_has_candidate(const struct connection *connection, enum direction direction, uint32_t seq)
{
	const struct syn_candidates *candidates;

	if (connection->odd == NULL)
		return false;
	candidates = &connection->odd->candidates[direction];
	for (unsigned i = 0; i < candidates->count; i++)
		if (candidates->seq[i] == seq)
			return true;
	return false;
}

void connection_add_candidate(struct connection *connection, enum direction direction, uint32_t seq)
{
	struct syn_candidates *candidates;

	if (connection_has_candidate(connection, direction, seq) || make_odd(connection) == NULL)
		return;
	candidates = &connection->odd->candidates[direction];
	candidates->seq[candidates->next] = seq;
	candidates->next = (candidates->next + 1) % LIMIT_SYN_CANDIDATES;
	if (candidates->count < LIMIT_SYN_CANDIDATES)
		candidates->count++;
}

/* The direction's first byte, as soon as anything tells it. False for a SYN that is not of this connection.
 */
static bool base_find(struct connection *connection, enum direction direction, const struct segment *segment)
{
	struct stream *own = &connection->streams[direction];
	bool is_syn = (segment->flags & TCP_SYN) != 0;
	uint32_t seq = segment->seq + (is_syn ? 1 : 0);
	bool is_movable = !own->is_begun && !stream_has_held(own) &&
			  !(own->is_base_firm && (connection->state & CONNECTION_SYN_ACK));

	if (!own->has_base) {
		stream_begin(own, seq, is_syn);
	} else if (is_syn && own->base_seq != seq) {
		if (!is_movable)
			return false;
		/* the one before may be the one that is answered */
		connection_add_candidate(connection, direction, own->base_seq - 1);
		stream_begin(own, seq, true);
	} else if (is_syn) {
		own->is_base_firm = true;
	} else if (!own->is_seen && !own->is_base_firm) {
		/* Known from an acknowledgement only, which may have been astray. */
		int64_t offset = stream_offset(own, seq);

		if (offset < -(int64_t)LIMIT_ACK_AHEAD || offset > (int64_t)(own->acked + LIMIT_ACK_AHEAD))
			stream_begin(own, seq, false);
	}
	return true;
}

/*
 * A SYN-ACK answers a SYN that was seen. Where a firewall renumbers connections and both
 * of its sides are mirrored, there is a second one that answers nothing here.
 */
static bool answers_syn(const struct connection *connection, enum direction direction,
			const struct segment *segment)
{
	const struct stream *other = &connection->streams[!direction];
	int64_t offset;

	if ((segment->flags & (TCP_SYN | TCP_ACK)) != (TCP_SYN | TCP_ACK) || !other->is_base_firm)
		return true;
	offset = stream_offset(other, segment->ack);
	return (offset >= 0 && offset <= (int64_t)other->seen_end) ||
	       (!other->is_begun && connection_has_candidate(connection, !direction, segment->ack - 1));
}

static bool is_inside(const struct stream *own, const struct segment *segment, int64_t offset)
{
	uint64_t len = payload_len(segment);
	uint64_t known = own->acked > own->seen_end ? own->acked : own->seen_end;
	int64_t end = offset + (int64_t)len;
	int64_t near = (int64_t)(own->acked > own->next ? own->acked : own->next);

	if (own->is_end_told && end > (int64_t)own->fin_offset)
		return len == 0 && end == (int64_t)own->fin_offset + 1;
	/* One forged FIN far ahead would end a quiet stream. */
	if ((segment->flags & TCP_FIN) && end > (int64_t)(known + len + LIMIT_ACK_AHEAD))
		return false;
	return end <= near + (int64_t)LIMIT_SEQUENCE_AHEAD &&
	       offset >= (int64_t)own->next - (int64_t)LIMIT_SEQUENCE_AHEAD;
}

/* RFC 9293, 3.8.4: one before the next, with no byte or one of garbage. What is not acknowledged is a probe.
 */
static bool is_keep_alive(const struct stream *own, const struct segment *segment, int64_t offset)
{
	bool is_probe = own->acked > 0 && (int64_t)own->acked <= offset;

	return !is_probe && offset == (int64_t)own->next - 1 && own->next == own->seen_end &&
	       payload_len(segment) <= 1 && (segment->flags & (TCP_SYN | TCP_FIN)) == 0;
}

/*
 * What this direction acknowledges tells where the other one is, even when it was
 * never seen. Of several SYNs the answered one counts.
 */
static void take_ack(struct stream *other, const struct segment *segment, struct piece *piece)
{
	bool is_untouched = !other->is_begun && !stream_has_held(other) && !other->has_fin;
	bool is_syn_ack = (segment->flags & TCP_SYN) != 0;
	int64_t offset = stream_offset(other, segment->ack);
	bool is_new = !other->is_base_firm || offset < 0 || offset > (int64_t)other->seen_end;

	if (!other->has_base)
		stream_begin(other, segment->ack, is_syn_ack);
	else if (is_syn_ack && is_untouched && is_new)
		stream_begin(other, segment->ack, true);
	else if (!other->is_base_firm && is_untouched && other->seen_end == 0 &&
		 segment->ack == other->base_seq + 1)
		stream_begin(other, segment->ack, false); /* it was joined at a keep-alive */
	piece->is_peer_offset_known = stream_ack_offset(other, segment->ack, &piece->peer_offset);
	if (piece->is_peer_offset_known)
		stream_acknowledge(other, piece->peer_offset);
}

/* What is handed out behind bytes of the other direction that are still to come. */
static bool must_wait(const struct piece *piece, const struct stream *other)
{
	return piece->is_peer_offset_known && other->is_seen && piece->peer_offset > other->next &&
	       other->acked > other->next;
}

static void take_data(struct connection *connection, enum direction direction, const struct segment *segment,
		      int64_t offset, bool is_copy)
{
	struct stream *own = &connection->streams[direction];
	struct stream *other = &connection->streams[!direction];
	struct piece piece = {
		.time_ns = segment->time_ns, .clock_ns = segment->clock_ns, .number = segment->number};

	if (segment->flags & TCP_ACK)
		take_ack(other, segment, &piece);
	if (is_keep_alive(own, segment, offset)) {
		connection->home->plan.counts->keep_alives++;
		return;
	}
	if (offset < 0 && !own->is_begun && !own->is_base_firm && -offset <= (int64_t)LIMIT_GAP_BYTES) {
		stream_shift(own, (uint64_t)-offset);
		if (other->unsettled != NULL)
			early_shift(&other->unsettled->held, 0, (uint64_t)-offset);
		offset = 0;
	}
	if (stream_take(own, segment, offset, &piece, must_wait(&piece, other)) && !is_copy)
		connection->home->plan.counts->retransmitted++;
}

static void note_state(struct connection *connection, const struct segment *segment)
{
	if (segment->flags & TCP_SYN)
		connection->state |= segment->flags & TCP_ACK ? CONNECTION_SYN_ACK : CONNECTION_SYN;
	if (payload_len(segment) > 0)
		connection->state |= CONNECTION_DATA;
}

static void review(struct connection *connection)
{
	struct stream *streams = connection->streams;

	for (int i = 0; i < 2; i++)
		stream_review(&streams[i], &streams[!i], connection->clock_ns, connection->last_number);
}

bool connection_let_go(struct connection *connection)
{
	struct stream *streams = connection->streams;

	if (!stream_has_held(&streams[0]) && !stream_has_held(&streams[1]))
		return false;
	for (int i = 0; i < 2; i++)
		stream_let_go(&streams[i], connection->clock_ns, connection->last_number);
	return true;
}

/* `print` is the segment's. */
static bool is_copy_of_earlier(const struct connection *connection, const struct stream *own,
			       const struct segment *segment, uint32_t print)
{
	return prints_have(&own->prints, print) ||
	       (!segment_is_marked(segment) &&
		prints_have(&own->prints, segment_print(segment, connection->home->plan.seed, true)));
}

/* Nothing is left to do for a copy, unless the bytes still wait: then they are compared. */
static bool is_spent(const struct stream *own, const struct segment *segment)
{
	uint64_t len = payload_len(segment);
	uint32_t seq = segment->seq + (segment->flags & TCP_SYN ? 1 : 0);

	return len == 0 || stream_offset(own, seq) + (int64_t)len <= (int64_t)own->next;
}

static void take_known(struct connection *connection, enum direction direction, const struct segment *segment,
		       int64_t offset, bool is_copy)
{
	struct stream *own = &connection->streams[direction];

	if (goes_on(connection, direction, segment, offset)) {
		connection->home->plan.counts->resets_doubted++;
		connection->odd->reset.is_seen = false;
	}
	own->is_seen = true;
	own->last_number = segment->number;
	connection->is_signed |= segment->is_signed;
	for (int i = 0; i < 2; i++)
		if (connection->streams[i].unsettled != NULL)
			connection->streams[i].unsettled->grace_packets += !is_copy;
	take_data(connection, direction, segment, offset, is_copy);
	note_state(connection, segment);
	review(connection);
	if (connection_is_reset(connection))
		connection->odd->reset.last_ns = segment->clock_ns;
	else if (!connection_is_closed(connection))
		connection->touched_ns = segment->clock_ns;
	connections_place(connection);
}

/* Its first byte is known for certain, and nothing of it is missing, waits or is acknowledged before it was
 * seen. */
static bool is_in_step(const struct stream *stream)
{
	return stream->unsettled == NULL && stream->is_seen && (stream->is_begun || stream->is_base_firm) &&
	       !stream->has_fin && stream->acked <= stream->next && stream->seen_end == stream->next;
}

/*
 * Nearly every packet: the bytes that come next, or an acknowledgement of more of what was seen. It brings
 * something new, so no copy of it went before; and the rest of this file comes to what take_straight does.
 */
static bool is_straight(const struct connection *connection, const struct stream *own,
			const struct stream *other, const struct segment *segment)
{
	uint32_t behind = other->base_seq + (uint32_t)other->next - segment->ack;

	return (segment->flags & (TCP_SYN | TCP_ACK | TCP_FIN | TCP_RST)) == TCP_ACK &&
	       segment->cut_len == 0 && segment->seq == own->base_seq + (uint32_t)own->next &&
	       behind <= INT32_MAX && behind <= other->next &&
	       (segment->payload.len > 0 || other->next - behind > other->acked) && connection->odd == NULL &&
	       is_in_step(own) && is_in_step(other);
}

static void take_straight(struct connection *connection, struct stream *own, struct stream *other,
			  const struct segment *segment)
{
	uint64_t acked = other->next - (other->base_seq + (uint32_t)other->next - segment->ack);

	own->last_number = segment->number;
	connection->is_signed |= segment->is_signed;
	connection->touched_ns = segment->clock_ns;
	stream_acknowledge(other, acked);
	if (segment->payload.len > 0) {
		connection->state |= CONNECTION_DATA;
		stream_take_next(own, &(struct piece){.bytes = segment->payload,
						      .offset = own->next,
						      .peer_offset = acked,
						      .is_peer_offset_known = true,
						      .is_segment_start = true,
						      .time_ns = segment->time_ns,
						      .clock_ns = segment->clock_ns,
						      .number = segment->number});
	}
	connections_place(connection);
}

void connection_take(struct connection *connection, const struct segment *segment)
{
	struct reassembly_counts *counts = connection->home->plan.counts;
	enum direction direction = connection_direction(connection, segment);
	struct stream *own = &connection->streams[direction], *other = &connection->streams[!direction];
	uint32_t print = segment_print(segment, connection->home->plan.seed, false);
	int64_t offset;
	bool is_copy;

	counts->segments++;
	connection->clock_ns = segment->clock_ns;
	connection->last_number = segment->number;
	if (is_straight(connection, own, other, segment)) {
		prints_add(&own->prints, print);
		take_straight(connection, own, other, segment);
		return;
	}
	is_copy = is_copy_of_earlier(connection, own, segment, print);
	counts->duplicates += is_copy;
	if (is_copy && is_spent(own, segment))
		return;
	if (segment->flags & TCP_RST) {
		take_reset(connection, direction, segment);
		prints_add(&own->prints, print);
		return;
	}
	if (!answers_syn(connection, direction, segment) || !base_find(connection, direction, segment)) {
		counts->out_of_window++;
		return;
	}
	offset = stream_offset(own, segment->seq + (segment->flags & TCP_SYN ? 1 : 0));
	if (!is_inside(own, segment, offset)) {
		counts->out_of_window++;
		return;
	}
	if (!is_copy)
		prints_add(&own->prints, print);
	take_known(connection, direction, segment, offset, is_copy);
}

/* -- handing out ------------------------------------------------------------- */

/* The stream that a piece of the segment at hand is next of; NULL: there is none. */
static struct stream *current_stream(struct connection *connection)
{
	struct stream *streams = connection->streams;

	return stream_is_current(&streams[0])   ? &streams[0]
	       : stream_is_current(&streams[1]) ? &streams[1]
						: NULL;
}

/* A stream that can go on now, with what is held; NULL when none can. */
static struct stream *ready_stream(struct connection *connection)
{
	struct stream *streams = connection->streams;
	const struct piece *heads[2];
	bool waits[2];

	if (streams[0].unsettled == NULL && streams[1].unsettled == NULL)
		return NULL; /* most of the time */
	for (int i = 0; i < 2; i++)
		if (stream_has_gap(&streams[i]))
			return &streams[i];
	for (int i = 0; i < 2; i++) {
		heads[i] = stream_head(&streams[i]);
		waits[i] = heads[i] == NULL || must_wait(heads[i], &streams[!i]);
	}
	/* Each behind the other: a repeated segment carries a later acknowledgement than its bytes. */
	if (heads[0] != NULL && heads[1] != NULL && waits[0] == waits[1])
		return &streams[heads[1]->number < heads[0]->number];
	if (!waits[0])
		return &streams[0];
	return waits[1] ? NULL : &streams[1];
}

static struct stream *ready_at_end(struct connection *connection)
{
	struct stream *streams = connection->streams;

	for (int i = 0; i < 2; i++)
		stream_give_up(&streams[i], GAP_CLOSE, connection->over_ns, connection->last_number);
	for (int i = 0; i < 2; i++)
		if (stream_has_gap(&streams[i]) || stream_head(&streams[i]) != NULL)
			return &streams[i];
	return NULL;
}

static void settle(struct connection *connection)
{
	for (int i = 0; i < 2; i++)
		stream_settle(&connection->streams[i], connection->clock_ns);
	if (connection_is_closed(connection) && connection->over == ABORT_NONE)
		connections_close(connection);
	connections_wait(connection);
}

/* Everything but a current piece was handed out, nothing is missing, and it stands where it belongs: so after
 * most packets. */
static bool is_settled(const struct connection *connection)
{
	const struct stream *streams = connection->streams;

	for (int i = 0; i < 2; i++)
		if (streams[i].unsettled != NULL || streams[i].acked > streams[i].next)
			return false;
	return connection->over == ABORT_NONE && !connection_is_closed(connection) &&
	       connection->links[LINK_WAITING].list == NULL;
}

bool connection_next(struct connection *connection, struct chunk *out_chunk)
{
	struct stream *stream = current_stream(connection);

	if (stream == NULL && is_settled(connection))
		return false;
	if (stream == NULL)
		stream = ready_stream(connection);
	for (int i = 0; i < 2; i++)
		stream_release(&connection->streams[i]);
	if (stream == NULL && connection->over != ABORT_NONE)
		stream = ready_at_end(connection);
	if (stream != NULL && stream_next(stream, out_chunk)) {
		out_chunk->direction =
			stream == &connection->streams[0] ? DIRECTION_OPENER : DIRECTION_ANSWERER;
		return true;
	}
	if (connection->over == ABORT_NONE) {
		settle(connection);
		return false;
	}
	if (connection->is_abort_told)
		return false;
	connection->is_abort_told = true;
	*out_chunk = (struct chunk){
		.kind = CHUNK_ABORTED,
		.aborted = connection->over,
		.time_ns = connection->over_ns,
		.packet_number = connection->last_number,
	};
	return true;
}

bool connection_review(struct connection *connection, uint64_t clock_ns)
{
	connection->clock_ns = clock_ns;
	review(connection);
	return ready_stream(connection) != NULL;
}
