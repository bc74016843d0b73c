#include "parsers/http1_side.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/content_coding.h"
#include "parsers/http1_target.h"

static struct session_counts *counts_of(const struct http1 *http1)
{
	return http1->desk->plan->counts;
}

static struct message *message_of(const struct http1_side *side)
{
	struct exchange *exchange = side->current->exchange;

	return side->is_request ? &exchange->request : &exchange->response;
}

struct bytes side_head(const struct http1_side *side)
{
	return side->head == NULL ? BYTES_NONE : buffer_bytes(side->head);
}

/* False without memory. */
static bool head_append(struct http1_side *side, struct bytes run)
{
	if (side->head == NULL) {
		side->head = calloc(1, sizeof(*side->head));
		if (side->head == NULL)
			return false;
		*side->head = BUFFER_MAX(LIMIT_HEAD_BYTES);
	}
	return buffer_append(side->head, run) == STATUS_OK;
}

static void head_forget(struct http1_side *side)
{
	if (side->head != NULL) {
		if (side->head->data != NULL)
			explicit_bzero(side->head->data, side->head->len);
		buffer_finish(side->head);
		free(side->head);
		side->head = NULL;
	}
	side->scanned = 0;
	side->is_line_known = false;
	side->is_candidate = false;
}

static void count_body(struct http1 *http1, const struct message *message)
{
	enum coding_outcome coding = message->body.coding;

	if (coding_has_failed(coding))
		counts_of(http1)->codings_failed++;
	if (message->body.state == BODY_CUT)
		counts_of(http1)->bodies_cut++;
}

static void message_over(struct http1 *http1, struct http1_side *side, enum http1_end end)
{
	struct http1_pending *pending = side->current;
	struct message *message = message_of(side);

	if (side->body != NULL) {
		http1_body_close(side->body, end, &side->read->fields, pending->exchange, message);
		http1_body_free(side->body);
		side->body = NULL;
		count_body(http1, message);
	}
	if (end == HTTP1_END_MALFORMED)
		message->oddities |= ODDITY_MALFORMED;
	message->is_complete = end == HTTP1_END_WHOLE && message->gap_len == 0;
	message->last_ns = side->last_ns;
	if (message->oddities & ODDITY_HEAD_CUT)
		counts_of(http1)->heads_cut++;
	head_forget(side);
	side->state = SIDE_START;
	side->current = NULL;
	side->read = NULL;
	if (!side->is_request) {
		pairs_answered(&http1->pairs, http1->time_ns);
		return;
	}
	pending->is_request_over = true;
	pairs_settle(&http1->pairs, http1->time_ns);
}

static void lose(struct http1 *http1, struct http1_side *side, bool at_start)
{
	counts_of(http1)->hunts++;
	head_forget(side);
	side->state = SIDE_HUNTING;
	side->is_resync = true;
	side->is_after_close = false;
	if (side->is_request)
		side->has_lost = true;
	else
		pairs_lose(&http1->pairs, at_start, http1->time_ns);
}

/* A message begins: side->current is the exchange that it belongs to. False without memory. */
static bool message_begin(struct http1 *http1, struct http1_side *side)
{
	struct http1_pending *pending;

	if (!side->is_request) {
		pending = pairs_answer(&http1->pairs, &side->start, http1->time_ns);
	} else {
		http1->pairs.has_hidden |= side->has_lost;
		pending = pairs_ask(&http1->pairs, &side->start, http1->time_ns);
		if (pending != NULL) {
			pending->is_after_loss = side->has_lost;
			side->has_lost = false;
		}
	}
	if (pending == NULL) {
		http1_leave(http1, HTTP1_FAILED);
		return false;
	}
	side->current = pending;
	message_of(side)->first_ns = side->start_ns;
	if (side->is_after_close)
		message_of(side)->oddities |= ODDITY_AFTER_CLOSE;
	return true;
}

static void give_up(struct http1 *http1, struct http1_side *side)
{
	counts_of(http1)->parse_errors++;
	message_over(http1, side, HTTP1_END_MALFORMED);
	lose(http1, side, false);
}

