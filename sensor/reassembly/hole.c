/*
 * When a hole is given up:
 *
 *	the other side acknowledged past it, and either LIMIT_GRACE_PACKETS more
 *	packets of the connection came or LIMIT_GRACE_NS passed. The grace is
 *	there because a mirror mixes two directions: an acknowledgement may
 *	overtake the very packet that it acknowledges			GAP_ACKED
 *	the other side is silent since the first thing behind the hole
 *	came (one direction mirrored), and LIMIT_GAP_BYTES or
 *	LIMIT_GAP_PACKETS wait						GAP_WINDOW
 *	the other side was never seen, and LIMIT_GAP_NS passed		GAP_TIMEOUT
 *	LIMIT_STREAM_HELD or LIMIT_STREAM_SEGMENTS wait			GAP_WINDOW
 *	the worker's ceiling of held bytes is reached, and this one of all
 *	connections has waited longest					GAP_MEMORY
 *	the connection is over						GAP_ACKED or GAP_CLOSE
 *
 * An acknowledgement that later ones contradict is forgotten.
 * While the other side answers and does not acknowledge, it lacks the bytes
 * too, and they will be sent again: nothing is given up for time alone.
 */
#include "parsers/base/limits.h"
#include "sensor/reassembly/stream.h"

/* The first thing behind the hole at `next`; NULL when nothing waits behind one. */
static const struct piece *behind_hole(const struct stream *stream)
{
	const struct piece *piece = NULL;

	if (stream->unsettled == NULL)
		return NULL;
	if (stream->unsettled->held.first != NULL)
		piece = &stream->unsettled->held.first->piece;
	else if (stream->has_fin && !stream->is_end_told)
		piece = &stream->unsettled->fin;
	return piece != NULL && piece->offset > stream->next ? piece : NULL;
}

static void give_up(struct stream *stream, uint64_t to, enum gap_reason reason, uint64_t clock_ns,
		    uint64_t number)
{
	struct stream_unsettled *unsettled;

	if (to <= stream->next || stream->is_end_told)
		return;
	unsettled = stream_unsettle(stream);
	if (unsettled == NULL || to <= unsettled->given_up_to)
		return;
	unsettled->given_up_to = to;
	unsettled->given_up = reason;
	unsettled->given_up_ns = clock_ns;
	unsettled->given_up_number = number;
}

static bool grace_is_over(const struct stream_unsettled *unsettled, uint64_t clock_ns)
{
	return unsettled->is_in_grace && (unsettled->grace_packets >= LIMIT_GRACE_PACKETS ||
					  clock_ns >= unsettled->grace_since_ns + LIMIT_GRACE_NS);
}

static enum gap_reason reason_to_give_up(const struct stream *stream, const struct stream *peer,
					 const struct piece *behind, uint64_t clock_ns)
{
	const struct early_list *held = &stream->unsettled->held;
	/* A stream that goes on has no hole where it stands, only something forged far ahead. */
	uint64_t since_ns = behind->clock_ns > stream->progress_ns ? behind->clock_ns : stream->progress_ns;

	if (held->bytes >= LIMIT_STREAM_HELD || held->count >= LIMIT_STREAM_SEGMENTS)
		return GAP_WINDOW;
	if (peer->last_number > behind->number)
		return GAP_NONE;
	if (held->bytes >= LIMIT_GAP_BYTES || held->count >= LIMIT_GAP_PACKETS)
		return GAP_WINDOW;
	/* Where the other side may answer, time alone would let one forged segment break a quiet stream. */
	return !peer->is_seen && clock_ns >= since_ns + LIMIT_GAP_NS ? GAP_TIMEOUT : GAP_NONE;
}

/* Nobody takes an acknowledgement back: where later ones are far below, it was forged or damaged. */
static void grace_end(struct stream *stream, uint64_t clock_ns, uint64_t number)
{
	struct stream_unsettled *unsettled = stream->unsettled;

	unsettled->is_in_grace = false;
	if (stream->acked_last + LIMIT_GAP_BYTES < unsettled->grace_acked)
		stream->acked = stream->acked_last > stream->next ? stream->acked_last : stream->next;
	else
		give_up(stream, unsettled->grace_acked, GAP_ACKED, clock_ns, number);
}

void stream_review(struct stream *stream, const struct stream *peer, uint64_t clock_ns, uint64_t number)
{
	const struct piece *behind;
	enum gap_reason reason;

	if (stream->unsettled == NULL)
		return;
	behind = behind_hole(stream);
	if (grace_is_over(stream->unsettled, clock_ns))
		grace_end(stream, clock_ns, number);
	if (behind == NULL)
		return;
	reason = reason_to_give_up(stream, peer, behind, clock_ns);
	if (reason != GAP_NONE)
		give_up(stream, behind->offset, reason, clock_ns, number);
}

static void grace_begin(struct stream *stream, uint64_t clock_ns)
{
	struct stream_unsettled *unsettled = stream_unsettle(stream);

	if (unsettled == NULL || unsettled->is_in_grace)
		return;
	unsettled->is_in_grace = true;
	unsettled->grace_acked = stream->acked;
	unsettled->grace_since_ns = clock_ns;
	unsettled->grace_packets = 0;
}

void stream_settle(struct stream *stream, uint64_t clock_ns)
{
	struct stream_unsettled *unsettled = stream->unsettled;

	if (unsettled != NULL && stream->next >= unsettled->grace_acked)
		unsettled->is_in_grace = false;
	if (stream->is_seen && stream->acked > stream->next) {
		grace_begin(stream, clock_ns);
		return;
	}
	if (unsettled == NULL || stream_is_waiting(stream) || unsettled->lent != NULL ||
	    (stream->has_fin && !stream->is_end_told) || unsettled->given_up_to > stream->next)
		return;
	stock_put_back(&stream->home->unsettled, unsettled);
	stream->unsettled = NULL;
}

bool stream_is_waiting(const struct stream *stream)
{
	return stream->unsettled != NULL && (stream->unsettled->held.first != NULL ||
					     stream->unsettled->is_in_grace || behind_hole(stream) != NULL);
}

void stream_give_up(struct stream *stream, enum gap_reason reason, uint64_t clock_ns, uint64_t number)
{
	const struct piece *behind = behind_hole(stream);
	uint64_t to = behind == NULL ? 0 : behind->offset;

	if (stream->is_seen && stream->acked > to && behind == NULL)
		to = stream->acked;
	if (reason == GAP_CLOSE && stream->acked >= to)
		reason = GAP_ACKED;
	give_up(stream, to, reason, clock_ns, number);
}

void stream_let_go(struct stream *stream, uint64_t clock_ns, uint64_t number)
{
	uint64_t to = stream_has_held(stream) ? stream->unsettled->held.last->piece.offset : 0;

	/* What was acknowledged and is missing holds the other direction back. */
	if (stream->is_seen && stream->acked > to)
		to = stream->acked;
	give_up(stream, to, GAP_MEMORY, clock_ns, number);
}
