/*
 * chunk: what reassembly knows next about one direction of a connection:
 * bytes in order, or a gap, or the end. It is how the sensor's floor talks to
 * the parsers, who know no network.
 *
 * Offsets count the bytes of one direction since its first byte (the one after
 * SYN; when the connection was joined midway, the first byte seen). They are
 * what pairs a response with its request after loss: without pipelining, a
 * response starts at the server offset that the request's segments acknowledge.
 */
#pragma once

#include "parsers/base/bytes.h"

/* Who opened: 0 sent the SYN (or, joined midway, was seen first); it need not be the HTTP client. */
enum direction { DIRECTION_OPENER = 0, DIRECTION_ANSWERER = 1 };

enum chunk_kind {
	CHUNK_BYTES,
	CHUNK_GAP,     /* gap_len bytes are lost for good */
	CHUNK_END,     /* FIN: this direction ended in order */
	CHUNK_ABORTED, /* both directions are over: RST, idle, evicted, end of the capture */
};

enum gap_reason {
	GAP_NONE,
	GAP_ACKED,     /* the receiver acknowledged what we never saw */
	GAP_WINDOW,    /* too many bytes or packets waited behind the hole */
	GAP_MEMORY,    /* a memory ceiling */
	GAP_TIMEOUT,   /* too long behind the hole */
	GAP_TRUNCATED, /* the capture holds only the start of the packet (snaplen) */
	GAP_CLOSE,     /* the connection ended with the hole open */
	GAP_REASON_COUNT,
};

enum abort_reason {
	ABORT_NONE,
	ABORT_RESET,   /* RST inside the window */
	ABORT_IDLE,    /* nothing for LIMIT_CONNECTION_IDLE_NS */
	ABORT_EVICTED, /* a memory ceiling or the connection ceiling */
	ABORT_REUSED,  /* a new SYN took the ports */
	ABORT_CLOSED,  /* both directions ended with FIN; nothing is missing */
	ABORT_DRAINED, /* end of the capture, or the sensor stops */
};

struct chunk {
	enum chunk_kind kind;
	enum direction direction;
	struct bytes bytes;        /* CHUNK_BYTES */
	uint64_t gap_len;          /* CHUNK_GAP, at least 1 */
	enum gap_reason gap;       /* CHUNK_GAP */
	enum abort_reason aborted; /* CHUNK_ABORTED */
	bool is_segment_start;     /* CHUNK_BYTES: first byte of a TCP segment as sent */
	uint64_t offset;           /* of the first byte of bytes or gap, in this direction */
	uint64_t peer_offset;      /* how far the sender had acknowledged the other direction */
	bool is_peer_offset_known; /* false: no ACK, or the other direction was never seen */
	uint64_t time_ns;          /* packet time, since the epoch */
	uint64_t packet_number;
};
