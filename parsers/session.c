#include "parsers/session.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"
#include "parsers/base/zeroed.h"
#include "parsers/http1.h"
#include "parsers/http1_body.h"
#include "parsers/http1_look.h"
#include "parsers/http2.h"
#include "parsers/http2_frame.h"
#include "parsers/proxy_protocol.h"
#include "parsers/session_desk.h"
#include "parsers/session_looking.h"

enum phase {
	PHASE_LOOKING, /* which protocol? */
	PHASE_HTTP1,
	PHASE_HTTP2,
	PHASE_OPAQUE, /* bytes are only counted */
	PHASE_OVER,   /* both directions have ended */
};

struct session_state {
	struct session_desk desk;
	struct looking *looking; /* PHASE_LOOKING */
	struct http1 *http1;
	struct http2 *http2;
	enum phase phase : 8;
	unsigned tunnel_depth : 8; /* CONNECT inside CONNECT */
	bool has_skipped;          /* some of what was looked at was no start of anything */
	bool has_ended[2];         /* FIN, while looking */
	bool is_past_announcement;
	bool is_opaque; /* counted as one that cannot be read */
};

void session_init(struct session *session, const struct session_plan *plan)
{
	*session = (struct session){.plan = *plan};
}

static void count_opaque(struct session *session, uint64_t *connections)
{
	session->state->is_opaque = true;
	(*connections)++;
}

static void become_opaque(struct session *session)
{
	struct session_state *state = session->state;

	if (state->looking != NULL)
		session->plan.counts->opaque_bytes += state->looking->looked_bytes;
	looking_free(state->looking);
	state->looking = NULL;
	state->phase = PHASE_OPAQUE;
}

/* -- the protocols --------------------------------------------------------- */

enum look { LOOK_NO, LOOK_MORE, LOOK_YES };

/* RFC 8446 section 5.1: a handshake record of version 3.x, and in it a ClientHello or ServerHello. */
static enum look tls_look(struct bytes run, size_t *scanned)
{
	const unsigned char *at = (const unsigned char *)run.data;

	(void)scanned;
	if (at[0] != 22 || (run.len > 1 && at[1] != 3) || (run.len > 2 && at[2] > 4) ||
	    (run.len > 5 && at[5] != 1 && at[5] != 2))
		return LOOK_NO;
	return run.len > 5 ? LOOK_YES : LOOK_MORE;
}

static void tls_begin(struct session *session, enum direction direction)
{
	(void)direction;
	count_opaque(session, &session->plan.counts->tls_connections);
	become_opaque(session);
}

/* RFC 9113 section 3.4. */
static enum look http2_look(struct bytes run, size_t *scanned)
{
	struct bytes preface = BYTES("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
	size_t len = run.len < preface.len ? run.len : preface.len;

	(void)scanned;
	if (!bytes_equal(bytes_slice(run, 0, len), bytes_slice(preface, 0, len)))
		return LOOK_NO;
	return run.len >= preface.len ? LOOK_YES : LOOK_MORE;
}

static void see_candidates(struct session_state *state)
{
	for (int i = 0; i < 2 && state->looking != NULL; i++)
		if (state->looking->candidates[i].bytes.len > 0)
			state->desk.seen[i] = state->looking->candidates[i].first.offset;
}

static void http2_start(struct session *session, enum direction client, enum http2_begin begin)
{
	struct session_state *state = session->state;

	see_candidates(state);
	session->plan.counts->http2_connections++;
	state->http2 = http2_new(&state->desk, client, begin);
	if (state->http2 == NULL)
		become_opaque(session);
	else
		state->phase = PHASE_HTTP2;
}

static void http2_preface_begin(struct session *session, enum direction client)
{
	http2_start(session, client, HTTP2_FROM_PREFACE);
}

/* Midway, or the server's first frames were seen before the preface. */
static enum look http2_frames_seen(struct bytes run, size_t *scanned)
{
	enum http2_start start = http2_frames_look(run, 0);

