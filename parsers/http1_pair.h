/*
 * http1_pair: which response answers which request.
 *
 * Without loss the order says it. After loss order says nothing, and a wrong
 * pair is worse than none: then the sequence numbers have to prove it. The
 * response to a request starts exactly where the request's own segments
 * acknowledged the server's bytes, unless the client pipelines; and the server
 * had acknowledged the request before it answered. What cannot be proved is
 * handed out as two halves, and counted: where a client pipelines, all that
 * comes after an answer was lost, until every request must have had its own.
 *
 * Owns     the requests that wait, until they are handed to the desk.
 */
#pragma once

#include "parsers/session_desk.h"

struct http1_pending {
	struct http1_pending *next;
	struct exchange *exchange; /* NULL: `ghosts` requests were given up here, their answers will come */
	uint64_t ghosts;
	uint64_t start, head_end; /* offsets in the client's direction; head_end is 0 until it is known */
	uint64_t hidden;          /* bytes since the head before: its body, or what a gap took */
	uint64_t answer_at;       /* where the answer starts, when nothing is pipelined */
	bool is_answer_at_known;
	bool is_head_method, is_connect, may_leave; /* HEAD; CONNECT; CONNECT or an Upgrade field */
	bool is_orphan;                             /* a response alone; not in the list */
	bool is_request_over, is_response_over, is_response_begun;
	bool is_after_loss;           /* a boundary in the client's direction was lost before it */
	enum exchange_outcome reason; /* EXCHANGE_COMPLETE: what the messages say */
};

/* How far order can be trusted. */
enum http1_trust {
	HTTP1_IN_STEP,
	HTTP1_JOINED, /* the connection was joined midway: proof where there is any, else order */
	HTTP1_LOST,   /* a boundary was lost in the server's direction: proof only */
};

struct http1_pairs {
	struct session_desk *desk;
	struct http1_pending *first, *last;
	struct http1_pending *answering; /* its response has begun; may be an orphan */
	uint64_t asked_end;              /* of the last head in the client's direction */
	uint64_t last_asked_at;          /* what the request before had acknowledged */
	uint64_t last_peer;              /* what the response before had acknowledged when it began */
	uint32_t count;                  /* without ghosts */
	enum direction client : 8;
	enum http1_trust trust : 8;
	bool is_last_asked_known : 1;
	bool is_last_peer_known : 1;
	bool is_server_over : 1; /* no response will come any more */
	bool has_pipelined : 1;  /* or may have, in a gap */
	bool has_hidden : 1;     /* a gap in the client's direction may hold requests that were never seen */
	bool is_hunting : 1;     /* no answer was seen since the loss: its gap may grow */
	bool is_counting : 1;    /* since the loss an answer takes the first request away, whosever it is */
	bool has_answered : 1;   /* a request got its answer */
	bool has_waited : 1;     /* and only then the next one was asked */
};

/* Where a message begins, and what of the other direction its sender had acknowledged. */
struct http1_answer {
	uint64_t start, peer;
	bool is_peer_known;
};

/* A request begins. NULL without memory. At LIMIT_PIPELINE the oldest is given up. */
struct http1_pending *pairs_ask(struct http1_pairs *pairs, const struct http1_answer *question,
				uint64_t time_ns);

/* A response begins: the request that it answers, or an orphan. NULL without memory. */
struct http1_pending *pairs_answer(struct http1_pairs *pairs, const struct http1_answer *answer,
				   uint64_t time_ns);

/* The final response of pairs->answering is over. Frees an orphan. */
void pairs_answered(struct http1_pairs *pairs, uint64_t time_ns);

/* A response boundary was lost; at_start: in a gap that began where the next response should. */
void pairs_lose(struct http1_pairs *pairs, bool at_start, uint64_t time_ns);

/* The server's direction ended: nothing will be answered any more. */
void pairs_end(struct http1_pairs *pairs, uint64_t time_ns);

/* The request that the next response will answer; NULL when none is known. */
struct http1_pending *pairs_front(const struct http1_pairs *pairs);

/* Hands out what is finished. */
void pairs_settle(struct http1_pairs *pairs, uint64_t time_ns);

/* Hands out everything: the connection, or its HTTP, is over. */
void pairs_finish(struct http1_pairs *pairs, uint64_t time_ns);
