#include "parsers/http1_pair.h"

#include <stdlib.h>

#include "parsers/base/limits.h"
#include "parsers/base/zeroed.h"

static enum exchange_outcome outcome_of(const struct http1_pending *pending)
{
	const struct message *request = &pending->exchange->request;
	const struct message *response = &pending->exchange->response;

	if ((request->oddities | response->oddities) & ODDITY_MALFORMED)
		return EXCHANGE_MALFORMED;
	if (pending->reason != EXCHANGE_COMPLETE)
		return pending->reason;
	if (pending->is_orphan)
		return EXCHANGE_NO_REQUEST;
	if (request->is_complete && response->is_complete)
		return EXCHANGE_COMPLETE;
	if (!request->is_complete)
		return request->gap_len > 0 ? EXCHANGE_GAP_REQUEST : EXCHANGE_REQUEST_CUT;
	if (!pending->is_response_begun)
		return EXCHANGE_NO_RESPONSE;
	return response->gap_len > 0 ? EXCHANGE_GAP_RESPONSE : EXCHANGE_RESPONSE_CUT;
}

static void close_pending(struct http1_pairs *pairs, struct http1_pending *pending, uint64_t time_ns)
{
	if (pairs->answering == pending)
		pairs->answering = NULL;
	if (pending->exchange != NULL)
		desk_close(pairs->desk, pending->exchange, outcome_of(pending), time_ns);
	free(pending);
}

static void take_first(struct http1_pairs *pairs, uint64_t time_ns)
{
	struct http1_pending *pending = pairs->first;

	pairs->first = pending->next;
	if (pairs->first == NULL)
		pairs->last = NULL;
	if (pending->exchange != NULL)
		pairs->count--;
	close_pending(pairs, pending, time_ns);
}

void pairs_settle(struct http1_pairs *pairs, uint64_t time_ns)
{
	while (pairs->first != NULL) {
		struct http1_pending *first = pairs->first;
		bool is_over = first->is_request_over && first->is_response_over;

		if (!is_over &&
		    !(pairs->is_server_over && (first->exchange == NULL || first->is_request_over)))
			return;
		take_first(pairs, time_ns);
	}
}

/* Only 1xx were seen of it: its final response may be lost. */
static void forget_interim(struct http1_pairs *pairs, uint64_t time_ns)
{
	if (pairs->answering != NULL && pairs->answering->is_orphan)
		close_pending(pairs, pairs->answering, time_ns);
	pairs->answering = NULL;
}

void pairs_finish(struct http1_pairs *pairs, uint64_t time_ns)
{
	forget_interim(pairs, time_ns);
	while (pairs->first != NULL)
		take_first(pairs, time_ns);
}

/* The oldest that is not being answered becomes a ghost, which keeps its place in the order. */
static void give_up_one(struct http1_pairs *pairs, uint64_t time_ns)
{
	struct http1_pending *before = NULL, *victim = pairs->first;

	while (victim != NULL && (victim->exchange == NULL || victim == pairs->answering)) {
		before = victim;
		victim = victim->next;
	}
	if (victim == NULL)
		return;
	desk_close(pairs->desk, victim->exchange, EXCHANGE_OVERFLOW, time_ns);
	pairs->count--;
	victim->exchange = NULL;
	victim->ghosts = 1;
	if (before == NULL || before->exchange != NULL)
		return;
	before->ghosts++;
	before->next = victim->next;
	if (pairs->last == victim)
		pairs->last = before;
	free(victim);
}

/* Does the client ask before it has its answer? After loss an answer may only not have been seen: then it
 * shows in that the client acknowledged nothing between two requests, or asks inside an answer. */
static bool is_pipelined(const struct http1_pairs *pairs, const struct http1_answer *question)
{
	if (pairs->trust != HTTP1_LOST)
		return pairs_front(pairs) != NULL;
	return pairs->answering != NULL || (question->is_peer_known && pairs->is_last_asked_known &&
					    question->peer == pairs->last_asked_at);
}