static void body_begin(struct http1 *http1, struct http1_side *side, bool is_bodiless)
{
	struct message *message = message_of(side);
	struct http1_body_plan plan = {
		.is_request = side->is_request,
		.length = side->read->fields.length,
		.bytes_max = http1->desk->plan->body_bytes_max,
		.all_now = &counts_of(http1)->body_bytes_now,
		.unpacker = http1->desk->plan->unpacker,
		.larger = {.reader = http1->desk->plan->reader,
			   .counts = counts_of(http1),
			   .exchange = side->current->exchange,
			   .message = message,
			   .transfer_codings = side->read->fields.transfer_codings,
			   .transfer_coding_count = side->read->fields.transfer_coding_count}};

	plan.framing = http1_framing_of(side->read, side->is_request, is_bodiless, &message->oddities);
	if (plan.framing == HTTP1_NO_BODY) {
		message_over(http1, side, HTTP1_END_WHOLE);
		return;
	}
	if (plan.framing == HTTP1_UNKNOWN_LENGTH) {
		give_up(http1, side);
		return;
	}
	side->body = http1_body_new(&plan);
	if (side->body == NULL) {
		http1_leave(http1, HTTP1_FAILED);
		return;
	}
	side->state = SIDE_BODY;
}

static void request_read(struct http1 *http1, struct http1_side *side, uint64_t head_end)
{
	struct http1_pending *pending = side->current;
	struct exchange *exchange = pending->exchange;
	bool is_connect;

	exchange->method = side->read->line.method;
	exchange->target = side->read->line.target;
	http1_target_read(exchange);
	is_connect = bytes_equal(exchange->method, BYTES("CONNECT"));
	if (!http1_method_is_known(exchange->method))
		exchange->request.oddities |= ODDITY_METHOD_UNKNOWN;
	pending->head_end = head_end;
	http1->pairs.asked_end = head_end;
	pending->is_head_method = bytes_equal(exchange->method, BYTES("HEAD"));
	pending->is_connect = is_connect;
	pending->may_leave = is_connect || side->read->fields.wants_upgrade;
	body_begin(http1, side, is_connect);
}

static bool is_interim(const struct http1_side *side, const struct http1_head *head)
{
	return !side->is_request && !head->line.is_status_odd && head->line.status / 100 == 1 &&
	       head->line.status != 101;
}

/* RFC 9110 section 15.2: any number of 1xx before the final response; they have no body, and
 * nothing of them is kept: a flood of them must not fill the exchange. */
static void interim_read(struct http1_side *side, const struct http1_head *head, struct arena_mark before)
{
	struct exchange *exchange = side->current->exchange;
	struct message *message = message_of(side);

	exchange->interim_count++;
	message->oddities |= head->fields.oddities;
	http1_framing_of(head, false, true, &message->oddities);
	arena_rewind(&exchange->arena, before);
	head_forget(side);
	side->current = NULL;
	side->state = SIDE_START;
}

static void response_read(struct http1 *http1, struct http1_side *side)
{
	struct http1_pending *pending = side->current;
	struct exchange *exchange = pending->exchange;
	unsigned status = side->read->line.is_status_odd ? 0 : side->read->line.status;
	bool is_tunnel = pending->is_connect && status / 100 == 2;

	exchange->status = side->read->line.status;
	if (status != 101 && !is_tunnel) {
		body_begin(http1, side, pending->is_head_method);
		return;
	}
	exchange->is_upgrade = true;
	counts_of(http1)->upgraded_connections++;
	body_begin(http1, side, true);
	http1_leave(http1, is_tunnel ? HTTP1_TUNNEL : HTTP1_UPGRADED);
}

static size_t body_bytes(struct http1 *http1, struct http1_side *side, struct bytes bytes)
{
	size_t used = bytes.len;

	switch (http1_body_feed(side->body, bytes, &used)) {
	case HTTP1_BODY_MORE:
		break;
	case HTTP1_BODY_DONE:
		message_over(http1, side, HTTP1_END_WHOLE);
		break;
	case HTTP1_BODY_BROKEN:
		give_up(http1, side);
		return bytes.len;
	}
	return used;
}

/* What stands where a message should begin is none. */
static void refuse(struct http1 *http1, struct http1_side *side)
{
	if (side->is_candidate) {
		head_forget(side);
		side->state = SIDE_HUNTING;
		return;
	}
	if (message_begin(http1, side))
		give_up(http1, side);
}