	(void)scanned;
	if (start == HTTP2_START_MORE)
		return LOOK_MORE;
	return start == HTTP2_START_YES ? LOOK_YES : LOOK_NO;
}

static void http2_frames_begin(struct session *session, enum direction sender)
{
	(void)sender;
	http2_start(session, DIRECTION_OPENER, HTTP2_JOINED);
}

static enum look http1_request_look(struct bytes run, size_t *scanned)
{
	enum http1_start start = http1_look(run, scanned);

	if (start == HTTP1_START_MORE)
		return LOOK_MORE;
	return start == HTTP1_START_REQUEST ? LOOK_YES : LOOK_NO;
}

static enum look http1_response_look(struct bytes run, size_t *scanned)
{
	(void)scanned;
	return http1_look_response(run) == HTTP1_START_RESPONSE ? LOOK_YES : LOOK_NO;
}

static void http1_begin(struct session *session, enum direction client)
{
	struct session_state *state = session->state;
	bool is_joined = state->has_skipped || (session->plan.is_mid_stream && state->tunnel_depth == 0);

	see_candidates(state);
	state->http1 = http1_new(&state->desk, client, is_joined);
	if (state->http1 == NULL) {
		count_opaque(session, &session->plan.counts->opaque_connections);
		become_opaque(session);
		return;
	}
	state->phase = PHASE_HTTP1;
	if (state->tunnel_depth == 0)
		session->plan.counts->http1_connections++;
}

static void http1_begin_answered(struct session *session, enum direction server)
{
	http1_begin(session, server == DIRECTION_OPENER ? DIRECTION_ANSWERER : DIRECTION_OPENER);
}

/* Asked in this order. `run` is never empty and begins at the candidate. */
static const struct {
	enum look (*look)(struct bytes run, size_t *scanned);
	void (*begin)(struct session *session, enum direction sender);
} protocols[] = {
	{tls_look, tls_begin},
	{http2_look, http2_preface_begin},
	{http2_frames_seen, http2_frames_begin},
	{http1_response_look, http1_begin_answered},
	{http1_request_look, http1_begin},
};

/* -- telling them apart ---------------------------------------------------- */

static void take(struct session *session, const struct chunk *chunk);

static enum look look_at(struct session *session, enum direction direction, struct bytes run)
{
	struct candidate *candidate = &session->state->looking->candidates[direction];
	bool is_possible = false;

	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++) {
		enum look look = protocols[i].look(run, &candidate->scanned);

		if (look == LOOK_YES) {
			protocols[i].begin(session, direction);
			return LOOK_YES;
		}
		is_possible |= look == LOOK_MORE;
	}
	return is_possible ? LOOK_MORE : LOOK_NO;
}

static void tell_gaps(struct session *session, const uint64_t lost[2], uint64_t time_ns)
{
	struct session_state *state = session->state;

	for (int i = 0; i < 2; i++) {
		struct chunk gap = {.kind = CHUNK_GAP, .direction = (enum direction)i, .time_ns = time_ns};

		gap.gap_len = lost[i];
		gap.offset = state->desk.seen[i] - gap.gap_len;
		if (gap.gap_len > 0)
			take(session, &gap);
	}
}