struct http1_pending *pairs_ask(struct http1_pairs *pairs, const struct http1_answer *question,
				uint64_t time_ns)
{
	struct http1_pending *pending = zeroed(sizeof(*pending));

	if (pending == NULL)
		return NULL;
	if (pairs->count >= LIMIT_PIPELINE)
		give_up_one(pairs, time_ns);
	pending->exchange = desk_open(pairs->desk, pairs->client);
	if (pending->exchange == NULL) {
		free(pending);
		return NULL;
	}
	/* Each answer, and each gap between two of them, was one request's at least: all have theirs. */
	if (pairs->trust == HTTP1_LOST && pairs->is_counting && !pairs->is_hunting && !pairs->has_hidden &&
	    pairs->answering == NULL && pairs_front(pairs) == NULL)
		pairs->trust = HTTP1_IN_STEP;
	pending->start = question->start;
	pending->answer_at = question->peer;
	pending->is_answer_at_known = question->is_peer_known;
	pairs->has_pipelined |= is_pipelined(pairs, question);
	pairs->has_waited |=
		pairs->trust == HTTP1_IN_STEP && pairs->has_answered && pairs_front(pairs) == NULL;
	pending->hidden = question->start - pairs->asked_end;
	pairs->last_asked_at = question->peer;
	pairs->is_last_asked_known = question->is_peer_known;
	*(pairs->first == NULL ? &pairs->first : &pairs->last->next) = pending;
	pairs->last = pending;
	pairs->count++;
	return pending;
}

struct http1_pending *pairs_front(const struct http1_pairs *pairs)
{
	struct http1_pending *pending = pairs->first;

	while (pending != NULL && pending->is_response_over)
		pending = pending->next;
	return pending;
}

static struct http1_pending *orphan(struct http1_pairs *pairs, enum exchange_outcome reason)
{
	struct http1_pending *pending = zeroed(sizeof(*pending));

	if (pending == NULL)
		return NULL;
	pending->exchange = desk_open(pairs->desk, pairs->client);
	if (pending->exchange == NULL) {
		free(pending);
		return NULL;
	}
	pending->is_orphan = true;
	pending->is_request_over = true;
	pending->reason = reason;
	pairs->desk->plan->counts->orphan_responses++;
	return pending;
}

/* May the gap before this request hide several at once? Not where the client has shown that it waits for its
 * answers, nor where only one like this fits. */
static bool may_hide_several(const struct http1_pairs *pairs, const struct http1_pending *pending)
{
	uint64_t len = pending->head_end - pending->start + pending->exchange->request.body.wire_len;

	return !pairs->has_waited && pending->hidden >= 2 * len;
}

enum fit {
	FIT_YES,
	FIT_EARLIER, /* the response belongs to something before this request */
	FIT_LATER,   /* this request's response was lost; the response belongs to a later one */
	FIT_UNKNOWN,
};

static enum fit fit_by_proof(struct http1_pairs *pairs, const struct http1_pending *pending,
			     const struct http1_answer *answer)
{
	if (!pending->is_answer_at_known || !answer->is_peer_known)
		return pairs->trust == HTTP1_JOINED && !pending->is_after_loss ? FIT_YES : FIT_UNKNOWN;
	/* The client acknowledged one answer when it asked, while others were still on their way: this one,
	 * right behind it, may be any of theirs. */
	if (pairs->trust == HTTP1_LOST && pairs->has_pipelined)
		return FIT_UNKNOWN;
	if (answer->start > pending->answer_at)
		return pairs->trust == HTTP1_IN_STEP ? FIT_UNKNOWN : FIT_LATER;
	if (answer->peer < pending->head_end)
		return FIT_EARLIER;
	if (!pending->is_after_loss)
		return FIT_YES;
	if (may_hide_several(pairs, pending)) {
		pairs->has_pipelined = true;
		return FIT_UNKNOWN;
	}
	/* A request hidden in the gap and this one may have been sent in one go, acknowledging the same:
	 * then this is the answer to the hidden one. Not so where the response before it had already
	 * acknowledged every byte before this request. */
	if (pairs->trust == HTTP1_LOST || pairs->has_pipelined || !pairs->is_last_peer_known ||
	    pairs->last_peer < pending->start)
		return FIT_UNKNOWN;
	return FIT_YES;
}

/* Joined midway, nothing lost since: an answer right where the request expects it is its own, even when it
 * acknowledges nothing, as in conversations that were put together by hand. */
static bool fits_by_place(const struct http1_pairs *pairs, const struct http1_pending *pending,
			  const struct http1_answer *answer)
{
	return pairs->trust == HTTP1_JOINED && !pending->is_after_loss && pending->is_answer_at_known &&
	       answer->start == pending->answer_at;
}

