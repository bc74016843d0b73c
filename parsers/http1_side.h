/*
 * http1_side: one direction of an HTTP/1 conversation: finds heads, reads them
 * and their bodies into the exchange that http1_pair names. Used by http1 only.
 */
#pragma once

#include "parsers/base/buffer.h"
#include "parsers/held_chunks.h"
#include "parsers/http1.h"
#include "parsers/http1_body.h"
#include "parsers/http1_pair.h"

enum side_state {
	SIDE_HUNTING,  /* the boundary is unknown: waits for a segment that starts a message */
	SIDE_START,    /* between messages, or inside a head */
	SIDE_SKIPPING, /* inside a head that is over LIMIT_HEAD_BYTES */
	SIDE_BODY,
	SIDE_OVER,
};

struct http1_side {
	enum side_state state : 3;
	bool is_request : 1;
	bool is_line_known : 1; /* the start line is read and side->current is set */
	bool is_candidate : 1;  /* begun by hunting: may turn out to be nothing */
	bool is_resync : 1;     /* hunting because a boundary was lost */
	bool is_after_close : 1;
	bool has_lost : 1;  /* client: a boundary, since the last request */
	bool is_forced : 1; /* waits no more */
	bool is_over : 1;
	char skipped[2];  /* SIDE_SKIPPING: the two bytes before */
	uint32_t scanned; /* of the head: at most LIMIT_HEAD_BYTES */

	struct buffer *head; /* NULL when the head lies in one chunk */
	struct http1_answer start;
	uint64_t start_ns, last_ns;

	struct http1_pending *current; /* whose message is being read */
	struct http1_head *read;       /* in the exchange's arena */
	struct http1_body *body;
	struct held_chunks held;
	uint64_t done; /* offset up to which it was read */
};

struct http1 {
	struct session_desk *desk;
	struct http1_side client, server;
	struct http1_pairs pairs;
	enum http1_mode mode;
	uint64_t time_ns;        /* the latest packet time */
	struct held_chunk *lent; /* by http1_rest */
};

/* What was kept of a head that goes on in a later chunk. */
struct bytes side_head(const struct http1_side *side);

/* Reads from the front of chunk->bytes, which is not empty; how much it used. Each
 * call uses something or changes the side's state. */
size_t side_bytes(struct http1 *http1, struct http1_side *side, const struct chunk *chunk);
void side_gap(struct http1 *http1, struct http1_side *side, uint64_t gap_len);
void side_end(struct http1 *http1, struct http1_side *side, bool is_fin);

/* What it is reading is cut here. */
void side_stop(struct http1 *http1, struct http1_side *side);

/* HTTP is over here: what is unfinished is handed out. */
void http1_leave(struct http1 *http1, enum http1_mode mode);