/* The protocol is known: its parser gets what was kept so far, then the chunk that told. */
static void hand_over(struct session *session, const struct chunk *chunk, size_t kept_len)
{
	struct session_state *state = session->state;
	struct looking *looking = state->looking;
	struct candidate *kept;
	struct chunk last = *chunk;

	if (state->phase != PHASE_HTTP1 && state->phase != PHASE_HTTP2)
		return;
	state->looking = NULL; /* what is handed over may start a tunnel, and looking anew */
	kept = looking->candidates;
	tell_gaps(session, looking->lost, chunk->time_ns);
	for (int i = 0; i < 2; i++) {
		size_t len = i == (int)chunk->direction ? kept_len : kept[i].bytes.len;

		kept[i].first.bytes = bytes_slice(buffer_bytes(&kept[i].bytes), 0, len);
		kept[i].first.is_segment_start = true;
		if (len > 0)
			take(session, &kept[i].first);
		candidate_forget(&kept[i]);
	}
	looking_free(looking);
	last.is_segment_start |= kept_len == 0;
	take(session, &last);
	for (int i = 0; i < 2; i++) {
		last = (struct chunk){
			.kind = CHUNK_END, .direction = (enum direction)i, .time_ns = chunk->time_ns};
		if (state->has_ended[i])
			take(session, &last);
	}
}

static void candidate_open(struct candidate *candidate, const struct chunk *chunk)
{
	candidate_forget(candidate);
	candidate->first = *chunk;
	candidate->is_open = true;
}

static void look(struct session *session, const struct chunk *original)
{
	struct session_state *state = session->state;
	struct candidate *candidate = &state->looking->candidates[original->direction];
	size_t kept_len = candidate->bytes.len, blank;
	struct chunk chunk = *original;
	struct bytes run;
	enum look verdict;

	state->looking->looked_bytes += chunk.bytes.len;
	if (kept_len == 0) {
		if (!chunk.is_segment_start && !candidate->is_open) {
			state->has_skipped = true;
			return;
		}
		candidate_open(candidate, &chunk);
		blank = http1_blank_len(chunk.bytes);
		chunk.bytes = bytes_from(chunk.bytes, blank);
		chunk.offset += blank;
		candidate->first.offset += blank;
		if (chunk.bytes.len == 0)
			return;
	}
	run = chunk.bytes;
	if (kept_len > 0) {
		buffer_append_some(&candidate->bytes, run);
		run = buffer_bytes(&candidate->bytes);
	}
	verdict = run.len > kept_len ? look_at(session, chunk.direction, run) : LOOK_NO;
	if (verdict == LOOK_YES) {
		hand_over(session, &chunk, kept_len);
	} else if (verdict == LOOK_NO) {
		candidate_forget(candidate);
		state->has_skipped = true;
	} else if (kept_len == 0) {
		buffer_append_some(&candidate->bytes, run);
	}
}

static void look_in_vain(struct session *session)
{
	if (session->state->looking->looked_bytes > 0 && session->state->tunnel_depth == 0)
		count_opaque(session, &session->plan.counts->opaque_connections);
	become_opaque(session);
}

static void look_bytes(struct session *session, const struct chunk *chunk)
{
	struct session_state *state = session->state;
	struct candidate *candidate = &state->looking->candidates[chunk->direction];

	if (candidate->bytes.len > 0 && chunk->is_segment_start &&
	    (state->has_skipped || session->plan.is_mid_stream) && http1_is_sure_start(chunk->bytes)) {
		candidate_forget(candidate);
		state->has_skipped = true;
	}
	look(session, chunk);
	if (session->state->phase == PHASE_LOOKING &&
	    session->state->looking->looked_bytes > LIMIT_HUNT_BYTES)
		look_in_vain(session);
}

/* It was no header: what was kept for it is looked at like everything else. */
static void announcement_give_up(struct session *session)
{
	struct session_state *state = session->state;
	struct buffer kept = state->looking->announcement;
	struct chunk first = state->looking->announcement_first;

	state->is_past_announcement = true;
	state->looking->announcement = BUFFER_MAX(0);
	first.bytes = buffer_bytes(&kept);
	if (first.bytes.len > 0)
		take(session, &first);
	buffer_finish(&kept);
}

/* The header stands before the opener's first byte of anything else. *chunk is left with what is behind it.
 */
