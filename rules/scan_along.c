#include "rules/scan_along.h"

#include <string.h>

#include "parsers/grpc.h"

/* What two windows have in common: the matcher looks as far back and ahead as that. A value that is longer
 * may be found in part. */
#define LEAD_LEN  ((size_t)(4 * KIB))
#define TRAIL_LEN ((size_t)(4 * KIB))

/* ... and of pieces that begin and end with a line; scan_context looks back 40 bytes. */
#define LINE_LEAD_LEN  ((size_t)64)
#define LINE_TRAIL_LEN ((size_t)192)

/* A piece of plain text, where its lines allow. */
#define PIECE_MIN ((size_t)256)
#define PIECE_MAX ((size_t)(4 * KIB))

/* Of a text: what is looked at, and in it what is this window's own. */
struct window {
	size_t start, from, to, end;
};

bool along_wants(const struct message *message)
{
	return !scan_is_noise(message);
}

struct scan_along *along_new(struct exchange *exchange, const struct message *message)
{
	struct arena *arena = &exchange->arena;
	struct scan_along *along = arena_alloc(arena, sizeof(*along));

	if (along == NULL)
		return NULL;
	along->exchange = exchange;
	along->place = message == &exchange->request ? SCAN_REQUEST_BODY : SCAN_RESPONSE_BODY;
	along->list = arena_alloc(arena, LIMIT_HITS * sizeof(*along->list));
	along->folded = arena_alloc(arena, LIMIT_HITS * sizeof(*along->folded));
	along->class_ids = arena_alloc(arena, LIMIT_HITS * sizeof(*along->class_ids));
	along->held = arena_take(arena, ALONG_HELD_MAX);
	along->json.keys = arena_take(arena, ALONG_KEYS_MAX);
	arena_init(&along->scratch, LIMIT_SCAN_BYTES);
	if (along->list == NULL || along->folded == NULL || along->class_ids == NULL || along->held == NULL ||
	    along->json.keys == NULL)
		return NULL;
	return along;
}

static const struct message *message_of(const struct scan_along *along)
{
	return along->place == SCAN_REQUEST_BODY ? &along->exchange->request : &along->exchange->response;
}

static void look_at(struct scan_along *along, struct scan_values *values, const struct scan_value *value,
		    struct window window)
{
	struct scan_value piece = *value;

	piece.raw_offset = along->held_at + window.start;
	piece.lead = (uint32_t)(window.from - window.start);
	piece.trail = (uint32_t)(window.end - window.to);
	values_add(values, &piece, (struct bytes){along->held + window.start, window.end - window.start});
}

/* Few patterns are looked for in a short text, many in a long one: plain text is cut where a line ends, so
 * that no value is. What is behind it belongs to a match that goes on there (keys and travel documents have
 * two lines). */
static size_t piece_len(struct bytes rest, bool *out_is_line)
{
	struct bytes reach = bytes_slice(rest, 0, PIECE_MAX);
	size_t at = bytes_find_byte(bytes_from(reach, PIECE_MIN), '\n');

	*out_is_line = at != BYTES_NOT_FOUND;
	return *out_is_line ? PIECE_MIN + at + 1 : reach.len;
}

/* The last `trail` bytes are the next window's. */
static void look(struct scan_along *along, struct scan_values *values, const struct scan_value *value,
		 size_t trail)
{
	struct bytes text = {along->held, along->held_len};
	size_t own_end = text.len - trail;
	bool is_line = false;

	if (value->is_json && along->lead == 0 && trail == 0) {
		look_at(along, values, value, (struct window){0, 0, text.len, text.len});
		return;
	}
	for (size_t from = along->lead; from < own_end;) {
		size_t to = from + piece_len(bytes_slice(text, from, own_end - from), &is_line);
		size_t behind = is_line ? LINE_TRAIL_LEN : TRAIL_LEN;

		look_at(along, values, value,
			(struct window){.start = from - (from < LINE_LEAD_LEN ? from : LINE_LEAD_LEN),
					.from = from,
					.to = to,
					.end = text.len - to < behind ? text.len : to + behind});
		from = to;
	}
}

void along_hold(struct scan_along *along, struct scan_values *values, const struct scan_value *value,
		struct bytes piece, uint64_t at)
{
	if (along->held_len == 0)
		along->held_at = at;
	while (piece.len > 0) {
		struct bytes part = bytes_slice(piece, 0, ALONG_HELD_MAX - along->held_len);

		memcpy(along->held + along->held_len, part.data, part.len);
		along->held_len += part.len;
		piece = bytes_from(piece, part.len);
		if (along->held_len < ALONG_HELD_MAX)
			return;
		look(along, values, value, TRAIL_LEN);
		memmove(along->held, along->held + ALONG_HELD_MAX - LEAD_LEN - TRAIL_LEN,
			LEAD_LEN + TRAIL_LEN);
		along->held_at += ALONG_HELD_MAX - LEAD_LEN - TRAIL_LEN;
		along->held_len = LEAD_LEN + TRAIL_LEN;
		along->lead = LEAD_LEN;
	}
}

