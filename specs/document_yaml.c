/* YAML 1.2 through the event parser of libfyaml: its trees know no budget, ours do. */
#include <libfyaml.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/map.h"
#include "specs/document_build.h"

struct anchor {
	struct node *node;
	uint64_t size;
	unsigned height;
	bool is_open; /* we are still inside it: an alias to it would be a circle */
};

struct yaml_reader {
	struct build *build;
	struct bytes text;
	struct fy_diag *diag;
	struct fy_parser *parser;
	struct map anchors;
	struct anchor *open_anchors[LIMIT_DOCUMENT_DEPTH]; /* one a frame, or NULL */
	bool is_key_next[LIMIT_DOCUMENT_DEPTH];
};

static struct spot spot_of(const struct fy_mark *mark)
{
	if (mark == NULL || mark->line < 0 || mark->column < 0)
		return (struct spot){0};
	return (struct spot){.line = (uint32_t)mark->line + 1, .column = (uint32_t)mark->column + 1};
}

static bool no_memory(struct yaml_reader *reader)
{
	return build_fail(reader->build, STATUS_NO_MEMORY, (struct spot){0}, "give the sensor more memory",
			  "no memory for this file");
}

/* Section 6.5: a line break within flow text is a space, each further one a break. Skips what it folds. */
static size_t fold(struct bytes raw, size_t *at, char *text, size_t len)
{
	size_t breaks = 0;

	while (len > 0 && ascii_is_space(text[len - 1]))
		len--;
	for (; *at < raw.len && ascii_is_space(raw.data[*at]); (*at)++)
		breaks += raw.data[*at] == '\n';
	if (breaks < 2)
		text[len++] = ' ';
	for (; breaks > 1; breaks--)
		text[len++] = '\n';
	return len;
}

/* YAML 1.2 section 7.3.2: a quote in the text stands there twice. libfyaml 0.7 loses memory where several
 * such pairs stand together. False: libfyaml has to read it. */
static bool quoted_text(struct yaml_reader *reader, struct fy_token *token, struct bytes *out_text)
{
	const struct fy_mark *start = fy_token_start_mark(token), *end = fy_token_end_mark(token);
	struct bytes raw;
	size_t len = 0;
	char *text;

	if (fy_token_scalar_style(token) != FYSS_SINGLE_QUOTED || start == NULL || end == NULL ||
	    end->input_pos > reader->text.len || start->input_pos >= end->input_pos)
		return false;
	raw = bytes_slice(reader->text, start->input_pos, end->input_pos - start->input_pos);
	if (bytes_find(raw, BYTES("''")) == BYTES_NOT_FOUND)
		return false;
	text = arena_alloc(&reader->build->document->arena, raw.len);
	for (size_t at = 0; text != NULL && at < raw.len;) {
		char byte = raw.data[at];

		if (byte == '\n') {
			len = fold(raw, &at, text, len);
			continue;
		}
		if (byte == '\'' && (++at == raw.len || raw.data[at] != '\''))
			return false;
		text[len++] = byte;
		at++;
	}
	*out_text = (struct bytes){.data = text, .len = len};
	return text != NULL;
}

/* The text of a token: it may lie in the document's own copy, or in the token, which goes away. */
static bool token_text(struct yaml_reader *reader, struct fy_token *token, struct bytes *out_text)
{
	uintptr_t at, first = (uintptr_t)reader->text.data;
	const char *data;
	size_t len = 0;

	if (token != NULL && quoted_text(reader, token, out_text))
		return true;
	data = token == NULL ? "" : fy_token_get_text(token, &len);
	at = (uintptr_t)data;
	if (data == NULL)
		return no_memory(reader);
	*out_text = (struct bytes){.data = data, .len = len};
	if (len == 0)
		*out_text = BYTES("");
	else if (at < first || at + len > first + reader->text.len)
		*out_text = arena_copy(&reader->build->document->arena, *out_text);
	return out_text->data != NULL || no_memory(reader);
}

static bool anchor_add(struct yaml_reader *reader, struct fy_token *token, struct node *node,
		       struct anchor **out_anchor)
{
	struct anchor *anchor;
	struct bytes name;
	bool is_new;

	*out_anchor = NULL;
	if (token == NULL)
		return true;
	name.data = fy_token_get_text(token, &name.len);
	if (name.data == NULL)
		return no_memory(reader);
	anchor = map_put(&reader->anchors, name, &is_new);
	if (anchor == NULL)
		return no_memory(reader);
	*anchor = (struct anchor){.node = node, .size = 1, .is_open = node->kind >= NODE_LIST};
	*out_anchor = anchor;
	return true;
}