static void announcement_take(struct session *session, struct chunk *chunk)
{
	struct session_state *state = session->state;
	struct buffer *kept = &state->looking->announcement;
	struct bytes run = chunk->bytes;
	size_t header_len = 0, rest_len, kept_len = kept->len;
	bool has_client = false;
	struct endpoint client;
	enum proxy_look look;

	if (kept->len == 0 && (chunk->offset != 0 || session->plan.is_mid_stream)) {
		state->is_past_announcement = true;
		return;
	}
	if (kept->len > 0) {
		buffer_append_some(kept, run);
		run = buffer_bytes(kept);
	}
	look = proxy_protocol_read(run, &header_len, &has_client, &client);
	if (look == PROXY_MORE && run.len < PROXY_HEADER_MAX) {
		if (kept->len == 0) {
			*kept = BUFFER_MAX(PROXY_HEADER_MAX);
			state->looking->announcement_first = *chunk;
			buffer_append_some(kept, run);
		}
		chunk->bytes = BYTES_NONE;
		return;
	}
	if (look != PROXY_YES) {
		kept->len = kept_len;
		announcement_give_up(session);
		return;
	}
	session->plan.counts->announced_connections++;
	state->is_past_announcement = true;
	if (has_client && (state->desk.announced = malloc(sizeof(client))) != NULL)
		*state->desk.announced = client;
	rest_len = run.len - header_len;
	chunk->offset += chunk->bytes.len - rest_len;
	chunk->bytes = bytes_from(chunk->bytes, chunk->bytes.len - rest_len);
	chunk->is_segment_start = true;
	buffer_finish(kept);
}

static void look_take(struct session *session, const struct chunk *original)
{
	struct session_state *state = session->state;
	struct chunk rest = *original;
	const struct chunk *chunk = &rest;

	if (!state->is_past_announcement && rest.direction == DIRECTION_OPENER) {
		if (rest.kind == CHUNK_BYTES && rest.bytes.len > 0)
			announcement_take(session, &rest);
		else
			announcement_give_up(session);
		if (state->phase != PHASE_LOOKING) {
			take(session, chunk);
			return;
		}
	}
	switch (chunk->kind) {
	case CHUNK_BYTES:
		if (chunk->bytes.len > 0)
			look_bytes(session, chunk);
		return;
	case CHUNK_GAP:
		candidate_forget(&state->looking->candidates[chunk->direction]);
		state->looking->lost[chunk->direction] += chunk->gap_len;
		return;
	case CHUNK_END:
		candidate_forget(&state->looking->candidates[chunk->direction]);
		state->has_ended[chunk->direction] = true;
		return;
	case CHUNK_ABORTED:
		look_in_vain(session);
		return;
	}
}

/* -- one connection -------------------------------------------------------- */

/* RFC 7540 section 3.2: the request that asked for it is answered in HTTP/2. */
static void http2_upgrade(struct session *session)
{
	struct session_state *state = session->state;
	struct exchange *exchange = desk_take_upgraded(&state->desk, BYTES("h2c"));
	bool is_opener;

	if (exchange == NULL)
		return;
	is_opener = endpoint_equal(&exchange->client, &session->plan.ends[DIRECTION_OPENER]);
	http2_start(session, is_opener ? DIRECTION_OPENER : DIRECTION_ANSWERER, HTTP2_FROM_UPGRADE);
	if (state->http2 == NULL)
		desk_close(&state->desk, exchange, exchange->outcome, exchange->time_ns);
	else
		http2_adopt(state->http2, exchange);
}

