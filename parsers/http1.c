#include "parsers/http1.h"

#include <stdlib.h>

#include "parsers/base/check.h"
#include "parsers/base/limits.h"
#include "parsers/base/zeroed.h"
#include "parsers/http1_side.h"

struct http1 *http1_new(struct session_desk *desk, enum direction client, bool is_joined)
{
	struct http1 *http1 = zeroed(sizeof(*http1));
	enum side_state state = is_joined ? SIDE_HUNTING : SIDE_START;

	if (http1 == NULL)
		return NULL;
	http1->desk = desk;
	http1->client = (struct http1_side){.is_request = true, .state = state, .done = desk->seen[client]};
	http1->server = (struct http1_side){.state = state, .done = desk->seen[!client]};
	http1->pairs = (struct http1_pairs){
		.desk = desk, .client = client, .trust = is_joined ? HTTP1_JOINED : HTTP1_IN_STEP};
	return http1;
}

void http1_leave(struct http1 *http1, enum http1_mode mode)
{
	if (http1->mode != HTTP1_TALKS)
		return;
	http1->mode = mode;
	for (struct http1_pending *p = http1->pairs.first; p != NULL && mode == HTTP1_FAILED; p = p->next)
		if (p->reason == EXCHANGE_COMPLETE)
			p->reason = EXCHANGE_OVERFLOW;
	side_stop(http1, &http1->client);
	side_stop(http1, &http1->server);
	pairs_finish(&http1->pairs, http1->time_ns);
}

void http1_free(struct http1 *http1)
{
	if (http1 == NULL)
		return;
	side_stop(http1, &http1->client);
	side_stop(http1, &http1->server);
	pairs_finish(&http1->pairs, http1->time_ns);
	held_chunks_finish(&http1->client.held);
	held_chunks_finish(&http1->server.held);
	held_chunk_free(http1->lent);
	free(http1);
}

enum http1_mode http1_mode(const struct http1 *http1)
{
	return http1->mode;
}

/* Behind CONNECT or Upgrade only the answer tells what the client's next bytes are. */
static bool client_must_wait(const struct http1 *http1)
{
	const struct http1_pending *last = http1->pairs.last;

	return last != NULL && last->exchange != NULL && last->may_leave && last->is_request_over &&
	       !last->is_response_over && !http1->server.is_over;
}

/* A mirror may show a response before its request: it waits while the server has
 * acknowledged more of the client than we have read. */
static bool server_must_wait(const struct http1 *http1, const struct chunk *chunk)
{
	const struct http1_pending *front = pairs_front(&http1->pairs);
	bool has_request = front != NULL && (front->exchange == NULL || front->head_end > 0);

	return http1->pairs.answering == NULL && !has_request && chunk->is_peer_offset_known &&
	       chunk->peer_offset > http1->client.done && !http1->client.is_over;
}

static bool may_go(const struct http1 *http1, const struct http1_side *side, const struct chunk *chunk)
{
	bool is_between = (side->state == SIDE_START && side_head(side).len == 0) ||
			  (side->state == SIDE_HUNTING && chunk->is_segment_start);

	if (http1->mode != HTTP1_TALKS || desk_is_full(http1->desk))
		return false;
	if (chunk->kind != CHUNK_BYTES || side->is_forced || !is_between)
		return true;
	return side->is_request ? !client_must_wait(http1) : !server_must_wait(http1, chunk);
}

/* Moves chunk->bytes on as far as it goes. True when nothing of the chunk is left. */
static bool chunk_read(struct http1 *http1, struct http1_side *side, struct chunk *chunk)
{
	if (http1->time_ns < chunk->time_ns)
		http1->time_ns = chunk->time_ns;
	if (!may_go(http1, side, chunk))
		return chunk->kind == CHUNK_BYTES && chunk->bytes.len == 0;
	if (chunk->kind == CHUNK_GAP) {
		side_gap(http1, side, chunk->gap_len);
		side->done = chunk->offset + chunk->gap_len;
		return true;
	}
	if (chunk->kind != CHUNK_BYTES) {
		side_end(http1, side, chunk->kind == CHUNK_END);
		return true;
	}
	while (chunk->bytes.len > 0 && may_go(http1, side, chunk)) {
		size_t used = side_bytes(http1, side, chunk);

		CHECK(used <= chunk->bytes.len);
		chunk->bytes = bytes_from(chunk->bytes, used);
		chunk->offset += used;
		chunk->is_segment_start &= used == 0;
		side->done = chunk->offset;
	}
	return chunk->bytes.len == 0;
}

/* True when anything of what waits could be read. */
static bool side_go_on(struct http1 *http1, struct http1_side *side)
{
	bool has_moved = false;

	while (side->held.first != NULL && may_go(http1, side, &side->held.first->chunk)) {
		struct held_chunk *held = held_chunks_take(&side->held);

		has_moved = true;
		if (!chunk_read(http1, side, &held->chunk)) {
			held_chunks_put_back(&side->held, held);
			return true;
		}
		free(held);
	}
	return has_moved;
}

bool http1_run(struct http1 *http1)
{
	bool has_moved = false,
	     goes_on = http1->client.held.first != NULL || http1->server.held.first != NULL;

	while (goes_on) {
		goes_on = side_go_on(http1, &http1->client);
		goes_on |= side_go_on(http1, &http1->server);
		has_moved |= goes_on;
	}
	return has_moved;
}

static void side_feed(struct http1 *http1, struct http1_side *side, const struct chunk *chunk)
{
	struct chunk rest = *chunk;

	side->is_forced &= side->held.first != NULL;
	if (side->held.first == NULL && chunk_read(http1, side, &rest))
		return;
	if (!held_chunks_add(&side->held, &rest))
		http1_leave(http1, HTTP1_FAILED);
	if (side->held.bytes > LIMIT_SESSION_HELD)
		side->is_forced = true;
}

void http1_feed(struct http1 *http1, const struct chunk *chunk)
{
	if (chunk->kind != CHUNK_ABORTED) {
		side_feed(http1, chunk->direction == http1->pairs.client ? &http1->client : &http1->server,
			  chunk);
	} else {
		http1->client.is_forced = true;
		http1->server.is_forced = true;
		http1_run(http1);
		side_feed(http1, &http1->client, chunk);
		side_feed(http1, &http1->server, chunk);
	}
	http1_run(http1);
}

bool http1_is_over(const struct http1 *http1)
{
	return http1->client.is_over && http1->server.is_over && http1->client.held.first == NULL &&
	       http1->server.held.first == NULL;
}

bool http1_rest(struct http1 *http1, struct chunk *out_chunk)
{
	struct held_chunk *held;

	held_chunk_free(http1->lent);
	held = held_chunks_take(&http1->client.held);
	if (held == NULL)
		held = held_chunks_take(&http1->server.held);
	http1->lent = held;
	if (held == NULL)
		return false;
	*out_chunk = held->chunk;
	return true;
}