void along_let_go(struct scan_along *along, struct scan_values *values, const struct scan_value *value)
{
	if (along->held_len > 0)
		look(along, values, value, 0);
	along->held_len = 0;
	along->lead = 0;
}

void along_runs_take(struct scan_along *along, struct scan_values *values, struct bytes part, uint64_t at)
{
	const struct scan_value value = {.place = along->place};
	size_t from = 0;

	for (size_t i = 0; i <= part.len; i++) {
		if (i < part.len && part.data[i] >= 0x20 && part.data[i] < 0x7F)
			continue;
		along_hold(along, values, &value, bytes_slice(part, from, i - from), at + from);
		if (i < part.len)
			along_runs_end(along, values);
		from = i + 1;
	}
}

void along_runs_end(struct scan_along *along, struct scan_values *values)
{
	if (along->held_len >= SCAN_RUN_LEN_MIN)
		along_let_go(along, values, &(struct scan_value){.place = along->place});
	along->held_len = 0;
}

static void take(struct scan_along *along, struct scan_values *values, struct bytes part)
{
	const struct scan_value value = {.place = along->place};
	size_t used = 0;

	switch (along->syntax) {
	case SYNTAX_JSON:
	case SYNTAX_SEQUENCE:
		used = along_json_take(along, values, part);
		if (used == part.len)
			return;
		along->syntax = SYNTAX_MARKED; /* it is none: what follows is text, at no place of a tree */
		along->is_placed = false;
		break;
	case SYNTAX_BINARY:
		along_runs_take(along, values, part, along->offset);
		return;
	case SYNTAX_GRPC:
		used = along_grpc_take(along, values, part);
		if (along->syntax == SYNTAX_GRPC)
			return;
		along_runs_take(along, values, bytes_from(part, used), along->offset + used);
		return;
	case SYNTAX_TEXT:
	case SYNTAX_MARKED:
		break;
	}
	along_hold(along, values, &value, bytes_from(part, used), along->offset + used);
}

static bool is_json(const struct scan_along *along)
{
	return along->syntax == SYNTAX_JSON || along->syntax == SYNTAX_SEQUENCE;
}

static void begin(struct scan_along *along, struct bytes part)
{
	along->is_begun = true;
	along->syntax =
		grpc_is_framed(message_of(along)) ? SYNTAX_GRPC : body_syntax_of(message_of(along), part);
	along->is_placed = along->syntax != SYNTAX_MARKED;
	if (along->syntax == SYNTAX_SEQUENCE) {
		along->json.is_sequence = true;
		along->json.levels[along->json.depth++] = (struct along_level){.is_array = true};
	}
}

/* What was laid out is scanned now: the part, and what stands in it, goes. */
static void settle(struct scan_along *along, struct scanner *scanner, struct scan_values *values)
{
	size_t before = along->hits.count;

	if (values->count > 0)
		along->work += scanner_scan_window(scanner, along);
	for (size_t i = before; i < along->hits.count; i++)
		along->list[i].is_placed = along->is_placed;
	along->hits.is_cut |= values->is_cut || along->work > LIMIT_LONG_WORK;
	if (along->scratch.used > 0)
		arena_wipe(&along->scratch);
}

void along_take(struct scan_along *along, struct scanner *scanner, struct bytes part)
{
	struct scan_values *values;

	if (along->work > LIMIT_LONG_WORK || part.len == 0)
		return;
	if (!along->is_begun)
		begin(along, part);
	values = scanner_window(scanner, &along->scratch);
	if (is_json(along))
		along_json_open(along, values);
	take(along, values, part);
	settle(along, scanner, values);
	if (is_json(along))
		along_json_settle(along);
	along->offset += part.len;
}

void along_end(struct scan_along *along, struct scanner *scanner)
{
	struct scan_values *values = scanner_window(scanner, &along->scratch);

	if (is_json(along)) {
		along_json_open(along, values);
		along_json_end(along, values);
	} else if (along->syntax == SYNTAX_GRPC) {
		along_grpc_end(along, values);
	} else if (along->syntax == SYNTAX_BINARY) {
		along_runs_end(along, values);
	} else {
		along_let_go(along, values, &(struct scan_value){.place = along->place});
	}
	settle(along, scanner, values);
}