static bool is_key_place(const struct yaml_reader *reader)
{
	return reader->build->depth > 0 && reader->is_key_next[reader->build->depth - 1];
}

static void key_take(struct yaml_reader *reader, struct bytes key, struct spot spot, bool is_merge)
{
	reader->is_key_next[reader->build->depth - 1] = false;
	build_key(reader->build, key, spot, is_merge);
}

/* After a value inside a table a key comes next. */
static void value_done(struct yaml_reader *reader)
{
	const struct build *build = reader->build;

	if (build->depth > 0)
		reader->is_key_next[build->depth - 1] =
			build->frames[build->depth - 1].node->kind == NODE_TABLE;
}

static bool is_string_tag(struct fy_token *tag)
{
	size_t len = 0;
	const char *data = tag == NULL ? NULL : fy_token_get_text(tag, &len);
	struct bytes text = {.data = data, .len = len};

	return data != NULL && (bytes_equal(text, BYTES("!")) || bytes_ends(text, BYTES(":str")) ||
				bytes_ends(text, BYTES("!str")));
}

static bool scalar_take(struct yaml_reader *reader, struct fy_event *event)
{
	struct build *build = reader->build;
	struct fy_token *token = event->scalar.value;
	struct spot spot = spot_of(fy_event_start_mark(event));
	bool is_plain = token == NULL || fy_token_scalar_style(token) == FYSS_PLAIN;
	enum node_kind kind = NODE_STRING;
	struct anchor *anchor;
	struct bytes text, value;
	struct node *node;
	bool boolean = false;

	if (!token_text(reader, token, &text))
		return false;
	value = text;
	if (is_plain && !is_string_tag(event->scalar.tag))
		kind = scalar_kind(text, &build->document->arena, &value, &boolean);
	if (is_key_place(reader)) {
		if (event->scalar.anchor != NULL &&
		    !anchor_add(reader, event->scalar.anchor, build_scalar(build, kind, value, spot),
				&anchor))
			return false;
		key_take(reader, text, spot, is_plain && bytes_equal(text, BYTES("<<")));
		return true;
	}
	node = build_scalar(build, kind, value, spot);
	if (node == NULL)
		return false;
	node->boolean = boolean;
	if (!anchor_add(reader, event->scalar.anchor, node, &anchor) || !build_add(build, node, 1, 0))
		return false;
	value_done(reader);
	return true;
}

static bool alias_take(struct yaml_reader *reader, struct fy_event *event)
{
	struct spot spot = spot_of(fy_event_start_mark(event));
	struct build *build = reader->build;
	struct anchor *anchor;
	struct bytes name;

	spot.column -= spot.column > 1; /* the mark stands behind the asterisk */
	name.data = fy_token_get_text(event->alias.anchor, &name.len);
	if (name.data == NULL)
		return no_memory(reader);
	anchor = map_find(&reader->anchors, name);
	name = bytes_slice(name, 0, 80);
	if (anchor == NULL)
		return build_fail(build, STATUS_INVALID, spot, "name an anchor that stands above",
				  "alias *" BYTES_FORMAT " names no anchor", BYTES_PRINT(name));
	if (anchor->is_open)
		return build_fail(build, STATUS_INVALID, spot, "remove the circle",
				  "alias *" BYTES_FORMAT " stands inside what it names", BYTES_PRINT(name));
	if (is_key_place(reader)) {
		if (anchor->node->kind >= NODE_LIST)
			return build_fail(build, STATUS_INVALID, spot, "use plain text as the key",
					  "a key that is a list or a table");
		key_take(reader, anchor->node->text, spot, false);
		return true;
	}
	if (!build_add(build, anchor->node, anchor->size, anchor->height))
		return false;
	value_done(reader);
	return true;
}

static bool open_take(struct yaml_reader *reader, struct fy_event *event, enum node_kind kind,
		      struct fy_token *anchor)
{
	struct build *build = reader->build;
	struct spot spot = spot_of(fy_event_start_mark(event));

	if (is_key_place(reader))
		return build_fail(build, STATUS_INVALID, spot, "use plain text as the key",
				  "a key that is a list or a table");
	if (!build_open(build, kind, spot))
		return false;
	reader->is_key_next[build->depth - 1] = kind == NODE_TABLE;
	return anchor_add(reader, anchor, build->frames[build->depth - 1].node,
			  &reader->open_anchors[build->depth - 1]);
}

