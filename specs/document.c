#include "specs/document.h"

#include <stdlib.h>
#include <string.h>

#include "specs/document_build.h"

#define MEND_UTF_8 "save the file as UTF-8"

/* Length of the UTF-8 sequence at `at` (RFC 3629 section 4), 0 when it is none. */
static size_t utf8_len(const unsigned char *at, size_t left)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (at[0] == 0xe0)
		low = 0xa0;
	else if (at[0] == 0xed)
		high = 0x9f;
	else if (at[0] == 0xf0)
		low = 0x90;
	else if (at[0] == 0xf4)
		high = 0x8f;
	if (left < len || at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return len;
}

static bool text_check(struct bytes text, struct build *build)
{
	struct spot spot = {.line = 1, .column = 1};

	for (size_t at = 0, len; at < text.len; at += len) {
		len = utf8_len((const unsigned char *)text.data + at, text.len - at);
		if (len == 0)
			return build_fail(build, STATUS_INVALID, spot, MEND_UTF_8, "not valid UTF-8");
		spot.column++;
		if (text.data[at] == '\n')
			spot = (struct spot){.line = spot.line + 1, .column = 1};
	}
	return true;
}

static bool is_json_like(struct bytes text)
{
	struct bytes trimmed = bytes_trim(text);

	return trimmed.len > 0 && (trimmed.data[0] == '{' || trimmed.data[0] == '[');
}

static void problems_move(struct problems *from, struct problems *to)
{
	for (size_t i = 0; i < from->count; i++) {
		const struct problem *problem = &from->list[i];

		problems_add(to, problem->level, problem->id, problem->place, problem->mend, "%s",
			     problem->what);
	}
	to->left_out += from->left_out;
}

/* One way to read the text; what it has to say goes to `words`. */
static bool attempt(struct bytes text, enum reading reading, struct build *build, struct problems *words)
{
	build_finish(build);
	build_init(build, build->document, words);
	build->document->root = NULL;
	build->document->is_json = reading == READING_JSON;
	return reading == READING_JSON ? json_document_read(text, build)
				       : yaml_document_read(text, reading, build);
}

/*
 * Text that starts with a brace is JSON, or else YAML. YAML may then have tabs
 * where only spaces may stand. The first reading that works counts; when none
 * does, the complaint of the first is the one to show.
 */
static bool readings_try(struct bytes text, struct build *build, struct problems *problems)
{
	enum reading reading = is_json_like(text) ? READING_JSON : READING_YAML;
	struct problems first, later;
	enum status status;
	bool is_read;

	problems_init(&first);
	is_read = attempt(text, reading, build, &first);
	status = build->status;
	while (!is_read && build->status == STATUS_INVALID && reading < READING_YAML_TABS) {
		problems_init(&later);
		is_read = attempt(text, ++reading, build, &later);
		if (is_read)
			problems_move(&later, problems);
		problems_finish(&later);
	}
	build->status = is_read ? STATUS_OK : status;
	if (!is_read || first.error_count == 0)
		problems_move(&first, problems);
	problems_finish(&first);
	build->problems = problems;
	return is_read;
}

static bool text_read(struct bytes text, const char *file, struct build *build, struct problems *problems)
{
	struct arena *arena = &build->document->arena;
	struct bytes copy;

	/* In one block with the text, which mostly is all that stands there. */
	arena->block_len = text.len + strlen(file) + 64;
	build->document->file = arena_copy(arena, bytes_of(file)).data;
	copy = arena_copy(arena, text);
	arena->block_len = LIMIT_SPEC_BLOCK;
	if (copy.data == NULL || build->document->file == NULL)
		return build_fail(build, STATUS_NO_MEMORY, (struct spot){0}, "give the sensor more memory",
				  "no memory for this file");
	if (bytes_starts(copy, BYTES("\xff\xfe")) || bytes_starts(copy, BYTES("\xfe\xff")))
		return build_fail(build, STATUS_INVALID, (struct spot){.line = 1, .column = 1}, MEND_UTF_8,
				  "the file is UTF-16");
	if (bytes_starts(copy, BYTES("\xef\xbb\xbf")))
		copy = bytes_from(copy, 3);
	if (!text_check(copy, build))
		return false;
	return xml_document_is(copy) ? xml_document_read(copy, build) : readings_try(copy, build, problems);
}

enum status document_read(struct bytes text, const char *file, struct document *out_document,
			  struct problems *problems)
{
	struct arena nodes;

	arena_init(&nodes, LIMIT_CONTRACT_BYTES);
	nodes.block_len = LIMIT_SPEC_BLOCK;
	return document_read_into(text, file, &nodes, out_document, problems);
}

enum status document_read_into(struct bytes text, const char *file, struct arena *nodes,
			       struct document *out_document, struct problems *problems)
{
	struct document document = {.nodes = *nodes};
	struct build build;
	bool is_read;

	*nodes = (struct arena){0};
	arena_init(&document.arena, LIMIT_CONTRACT_BYTES);
	document.arena.block_len = LIMIT_SPEC_BLOCK;
	build_init(&build, &document, problems);
	if (text.len > LIMIT_SPEC_BYTES)
		is_read = build_fail(&build, STATUS_LIMIT, (struct spot){0}, "split the file",
				     "larger than %llu MiB", LIMIT_SPEC_BYTES / MIB);
	else
		is_read = text_read(text, file, &build, problems);
	build_finish(&build);
	if (!is_read) {
		document_finish(&document);
		return build.status;
	}
	*out_document = document;
	return STATUS_OK;
}

void document_finish(struct document *document)
{
	arena_finish(&document->arena);
	arena_finish(&document->nodes);
	*document = (struct document){0};
}