/* What stood behind the line that ended the head too early is the body's; what is left then is nothing. */
static void rest_read(struct http1 *http1, struct http1_side *side, struct bytes rest, uint64_t rest_end)
{
	if (side->state == SIDE_BODY)
		rest = bytes_from(rest, body_bytes(http1, side, rest));
	rest = bytes_from(rest, http1_blank_len(rest));
	if (side->state != SIDE_START || rest.len == 0)
		return;
	side->start.start = rest_end - rest.len;
	side->start_ns = side->last_ns;
	refuse(http1, side);
}

/* The whole head is in `run`. */
static void head_read(struct http1 *http1, struct http1_side *side, struct bytes run, uint64_t head_end)
{
	struct exchange *exchange = side->current->exchange;
	struct message *message = message_of(side);
	struct bytes rest = BYTES_NONE;
	struct http1_head *head;
	bool is_whole = side->state != SIDE_SKIPPING;
	struct arena_mark before = arena_mark(&exchange->arena);

	head = arena_take(&exchange->arena, sizeof(*head));
	if (head == NULL || !http1_head_read(run, side->is_request, &exchange->arena, head)) {
		http1_leave(http1, HTTP1_FAILED);
		return;
	}
	if (is_interim(side, head)) {
		interim_read(side, head, before);
		return;
	}
	if (!side->is_request && is_whole && !http1_head_read_last(run, &exchange->arena, head, &rest)) {
		http1_leave(http1, HTTP1_FAILED);
		return;
	}
	if (rest.len > 0) { /* the run is about to go */
		rest = arena_copy(&exchange->arena, rest);
		if (rest.data == NULL) {
			http1_leave(http1, HTTP1_FAILED);
			return;
		}
	}
	side->read = head;
	side->is_after_close = head->fields.is_close;
	message->is_seen = true;
	message->version = head->line.version;
	message->headers = head->fields.headers;
	message->header_count = head->fields.header_count;
	message->oddities |= head->fields.oddities;
	if (!is_whole)
		message->oddities |= ODDITY_HEAD_CUT;
	message->head_ns = side->last_ns;
	head_forget(side);
	if (side->is_request)
		request_read(http1, side, head_end);
	else
		response_read(http1, side);
	if (rest.len > 0)
		rest_read(http1, side, rest, head_end);
}

enum line { LINE_KNOWN, LINE_MORE, LINE_REFUSED };

static enum line line_take(struct http1 *http1, struct http1_side *side, struct bytes run)
{
	enum http1_start wanted = side->is_request ? HTTP1_START_REQUEST : HTTP1_START_RESPONSE;
	bool is_due = !side->is_request && !side->is_candidate;
	size_t scanned = side->scanned;
	enum http1_start start = is_due ? http1_look_due(run) : http1_look(run, &scanned);

	side->scanned = (uint32_t)scanned;
	if (start == HTTP1_START_MORE && run.len <= LIMIT_START_LINE_BYTES)
		return LINE_MORE;
	if (start != wanted || (side->is_candidate && side->is_request && !http1_look_known_method(run))) {
		refuse(http1, side);
		return LINE_REFUSED;
	}
	side->scanned = 0;
	if (side->is_candidate && side->is_resync)
		counts_of(http1)->resyncs++;
	side->is_candidate = false;
	side->is_resync = false;
	if (!message_begin(http1, side))
		return LINE_REFUSED;
	side->is_line_known = true;
	return LINE_KNOWN;
}

/* The head is over its ceiling: what follows up to the blank line is dropped. */
static void start_skipping(struct http1_side *side)
{
	struct bytes kept = side_head(side);

	side->state = SIDE_SKIPPING;
	memcpy(side->skipped, kept.data + kept.len - 2, 2);
}

static size_t start_bytes(struct http1 *http1, struct http1_side *side, const struct chunk *chunk)
{
	size_t had = side_head(side).len, scanned;
	struct bytes run = bytes_slice(chunk->bytes, 0, LIMIT_HEAD_BYTES - had);
	size_t taken = run.len, len;
	enum line line;

	if (had == 0) {
		len = http1_blank_len(run);
		if (len > 0)
			return len;
		side->start = (struct http1_answer){.start = chunk->offset,
						    .peer = chunk->peer_offset,
						    .is_peer_known = chunk->is_peer_offset_known};
		side->start_ns = chunk->time_ns;
	} else if (!head_append(side, run)) {
		http1_leave(http1, HTTP1_FAILED);
		return taken;
	} else {
		run = side_head(side);
	}
	line = side->is_line_known ? LINE_KNOWN : line_take(http1, side, run);
	if (line == LINE_REFUSED)
		return chunk->bytes.len;
	scanned = side->scanned;
	len = line == LINE_KNOWN ? http1_head_len(run, side->is_request, &scanned) : 0;
	side->scanned = (uint32_t)scanned;
	if (len > 0) {
		head_read(http1, side, bytes_slice(run, 0, len), chunk->offset + len - had);
		return len - had;
	}
	if (had == 0 && !head_append(side, run))
		http1_leave(http1, HTTP1_FAILED);
	else if (side_head(side).len == LIMIT_HEAD_BYTES)
		start_skipping(side);
	return taken;
}