static bool close_take(struct yaml_reader *reader)
{
	struct build *build = reader->build;
	struct anchor *anchor = reader->open_anchors[build->depth - 1];
	struct node *node = build->frames[build->depth - 1].node;

	if (build_close(build) == NULL)
		return false;
	/* the same name may have been given again, inside */
	if (anchor != NULL && anchor->node == node) {
		anchor->is_open = false;
		anchor->size = build->closed_size;
		anchor->height = build->closed_height;
	}
	value_done(reader);
	return true;
}

static bool event_take(struct yaml_reader *reader, struct fy_event *event, bool *out_is_over)
{
	switch (event->type) {
	case FYET_SCALAR:
		return scalar_take(reader, event);
	case FYET_ALIAS:
		return alias_take(reader, event);
	case FYET_MAPPING_START:
		return open_take(reader, event, NODE_TABLE, event->mapping_start.anchor);
	case FYET_SEQUENCE_START:
		return open_take(reader, event, NODE_LIST, event->sequence_start.anchor);
	case FYET_MAPPING_END:
	case FYET_SEQUENCE_END:
		return close_take(reader);
	case FYET_DOCUMENT_END: /* the first document of the stream is the spec */
	case FYET_STREAM_END:
		*out_is_over = true;
		return true;
	default:
		return true;
	}
}

/* What libfyaml says is wrong, in its words, at its place. */
static bool complain(struct yaml_reader *reader)
{
	void *previous = NULL;
	struct fy_diag_error *error = fy_diag_errors_iterate(reader->diag, &previous);
	struct spot spot = {0};
	struct bytes words = BYTES("not valid YAML");

	if (error != NULL && error->msg != NULL)
		words = bytes_slice(bytes_trim(bytes_of(error->msg)), 0, 300);
	if (error != NULL && error->line > 0)
		spot.line = (uint32_t)error->line;
	if (error != NULL && error->column > 0)
		spot.column = (uint32_t)error->column;
	return build_fail(reader->build, STATUS_INVALID, spot, "mend the YAML", BYTES_FORMAT,
			  BYTES_PRINT(words));
}

/* A file is one document: what stands behind its end is told, because somebody meant it. */
static void look_behind(struct yaml_reader *reader)
{
	struct fy_event *event = fy_parser_parse(reader->parser);
	const struct build *build = reader->build;

	if (event == NULL || event->type == FYET_DOCUMENT_START)
		problems_add(
			build->problems, PROBLEM_WARNING, "spec.invalid",
			(struct place){.file = build->document->file,
				       .line = event == NULL ? 0 : spot_of(fy_event_start_mark(event)).line},
			"give each document a file of its own",
			"a second document follows, which is not read");
	if (event != NULL)
		fy_parser_event_free(reader->parser, event);
}

static bool events_take(struct yaml_reader *reader)
{
	bool is_over = false;

	while (!is_over) {
		struct fy_event *event = fy_parser_parse(reader->parser);
		bool is_taken;

		if (event == NULL)
			break;
		is_taken = event_take(reader, event, &is_over);
		fy_parser_event_free(reader->parser, event);
		if (!is_taken)
			return false;
	}
	if (fy_parser_get_stream_error(reader->parser))
		return complain(reader);
	if (reader->build->document->root == NULL)
		return build_fail(reader->build, STATUS_INVALID, (struct spot){.line = 1, .column = 1},
				  "give a spec", "the file is empty");
	look_behind(reader);
	return true;
}

/* The bytes of this line that indent it and hold a tab that may be read as a space; 0 when none may. */
static size_t tabs_len(struct bytes line, enum reading reading)
{
	size_t blank = 0;

	while (blank < line.len && (line.data[blank] == ' ' || line.data[blank] == '\t'))
		blank++;
	if (bytes_find_byte(bytes_slice(line, 0, blank), '\t') == BYTES_NOT_FOUND)
		return 0;
	if (reading == READING_YAML_TABS || blank == line.len)
		return blank;
	return line.data[blank] == '#' || ascii_is_space(line.data[blank]) ? blank : 0;
}

/* YAML 1.2 section 5.4: CR LF, CR and LF are the same line break. Said as LF, because libfyaml 0.7 loses
 * memory in texts where they are mixed. */
static bool breaks_unify(struct yaml_reader *reader)
{
	struct bytes text = reader->text;
	size_t len = 0;
	char *copy;

	if (bytes_find_byte(text, '\r') == BYTES_NOT_FOUND)
		return true;
	copy = arena_alloc(&reader->build->document->arena, text.len);
	if (copy == NULL)
		return no_memory(reader);
	for (size_t i = 0; i < text.len; i++) {
		if (text.data[i] == '\r' && i + 1 < text.len && text.data[i + 1] == '\n')
			continue;
		copy[len++] = text.data[i];
		if (text.data[i] == '\r')
			copy[len - 1] = '\n';
	}
	reader->text = (struct bytes){.data = copy, .len = len};
	return true;
}

