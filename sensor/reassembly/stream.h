/*
 * stream: the bytes of one direction of a TCP connection, in order.
 *
 * A mirror loses, repeats and shuffles packets. A stream takes segments as
 * they come and hands out every byte once. Where bytes are lost for good it
 * says so, with a gap; it never waits for ever and never guesses. Sequence numbers of 32
 * bits become offsets of 64, counted from the stream's first byte.
 *
 *	offset = stream_offset(&stream, segment->seq);
 *	stream_take(&stream, segment, offset, &piece, must_wait);
 *	while (stream_next(&stream, &chunk))
 *		...
 *
 * Of bytes that came twice the first copy wins. In order, a segment's bytes
 * are lent, not copied. connection.c decides which of the two streams goes on.
 *
 * Owns     copies of what came too early, at most LIMIT_STREAM_HELD bytes.
 * Lends    chunk.bytes, until the next call on the same stream; a borrowed
 *          segment's bytes must be handed out before the segment goes.
 * Thread   one stream, one thread.
 */
#pragma once

#include "parsers/base/stock.h"
#include "sensor/capture/segment.h"
#include "sensor/reassembly/early.h"
#include "sensor/reassembly/prints.h"

/* What all streams of a worker share. */
struct stream_home {
	struct reassembly_counts *counts;
	struct piece current;            /* in order, borrowed from the segment at hand */
	const struct stream *current_of; /* whose that is; NULL: there is none */
	struct stock unsettled;          /* of struct stream_unsettled */
};

/* What a stream has only while something of it is missing, waits, or was not told yet. */
struct stream_unsettled {
	struct early_list held;
	struct early *lent; /* what the last chunk pointed into */
	struct piece fin;   /* valid when has_fin and not is_end_told */

	/* Holes below given_up_to are lost for good. */
	uint64_t given_up_to, given_up_ns, given_up_number;
	enum gap_reason given_up;

	/* A hole was acknowledged; what it lacks may still come a moment later (hole.c). */
	bool is_in_grace;
	uint64_t grace_acked, grace_since_ns, grace_packets;
};

/* Most of a connection's life it is settled: everything was handed out. */
struct stream {
	struct stream_home *home;
	struct stream_unsettled *unsettled; /* NULL most of the time */
	uint64_t next;                      /* offset of what is handed out next; never goes back */
	uint64_t seen_end;                  /* behind the last byte seen or given up */
	uint64_t acked;       /* the furthest that the other side acknowledged of this direction */
	uint64_t acked_last;  /* what it acknowledged most recently */
	uint64_t last_number; /* of the last packet of this direction */
	uint64_t progress_ns; /* packet clock of the newest piece handed out */
	uint64_t fin_offset;  /* valid when has_fin */
	struct prints prints;
	uint32_t base_seq; /* of offset 0 */
	bool has_base : 1;
	bool is_base_firm : 1; /* from a SYN */
	bool is_seen : 1;      /* a segment of this direction was seen */
	bool is_begun : 1;     /* something was handed out: offsets cannot move any more */
	bool has_fin : 1;
	bool is_end_told : 1;
};

void stream_home_init(struct stream_home *home, struct reassembly_counts *counts);
void stream_home_finish(struct stream_home *home); /* when its streams are finished; accepts zeroed memory */

void stream_init(struct stream *stream, struct stream_home *home);
void stream_finish(struct stream *stream); /* accepts zeroed memory */

/* `seq` is the sequence number of the stream's first byte. */
void stream_begin(struct stream *stream, uint32_t seq, bool is_firm);

/* Offset of a sequence number, before the first byte too. */
int64_t stream_offset(const struct stream *stream, uint32_t seq);

/* A stream joined midway whose first bytes came `by` bytes too late: all offsets grow. */
void stream_shift(struct stream *stream, uint64_t by);

/* How far `ack` acknowledges this stream; false when it says what cannot be. */
bool stream_ack_offset(const struct stream *stream, uint32_t ack, uint64_t *out_offset);
void stream_acknowledge(struct stream *stream, uint64_t offset);

/*
 * Takes the payload, its cut end and the FIN of a segment. `piece` says where
 * and when it was; its bytes are set here. `must_wait`: not before the other direction came further. True
 * when some of the bytes had come before.
 */
bool stream_take(struct stream *stream, const struct segment *segment, int64_t offset,
		 const struct piece *piece, bool must_wait);

/* Likewise, of a stream that waits for nothing: bytes that start at `next`. */
void stream_take_next(struct stream *stream, const struct piece *piece);

/* What stands at `next`: a piece (a bare FIN is an empty one), or NULL where nothing or a hole is. */
const struct piece *stream_head(const struct stream *stream);
bool stream_is_current(const struct stream *stream);              /* it is a piece of the segment at hand */
bool stream_has_held(const struct stream *stream);                /* something came too early */
bool stream_has_gap(const struct stream *stream);                 /* a given-up hole stands at `next` */
bool stream_next(struct stream *stream, struct chunk *out_chunk); /* direction is left to the caller */
void stream_release(struct stream *stream);                       /* the last chunk is done with */

/* hole.c: when a hole is given up. `clock_ns` is packet time; `peer` is the other direction. */
void stream_review(struct stream *stream, const struct stream *peer, uint64_t clock_ns, uint64_t number);
void stream_settle(struct stream *stream, uint64_t clock_ns); /* after all was handed out */
/* NULL without memory: what should have stood there is not remembered. */
struct stream_unsettled *stream_unsettle(struct stream *stream);
bool stream_is_waiting(const struct stream *stream); /* for a hole, or for the other direction */
void stream_give_up(struct stream *stream, enum gap_reason reason, uint64_t clock_ns, uint64_t number);
void stream_let_go(struct stream *stream, uint64_t clock_ns,
		   uint64_t number); /* all of its holes: GAP_MEMORY */