static size_t skipping_bytes(struct http1 *http1, struct http1_side *side, const struct chunk *chunk)
{
	for (size_t i = 0; i < chunk->bytes.len; i++) {
		char byte = chunk->bytes.data[i];
		bool is_end = byte == '\n' && (side->skipped[1] == '\n' ||
					       (side->skipped[1] == '\r' && side->skipped[0] == '\n'));

		side->skipped[0] = side->skipped[1];
		side->skipped[1] = byte;
		if (is_end) {
			struct bytes kept = side_head(side);

			while (kept.len > 0 && kept.data[kept.len - 1] != '\n')
				kept.len--;
			head_read(http1, side, kept, chunk->offset + i + 1);
			return i + 1;
		}
	}
	return chunk->bytes.len;
}

static bool is_better_start(const struct http1_side *side, const struct chunk *chunk)
{
	return side->is_candidate && chunk->is_segment_start && side_head(side).len > 0 &&
	       http1_is_sure_start(chunk->bytes);
}

size_t side_bytes(struct http1 *http1, struct http1_side *side, const struct chunk *chunk)
{
	side->last_ns = chunk->time_ns;
	switch (side->state) {
	case SIDE_HUNTING:
		if (!chunk->is_segment_start)
			return chunk->bytes.len;
		side->state = SIDE_START;
		side->is_candidate = true;
		return 0;
	case SIDE_START:
		if (is_better_start(side, chunk)) {
			head_forget(side);
			side->is_candidate = true;
		}
		return start_bytes(http1, side, chunk);
	case SIDE_SKIPPING:
		return skipping_bytes(http1, side, chunk);
	case SIDE_BODY:
		return body_bytes(http1, side, chunk->bytes);
	case SIDE_OVER:
		break;
	}
	return chunk->bytes.len;
}

static bool is_inside_start(const struct http1_side *side)
{
	return side->state == SIDE_START && !side->is_candidate && side_head(side).len > 0;
}

void side_gap(struct http1 *http1, struct http1_side *side, uint64_t gap_len)
{
	enum http1_body_step step;

	if (side->state == SIDE_OVER)
		return;
	if (side->state == SIDE_HUNTING || side->is_candidate) {
		head_forget(side);
		side->state = SIDE_HUNTING;
		if (side->is_request)
			side->has_lost = true;
		return;
	}
	if (is_inside_start(side) && side->current == NULL && !message_begin(http1, side))
		return;
	if (side->current == NULL) {
		lose(http1, side, true);
		return;
	}
	message_of(side)->gap_len += gap_len;
	step = side->state == SIDE_BODY ? http1_body_skip(side->body, gap_len) : HTTP1_BODY_BROKEN;
	if (step == HTTP1_BODY_DONE)
		message_over(http1, side, HTTP1_END_WHOLE);
	if (step != HTTP1_BODY_BROKEN)
		return;
	message_over(http1, side, HTTP1_END_GAP);
	lose(http1, side, false);
}

void side_stop(struct http1 *http1, struct http1_side *side)
{
	if (side->current != NULL)
		message_over(http1, side, HTTP1_END_CUT);
	head_forget(side);
	side->state = SIDE_OVER;
}

void side_end(struct http1 *http1, struct http1_side *side, bool is_fin)
{
	bool is_whole = is_fin && side->state == SIDE_BODY && http1_body_ends_at_close(side->body);

	if (side->is_over)
		return;
	if (is_inside_start(side) && side->current == NULL && !message_begin(http1, side))
		return;
	if (is_whole)
		message_over(http1, side, HTTP1_END_WHOLE);
	side_stop(http1, side);
	side->is_over = true;
	if (!side->is_request)
		pairs_end(&http1->pairs, http1->time_ns);
	if (http1->client.is_over && http1->server.is_over)
		pairs_finish(&http1->pairs, http1->time_ns);
}