void document_forget_nodes(struct document *document, struct arena *spare)
{
	if (spare->newest == NULL) {
		arena_reset(&document->nodes);
		*spare = document->nodes;
	} else {
		arena_finish(&document->nodes);
	}
	document->nodes = (struct arena){0};
	document->root = NULL;
}

static const struct node_entry *index_find(const struct node *table, struct bytes key)
{
	size_t low = 0, high = table->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct node_entry *entry = &table->entries[table->index[middle]];
		int order = bytes_compare(key, entry->key);

		if (order == 0)
			return entry;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct node_entry *node_entry(const struct node *table, struct bytes key)
{
	if (!node_is(table, NODE_TABLE))
		return NULL;
	if (table->index != NULL)
		return index_find(table, key);
	for (size_t i = 0; i < table->count; i++)
		if (bytes_equal(table->entries[i].key, key))
			return &table->entries[i];
	return NULL;
}

const struct node *node_get_bytes(const struct node *table, struct bytes key)
{
	const struct node_entry *entry = node_entry(table, key);

	return entry == NULL ? NULL : entry->value;
}

const struct node *node_get(const struct node *table, const char *key)
{
	return node_get_bytes(table, bytes_of(key));
}

struct bytes node_text(const struct node *node)
{
	return node_is(node, NODE_STRING) || node_is(node, NODE_NUMBER) ? node->text : BYTES_NONE;
}

bool node_bool(const struct node *node, bool other)
{
	return node_is(node, NODE_BOOLEAN) ? node->boolean : other;
}

bool node_is(const struct node *node, enum node_kind kind)
{
	return node != NULL && node->kind == kind;
}

struct place node_place(const struct document *document, const struct node *node)
{
	struct place place = {.file = document->file};

	if (node != NULL) {
		place.line = node->line;
		place.column = node->column;
	}
	return place;
}

static bool list_copy(const struct node *list, struct arena *arena, struct node *copy)
{
	copy->items = arena_take(arena, list->count * sizeof(*copy->items));
	for (size_t i = 0; copy->items != NULL && i < list->count; i++) {
		copy->items[i] = node_copy(list->items[i], arena);
		if (copy->items[i] == NULL)
			return false;
	}
	return copy->items != NULL;
}

static bool table_copy(const struct node *table, struct arena *arena, struct node *copy)
{
	copy->entries = arena_take(arena, table->count * sizeof(*copy->entries));
	for (size_t i = 0; copy->entries != NULL && i < table->count; i++) {
		copy->entries[i] = table->entries[i];
		copy->entries[i].value = node_copy(table->entries[i].value, arena);
		if (copy->entries[i].value == NULL)
			return false;
	}
	if (copy->entries == NULL || table->index == NULL)
		return copy->entries != NULL;
	copy->index = arena_take(arena, table->count * sizeof(*copy->index));
	if (copy->index != NULL)
		memcpy(copy->index, table->index, table->count * sizeof(*copy->index));
	return copy->index != NULL;
}

struct node *node_copy(const struct node *node, struct arena *arena)
{
	struct node *copy = arena_take(arena, sizeof(*copy));

	if (copy == NULL)
		return NULL;
	*copy = *node;
	if (node->kind == NODE_LIST && !list_copy(node, arena, copy))
		return NULL;
	return node->kind == NODE_TABLE && !table_copy(node, arena, copy) ? NULL : copy;
}

/* Exact where 64 bits or 15 digits hold the number, as its digits (raw) where not. */
static yyjson_mut_val *number_to_json(struct bytes text, yyjson_mut_doc *doc)
{
	bool is_negative = text.len > 0 && text.data[0] == '-';
	struct bytes digits = bytes_from(text, is_negative);
	uint64_t value;
	char copy[24];

	if (bytes_to_u64(digits, &value)) {
		if (!is_negative)
			return yyjson_mut_uint(doc, value);
		if (value <= (uint64_t)INT64_MAX)
			return yyjson_mut_sint(doc, -(int64_t)value);
	}
	if (text.len <= 16 && bytes_find_nocase(text, BYTES("e")) == BYTES_NOT_FOUND) {
		memcpy(copy, text.data, text.len);
		copy[text.len] = '\0';
		return yyjson_mut_real(doc, strtod(copy, NULL));
	}
	return yyjson_mut_rawncpy(doc, text.data, text.len);
}

yyjson_mut_val *node_to_json(const struct node *node, yyjson_mut_doc *doc)
{
	yyjson_mut_val *value = NULL;

	switch (node->kind) {
	case NODE_NULL:
		return yyjson_mut_null(doc);
	case NODE_BOOLEAN:
		return yyjson_mut_bool(doc, node->boolean);
	case NODE_NUMBER:
		return number_to_json(node->text, doc);
	case NODE_STRING:
		return yyjson_mut_strncpy(doc, node->text.data == NULL ? "" : node->text.data,
					  node->text.len);
	case NODE_LIST:
		value = yyjson_mut_arr(doc);
		for (size_t i = 0; i < node->count; i++)
			if (!yyjson_mut_arr_append(value, node_to_json(node->items[i], doc)))
				return NULL;
		return value;
	case NODE_TABLE:
		value = yyjson_mut_obj(doc);
		for (size_t i = 0; i < node->count; i++) {
			struct bytes key = node->entries[i].key;

			if (!yyjson_mut_obj_add(
				    value, yyjson_mut_strncpy(doc, key.data == NULL ? "" : key.data, key.len),
				    node_to_json(node->entries[i].value, doc)))
				return NULL;
		}
		return value;
	}
	return NULL;
}