/* Real editors leave tabs where the YAML grammar forbids them: on lines of white
 * space or with a comment only (always read as spaces), and before text (only
 * when the file cannot be read otherwise, with a warning). */
static bool tabs_soften(struct yaml_reader *reader, enum reading reading)
{
	uint32_t number = 0, first = 0;
	char *copy = NULL;

	for (size_t from = 0, to; from < reader->text.len; from = to) {
		struct bytes line = bytes_from(reader->text, from);
		size_t end = bytes_find_byte(line, '\n');
		size_t len;

		to = end == BYTES_NOT_FOUND ? reader->text.len : from + end + 1;
		number++;
		len = tabs_len(bytes_slice(line, 0, to - from), reading);
		if (len > 0 && copy == NULL) {
			copy = arena_alloc(&reader->build->document->arena, reader->text.len);
			if (copy == NULL)
				return no_memory(reader);
			memcpy(copy, reader->text.data, reader->text.len);
			reader->text.data = copy;
			first = number;
		}
		if (len > 0)
			memset(copy + from, ' ', len);
	}
	if (reading == READING_YAML_TABS && copy != NULL)
		problems_add(
			reader->build->problems, PROBLEM_WARNING, "spec.invalid",
			(struct place){.file = reader->build->document->file, .line = first, .column = 1},
			"indent with spaces", "lines indented with tabs, read as if they were spaces");
	return true;
}

/* Brackets left open, anywhere in the text. libfyaml looks ahead from each of them for the colon of a key,
 * and keeps 350 bytes for it; prose leaves a few open, a contract none. */
#define BRACKETS_OPEN_MAX 10000

/* Behind the quoted text that starts at `at`. */
static size_t quoted_end(struct bytes text, size_t at)
{
	char quote = text.data[at++];

	while (at < text.len && text.data[at] != quote)
		at += 1 + (quote == '"' && text.data[at] == '\\');
	return at;
}

static bool brackets_check(const struct yaml_reader *reader)
{
	struct bytes text = reader->text;
	struct spot spot = {.line = 1, .column = 1};
	size_t open = 0, line_start = 0;

	for (size_t at = 0; at < text.len; at++) {
		char byte = text.data[at];

		if (byte == '\n') {
			spot.line++;
			line_start = at + 1;
		} else if (byte == '[' || byte == '{') {
			open++;
		} else if (byte == ']' || byte == '}') {
			open -= open > 0;
		} else if (open > LIMIT_DOCUMENT_DEPTH && (byte == '"' || byte == '\'')) {
			at = quoted_end(text, at);
		}
		if (open <= BRACKETS_OPEN_MAX)
			continue;
		spot.column = (uint32_t)(at - line_start) + 1;
		return build_fail(reader->build, STATUS_LIMIT, spot, "close the brackets, or nest less",
				  "more than %d brackets are open", BRACKETS_OPEN_MAX);
	}
	return true;
}

bool yaml_document_read(struct bytes text, enum reading reading, struct build *build)
{
	struct fy_diag_cfg silent;
	struct fy_parse_cfg plan = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 |
					     FYPCF_SLOPPY_FLOW_INDENTATION | FYPCF_DISABLE_DEPTH_LIMIT |
					     FYPCF_JSON_NONE};
	struct yaml_reader reader = {.build = build, .text = text};
	bool is_read = false;

	if (!breaks_unify(&reader) || !tabs_soften(&reader, reading) || !brackets_check(&reader))
		return false;
	fy_diag_cfg_default(&silent);
	silent.fp = NULL;
	silent.level = FYET_ERROR;
	silent.colorize = false;
	reader.diag = fy_diag_create(&silent);
	plan.diag = reader.diag;
	if (reader.diag != NULL)
		fy_diag_set_collect_errors(reader.diag, true);
	reader.parser = reader.diag == NULL ? NULL : fy_parser_create(&plan);
	map_init(&reader.anchors, &(struct map_plan){.entries_max = LIMIT_DOCUMENT_NODES,
						     .value_len = sizeof(struct anchor),
						     .seed = (uintptr_t)text.data});
	if (reader.parser == NULL ||
	    fy_parser_set_string(reader.parser, reader.text.data, reader.text.len) != 0)
		no_memory(&reader);
	else
		is_read = events_take(&reader);
	if (reader.parser != NULL)
		fy_parser_destroy(reader.parser);
	fy_diag_destroy(reader.diag);
	map_finish(&reader.anchors);
	return is_read;
}
