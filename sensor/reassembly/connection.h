/*
 * connection: one TCP connection, its two streams and its session.
 *
 *	connection = connections_find(&connections, &segment);
 *	connection_take(connection, &segment);
 *	while (connection_next(connection, &chunk))
 *		session_feed(&connection->session, &chunk);
 *
 * A mirror loses, repeats and shuffles packets. Each stream hands out every
 * byte once, in order; where bytes are lost for good it says so with a gap. It
 * never waits for ever and never guesses.
 *
 * The two directions come in an order that can have been: what acknowledges
 * bytes of the other direction is handed out behind them, also where the
 * mirror showed it first. So a request comes before its response.
 *
 * All that connection_take made ready must be asked for before the next one.
 *
 * What is decided where traffic is odd, each with a test of its name in
 * tests/unit/reassembly/test_odd.c:
 *
 *	what is seen			what is done, and why
 *	copy of a packet		the mirror showed it twice: same identification or time stamp, any
 *VLAN, hops or interface; counted (duplicates), changes nothing retransmission			counted; only
 *what was not seen before is handed out overlap, other bytes		the first copy wins, as it was handed
 *out already and cannot be taken back; counted (overlap_different) where both copies are there SYN-ACK before
 *SYN, data first	roles follow the flags, whichever came first: mirrors mix directions both ends send
 *SYN		one connection; who was seen first is the opener several SYNs, other numbers	the one that
 *the SYN-ACK answers, of the last LIMIT_SYN_CANDIDATES: one of them may be forged data on a SYN
 *it is the first data (RFC 7413) SYN on a living connection	waits for its SYN-ACK, which takes the ports:
 *it may be forged SYN behind FIN or RST		takes the ports at once: clients reuse them within
 *TIME-WAIT RST outside the window		nothing (RFC 9293, 3.10.7.4)
 *	RST inside the window		told after LIMIT_CLOSED_NS; until then the connection goes on when the
 *					sender of the RST does: it was forged, or refused (RFC 5961)
 *	signed RST, unsigned connection	nothing: no receiver acts on it (RFC 5925, 7.3)
 *	FIN behind bytes that follow	the bytes win: who still sends has not ended
 *	FIN before what was acknowledged the end is the end: no gap behind it
 *	FIN far ahead			nothing: past LIMIT_ACK_AHEAD nothing was ever sent
 *	data outside the window		nothing, counted (out_of_window)
 *	urgent data			stays where it is in the stream (RFC 6093): servers read it in line
 *	zero-window probe		is data: the receiver may take it (RFC 9293, 3.8.6.1)
 *	keep-alive			is none, with its byte of garbage or without (RFC 9293, 3.8.4)
 *	sequence numbers come round	offsets have 64 bits and count on
 *	acknowledgement of the unseen	a gap, after a short grace: it may have overtaken what it acknowledges
 *	packet cut by the capture	a gap of what is missing, never data
 *
 * Owns     copies of what came too early, under the ceilings of limits.h.
 * Lends    chunk.bytes, until the next call on this connection.
 * Thread   one worker.
 */
#pragma once

#include "parsers/base/limits.h"
#include "parsers/session.h"
#include "sensor/capture/segment.h"
#include "sensor/reassembly/connection_list.h"
#include "sensor/reassembly/stream.h"

struct connections;

/* How far it has come; a bit set. */
enum connection_state {
	CONNECTION_SYN = 1,
	CONNECTION_SYN_ACK = 2,
	CONNECTION_DATA = 4,
};

struct syn_candidates {
	uint32_t seq[LIMIT_SYN_CANDIDATES];
	uint8_t count, next;
};

/* A RST that is believed unless its sender goes on. */
struct reset {
	bool is_seen;
	enum direction from;
	uint64_t number;
	uint64_t last_ns;  /* of it, or of what still came behind it */
	int64_t offset;    /* where its sender stood */
	uint64_t peer_end; /* what the other side had sent */
};

/* What few connections ever have. */
struct connection_odd {
	struct syn_candidates candidates[2]; /* SYNs that may be the answered ones, by direction */
	struct reset reset;
};

/* There may be hundreds of thousands: what most do not need most of the time stands elsewhere. */
struct connection {
	struct connections *home;
	struct stream streams[2];
	struct session session; /* its plan has the two ends, and the number of the packet that opened it */
	uint64_t touched_ns;    /* by packet clock */

	/* Private to connection.c, connections.c and connection_list.c. */
	uint64_t clock_ns;    /* of the segment or tick at hand */
	uint64_t last_number; /* of the last packet */
	uint64_t over_ns;
	struct connection_odd *odd; /* NULL: nothing of that was seen */
	void *map_value;
	enum abort_reason over : 8; /* ABORT_NONE while it lives */
	unsigned state : 8;         /* of enum connection_state */
	bool is_abort_told : 1;
	bool is_signed : 1; /* its packets carry RFC 2385's or RFC 5925's option */
	bool is_retired : 1;
	struct connection_link links[LINK_KIND_COUNT];
};

void connection_take(struct connection *connection, const struct segment *segment);
bool connection_next(struct connection *connection, struct chunk *out_chunk);

enum direction connection_direction(const struct connection *connection, const struct segment *segment);

/* Packet time passed: holes may be given up. True when connection_next has something. */
bool connection_review(struct connection *connection, uint64_t clock_ns);

bool connection_is_reset(const struct connection *connection);  /* and nothing came behind it */
bool connection_is_closed(const struct connection *connection); /* both directions ended in order */
/* Gives up all holes for want of memory; false when nothing was held for them. */
bool connection_let_go(struct connection *connection);

bool connection_has_candidate(const struct connection *connection, enum direction direction, uint32_t seq);
void connection_add_candidate(struct connection *connection, enum direction direction, uint32_t seq);

bool connection_is_waiting(const struct connection *connection); /* packet time alone may make chunks ready */
