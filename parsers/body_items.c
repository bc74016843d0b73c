/*
 * Bodies that are a sequence of items: JSON Lines, JSON text sequences (RFC 7464)
 * and event streams (HTML, section 9.2). Each becomes an array of its items.
 */
#include "parsers/base/buffer.h"
#include "parsers/base/limits.h"
#include "parsers/body_read.h"
#include "parsers/json_read.h"
#include "parsers/tree.h"
#include "parsers/utf8.h"

struct sequence {
	struct bytes content;
	struct arena *arena;
	struct arena scratch; /* one item's tree, before it is copied */
	struct tree tree;
	yyjson_mut_val *array;
	size_t count;
	struct buffer joined;        /* the data of one event that came in several lines */
	struct body_reading failure; /* kind is not BODY_EMPTY once it failed */
};

static bool fail(struct sequence *sequence, enum body_kind kind, const char *error, size_t offset)
{
	sequence->failure = body_not_read(kind, sequence->content, error, offset);
	return false;
}

static bool sequence_start(struct sequence *sequence, struct bytes content, struct arena *arena)
{
	*sequence =
		(struct sequence){.content = content, .arena = arena, .joined = BUFFER_MAX(LIMIT_BODY_BYTES)};
	arena_init(&sequence->scratch, LIMIT_EXCHANGE_BYTES);
	if (tree_start(&sequence->tree, arena))
		sequence->array = yyjson_mut_arr(sequence->tree.doc);
	return sequence->array != NULL || fail(sequence, BODY_UNREAD, "memory ceiling", 0);
}

static bool sequence_add(struct sequence *sequence, yyjson_mut_val *item)
{
	if (++sequence->count > LIMIT_BODY_VALUES)
		return fail(sequence, BODY_UNREAD, "too many values", 0);
	return (item != NULL && yyjson_mut_arr_append(sequence->array, item)) ||
	       fail(sequence, BODY_UNREAD, "memory ceiling", 0);
}

static struct body_reading sequence_end(struct sequence *sequence)
{
	struct body_reading reading = {.kind = BODY_ITEMS};

	arena_wipe(&sequence->scratch);
	buffer_finish(&sequence->joined);
	if (sequence->failure.kind != BODY_EMPTY)
		return sequence->failure;
	reading.json = tree_end(&sequence->tree, sequence->array);
	return reading.json == NULL ? body_not_read(BODY_UNREAD, sequence->content, "memory ceiling", 0)
				    : reading;
}

static bool add_json(struct sequence *sequence, struct bytes text)
{
	size_t offset = (size_t)(text.data - sequence->content.data);
	struct json_reading json;
	bool is_added;

	json_read(text, &sequence->scratch, &json);
	if (json.outcome != JSON_READ)
		return fail(sequence, json.outcome == JSON_CEILING ? BODY_UNREAD : BODY_MALFORMED, json.error,
			    offset + json.error_offset);
	is_added = sequence_add(sequence, yyjson_val_mut_copy(sequence->tree.doc, json.root));
	arena_reset(&sequence->scratch);
	return is_added;
}

/* Items between separators; an empty run is none. */
static struct body_reading read_separated(struct bytes content, char separator, struct arena *arena)
{
	struct sequence sequence;
	bool is_ok = sequence_start(&sequence, content, arena);

	for (struct bytes rest = content; rest.data != NULL && is_ok;) {
		struct bytes item = bytes_trim(bytes_split(&rest, separator));

		if (item.len > 0)
			is_ok = add_json(&sequence, item);
	}
	return sequence_end(&sequence);
}

struct body_reading body_read_lines(struct bytes content, struct arena *arena)
{
	return read_separated(content, '\n', arena);
}

struct body_reading body_read_sequence(struct bytes content, struct arena *arena)
{
	if (content.data[0] != '\x1e')
		return body_not_read(BODY_MALFORMED, content, "no record separator", 0);
	return read_separated(content, '\x1e', arena);
}

/* -- event streams -------------------------------------------------------------- */

struct event {
	struct bytes data, type, id;
	uint64_t retry;
	bool has_data, has_type, has_id, has_retry;
	bool is_joined; /* the data lies in the sequence's buffer */
};