/* HTTP/1 is over, the connection is not. */
static void leave_http1(struct session *session)
{
	struct session_state *state = session->state;
	struct http1 *http1 = state->http1;
	enum http1_mode mode = http1_mode(http1);
	struct chunk chunk;

	state->http1 = NULL;
	state->phase = PHASE_OPAQUE;
	if (mode == HTTP1_TUNNEL && state->tunnel_depth < LIMIT_TUNNEL_DEPTH)
		state->looking = looking_new(); /* NULL: the tunnel stays opaque */
	if (state->looking != NULL) {
		state->tunnel_depth++;
		state->phase = PHASE_LOOKING;
		state->has_skipped = false;
	} else if (mode == HTTP1_FAILED) {
		count_opaque(session, &session->plan.counts->opaque_connections);
	} else if (mode == HTTP1_UPGRADED) {
		http2_upgrade(session);
	}
	while (http1_rest(http1, &chunk)) {
		chunk.is_segment_start = true;
		take(session, &chunk);
	}
	http1_free(http1);
}

/* The connection is remembered for a while; its reader's memory is the next one's already. */
static void end_http1(struct session_state *state)
{
	http1_free(state->http1);
	state->http1 = NULL;
	state->phase = PHASE_OVER;
}

static void take(struct session *session, const struct chunk *chunk)
{
	struct session_state *state = session->state;

	switch (state->phase) {
	case PHASE_LOOKING:
		look_take(session, chunk);
		return;
	case PHASE_HTTP1:
		http1_feed(state->http1, chunk);
		if (http1_mode(state->http1) != HTTP1_TALKS)
			leave_http1(session);
		else if (chunk->kind == CHUNK_END && http1_is_over(state->http1))
			end_http1(state);
		return;
	case PHASE_HTTP2:
		http2_feed(state->http2, chunk);
		return;
	case PHASE_OVER:
		return;
	case PHASE_OPAQUE:
		session->plan.counts->opaque_bytes += chunk->kind == CHUNK_BYTES ? chunk->bytes.len : 0;
		return;
	}
}

static struct session_state *state_new(void)
{
	struct session_state *state = zeroed(sizeof(*state));
	struct looking *looking = looking_new();

	if (state == NULL || looking == NULL) {
		looking_free(looking);
		free(state);
		return NULL;
	}
	state->looking = looking;
	return state;
}

void session_feed(struct session *session, const struct chunk *chunk)
{
	struct session_counts *counts = session->plan.counts;

	counts->bytes += chunk->kind == CHUNK_BYTES ? chunk->bytes.len : 0;
	counts->gap_bytes += chunk->kind == CHUNK_GAP ? chunk->gap_len : 0;
	if (session->state == NULL) {
		if (chunk->kind == CHUNK_ABORTED || chunk->kind == CHUNK_END)
			return;
		session->state = state_new();
		if (session->state == NULL) {
			counts->opaque_bytes += chunk->kind == CHUNK_BYTES ? chunk->bytes.len : 0;
			return;
		}
	}
	session->state->desk.plan = &session->plan; /* the caller may have moved the session */
	take(session, chunk);
	if (chunk->kind == CHUNK_BYTES)
		session->state->desk.seen[chunk->direction] = chunk->offset + chunk->bytes.len;
	else if (chunk->kind == CHUNK_GAP)
		session->state->desk.seen[chunk->direction] = chunk->offset + chunk->gap_len;
}

struct exchange *session_next(struct session *session)
{
	struct session_state *state = session->state;

	if (state == NULL)
		return NULL;
	state->desk.plan = &session->plan;
	if (state->desk.first == NULL && state->http1 != NULL && http1_run(state->http1) &&
	    http1_mode(state->http1) != HTTP1_TALKS)
		leave_http1(session);
	if (state->desk.first == NULL && state->http2 != NULL)
		http2_run(state->http2);
	return desk_next(&state->desk);
}

void session_finish(struct session *session)
{
	struct session_state *state = session->state;

	if (state == NULL)
		return;
	state->desk.plan = &session->plan;
	http1_free(state->http1);
	http2_free(state->http2);
	if (state->phase == PHASE_LOOKING)
		look_in_vain(session);
	looking_free(state->looking);
	desk_finish(&state->desk);
	free(state);
	session->state = NULL;
}

bool session_is_opaque(const struct session *session)
{
	return session->state != NULL && session->state->is_opaque;
}