static enum fit fit_of(struct http1_pairs *pairs, const struct http1_pending *pending,
		       const struct http1_answer *answer)
{
	if (pending->is_answer_at_known && answer->start < pending->answer_at)
		return FIT_EARLIER;
	if (fits_by_place(pairs, pending, answer))
		return FIT_YES;
	if (answer->is_peer_known && answer->peer <= pending->start)
		return FIT_EARLIER;
	if (pairs->trust == HTTP1_IN_STEP && !pending->is_after_loss)
		return FIT_YES;
	return fit_by_proof(pairs, pending, answer);
}

/* Its answer will not be recognised any more. */
static void unpair(struct http1_pending *pending, enum exchange_outcome reason)
{
	pending->is_response_over = true;
	if (pending->reason == EXCHANGE_COMPLETE)
		pending->reason = reason;
}

static struct http1_pending *answer_ghost(struct http1_pairs *pairs, struct http1_pending *ghost)
{
	if (--ghost->ghosts == 0) {
		ghost->is_request_over = true;
		ghost->is_response_over = true;
	}
	return orphan(pairs, EXCHANGE_NO_REQUEST);
}

/* With a wrong order in front of it the answer is compared with one request after the other. */
static struct http1_pending *find(struct http1_pairs *pairs, const struct http1_answer *answer)
{
	struct session_counts *counts = pairs->desk->plan->counts;
	struct http1_pending *pending;

	while ((pending = pairs_front(pairs)) != NULL) {
		if (pending->exchange == NULL && pairs->trust != HTTP1_LOST)
			return answer_ghost(pairs, pending);
		if (pending->exchange == NULL) {
			pending->is_request_over = true;
			pending->is_response_over = true;
			continue;
		}
		switch (fit_of(pairs, pending, answer)) {
		case FIT_YES:
			pairs->trust = HTTP1_IN_STEP;
			return pending;
		case FIT_EARLIER:
			counts->mispairs_prevented++;
			return orphan(pairs, EXCHANGE_NO_REQUEST);
		case FIT_LATER:
			counts->mispairs_prevented++;
			unpair(pending,
			       pairs->trust == HTTP1_LOST ? EXCHANGE_GAP_RESPONSE : EXCHANGE_GAP_PAIRING);
			continue;
		case FIT_UNKNOWN:
			counts->mispairs_prevented++;
			unpair(pending, EXCHANGE_GAP_PAIRING);
			pairs->trust = HTTP1_LOST;
			return orphan(pairs, EXCHANGE_GAP_PAIRING);
		}
	}
	return orphan(pairs, pairs->trust == HTTP1_LOST ? EXCHANGE_GAP_PAIRING : EXCHANGE_NO_REQUEST);
}

struct http1_pending *pairs_answer(struct http1_pairs *pairs, const struct http1_answer *answer,
				   uint64_t time_ns)
{
	struct http1_pending *pending = pairs->answering;

	if (pending != NULL) /* 1xx went before */
		return pending;
	pairs->is_hunting = false;
	pending = find(pairs, answer);
	if (pending == NULL)
		return NULL;
	pending->is_response_begun = true;
	pairs->answering = pending;
	pairs->last_peer = answer->peer;
	pairs->is_last_peer_known = answer->is_peer_known;
	pairs_settle(pairs, time_ns);
	return pending;
}

void pairs_answered(struct http1_pairs *pairs, uint64_t time_ns)
{
	struct http1_pending *pending = pairs->answering;

	pairs->has_answered |= !pending->is_orphan;
	pending->is_response_over = true;
	if (pending->is_orphan)
		close_pending(pairs, pending, time_ns);
	pairs->answering = NULL;
	pairs_settle(pairs, time_ns);
}

void pairs_lose(struct http1_pairs *pairs, bool at_start, uint64_t time_ns)
{
	struct http1_pending *front = pairs_front(pairs);

	/* Whoever never pipelines is told apart by the sequence numbers, which know better. */
	if (pairs->trust != HTTP1_LOST)
		pairs->is_counting = pairs->has_pipelined && pairs->trust == HTTP1_IN_STEP;
	if (at_start && pairs->is_counting && pairs->trust == HTTP1_IN_STEP && front != NULL &&
	    front->exchange != NULL)
		unpair(front, EXCHANGE_GAP_RESPONSE);
	pairs->trust = HTTP1_LOST;
	pairs->is_hunting = true;
	pairs->is_last_peer_known = false;
	forget_interim(pairs, time_ns);
}

void pairs_end(struct http1_pairs *pairs, uint64_t time_ns)
{
	pairs->is_server_over = true;
	forget_interim(pairs, time_ns);
	pairs_settle(pairs, time_ns);
}