/* Lines end in CR LF, LF or CR. */
static struct bytes take_line(struct bytes *rest)
{
	struct bytes whole = *rest;
	size_t at = 0;

	while (at < whole.len && whole.data[at] != '\n' && whole.data[at] != '\r')
		at++;
	*rest = at == whole.len
			? BYTES_NONE
			: bytes_from(whole,
				     bytes_starts(bytes_from(whole, at), BYTES("\r\n")) ? at + 2 : at + 1);
	return bytes_slice(whole, 0, at);
}

/* Several are one text of several lines. */
static bool data_join(struct sequence *sequence, struct event *event, struct bytes value)
{
	bool is_ok = event->is_joined || buffer_append(&sequence->joined, event->data) == STATUS_OK;

	event->is_joined = true;
	return (is_ok && buffer_append_byte(&sequence->joined, '\n') == STATUS_OK &&
		buffer_append(&sequence->joined, value) == STATUS_OK) ||
	       fail(sequence, BODY_UNREAD, "memory ceiling", 0);
}

static bool line_apply(struct sequence *sequence, struct bytes line, struct event *event)
{
	struct bytes value = line;
	struct bytes name = bytes_split(&value, ':');

	if (value.len > 0 && value.data[0] == ' ')
		value = bytes_from(value, 1);
	if (value.data == NULL)
		value = BYTES("");
	if (bytes_equal(name, BYTES("data")) && event->has_data)
		return data_join(sequence, event, value);
	if (bytes_equal(name, BYTES("data"))) {
		event->data = value;
		event->has_data = true;
	} else if (bytes_equal(name, BYTES("event"))) {
		event->type = value;
		event->has_type = true;
	} else if (bytes_equal(name, BYTES("id")) && bytes_find_byte(value, '\0') == BYTES_NOT_FOUND) {
		event->id = value;
		event->has_id = true;
	} else if (bytes_equal(name, BYTES("retry")) && bytes_to_u64(value, &event->retry)) {
		event->has_retry = true;
	}
	return true;
}

static bool event_add(struct sequence *sequence, struct event *event)
{
	struct tree *tree = &sequence->tree;
	yyjson_mut_val *object = yyjson_mut_obj(tree->doc);
	bool is_ok = object != NULL;

	if (event->is_joined) {
		event->data = arena_copy(sequence->arena, buffer_bytes(&sequence->joined));
		buffer_clear(&sequence->joined);
		is_ok = is_ok && event->data.data != NULL;
	}
	if (event->has_data)
		is_ok = is_ok && tree_add(tree, object, BYTES("data"), tree_text(tree, event->data));
	if (event->has_type)
		is_ok = is_ok && tree_add(tree, object, BYTES("event"), tree_text(tree, event->type));
	if (event->has_id)
		is_ok = is_ok && tree_add(tree, object, BYTES("id"), tree_text(tree, event->id));
	if (event->has_retry)
		is_ok = is_ok &&
			tree_add(tree, object, BYTES("retry"), yyjson_mut_uint(tree->doc, event->retry));
	*event = (struct event){0};
	return sequence_add(sequence, is_ok ? object : NULL);
}

static bool has_something(const struct event *event)
{
	return event->has_data || event->has_type || event->has_id || event->has_retry;
}

struct body_reading body_read_events(struct bytes content, struct arena *arena)
{
	size_t bom_len = bytes_starts(content, BYTES("\xEF\xBB\xBF")) ? 3 : 0;
	struct event event = {0};
	struct sequence sequence;
	bool is_ok = sequence_start(&sequence, content, arena);

	if (is_ok && !utf8_is_text(content))
		is_ok = fail(&sequence, BODY_MALFORMED, "not UTF-8", 0);
	for (struct bytes rest = bytes_from(content, bom_len); rest.data != NULL && is_ok;) {
		struct bytes line = take_line(&rest);

		if (line.len > 0)
			is_ok = line_apply(&sequence, line, &event);
		else if (has_something(&event))
			is_ok = event_add(&sequence, &event);
	}
	/* What ends without an empty line was not sent to the end: it is dropped, as the standard says. */
	return sequence_end(&sequence);
}
