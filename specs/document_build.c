#include "specs/document_build.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"

/* Tables up to this many keys are searched from the front; longer ones have a sorted index. */
#define INDEX_FROM 8

void build_init(struct build *build, struct document *document, struct problems *problems)
{
	build->document = document;
	build->problems = problems;
	build->depth = 0;
	build->pile = NULL;
	build->pile_count = build->pile_capacity = 0;
	build->size = 0;
	build->closed_size = 0;
	build->closed_height = 0;
	build->status = STATUS_OK;
}

void build_finish(struct build *build)
{
	free(build->pile);
	build->pile = NULL;
}

static struct place place_of(const struct build *build, struct spot spot)
{
	return (struct place){.file = build->document->file, .line = spot.line, .column = spot.column};
}

bool build_fail(struct build *build, enum status status, struct spot spot, const char *mend,
		const char *format, ...)
{
	char words[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(words, sizeof(words), format, arguments);
	va_end(arguments);
	build->status = status;
	problems_add(build->problems, PROBLEM_ERROR, "spec.invalid", place_of(build, spot), mend, "%s",
		     words);
	return false;
}

static bool no_memory(struct build *build)
{
	return build_fail(build, STATUS_NO_MEMORY, (struct spot){0}, "give the sensor more memory",
			  "no memory for this file");
}

static struct node *node_new(struct build *build, enum node_kind kind, struct spot spot)
{
	struct node *node = arena_alloc(&build->document->nodes, sizeof(*node));

	if (node == NULL) {
		no_memory(build);
		return NULL;
	}
	node->kind = kind;
	node->line = spot.line;
	node->column = spot.column;
	return node;
}

struct node *build_scalar(struct build *build, enum node_kind kind, struct bytes text, struct spot spot)
{
	struct node *node = node_new(build, kind, spot);

	if (node != NULL)
		node->text = text;
	return node;
}

bool build_open(struct build *build, enum node_kind kind, struct spot spot)
{
	struct node *node;

	if (build->depth == LIMIT_DOCUMENT_DEPTH)
		return build_fail(build, STATUS_LIMIT, spot, "nest less", "nested deeper than %d levels",
				  LIMIT_DOCUMENT_DEPTH);
	node = node_new(build, kind, spot);
	if (node == NULL)
		return false;
	build->frames[build->depth++] =
		(struct build_frame){.node = node, .first = build->pile_count, .size_before = build->size};
	return true;
}

void build_key(struct build *build, struct bytes key, struct spot spot, bool is_merge)
{
	struct build_frame *frame = &build->frames[build->depth - 1];

	CHECK(build->depth > 0);
	frame->next = (struct build_item){.entry = {.key = key, .line = spot.line, .column = spot.column},
					  .is_merge = is_merge};
}

static bool pile_push(struct build *build, const struct build_item *item)
{
	if (build->pile_count == build->pile_capacity) {
		size_t capacity = build->pile_capacity == 0 ? 256 : build->pile_capacity * 2;
		struct build_item *pile = realloc(build->pile, capacity * sizeof(*pile));

		if (pile == NULL)
			return no_memory(build);
		build->pile = pile;
		build->pile_capacity = capacity;
	}
	build->pile[build->pile_count++] = *item;
	return true;
}

bool build_add(struct build *build, struct node *node, uint64_t size, unsigned height)
{
	struct build_frame *frame;
	struct spot spot;

	if (node == NULL)
		return false;
	spot = (struct spot){.line = node->line, .column = node->column};
	build->size += size;
	if (build->size > LIMIT_DOCUMENT_NODES)
		return build_fail(build, STATUS_LIMIT, spot, "split the file, or use fewer aliases",
				  "more than %d values, aliases counted as what they stand for",
				  LIMIT_DOCUMENT_NODES);
	if (build->depth + height > LIMIT_DOCUMENT_DEPTH)
		return build_fail(build, STATUS_LIMIT, spot, "nest less", "nested deeper than %d levels",
				  LIMIT_DOCUMENT_DEPTH);
	if (build->depth == 0) {
		build->document->root = node;
		return true;
	}
	frame = &build->frames[build->depth - 1];
	if (frame->height < height + 1)
		frame->height = height + 1;
	frame->next.entry.value = node;
	return pile_push(build, &frame->next);
}

static bool list_close(struct build *build, struct build_frame *frame)
{
	struct node *node = frame->node;
	size_t count = build->pile_count - frame->first;

	node->items = arena_alloc(&build->document->nodes, count * sizeof(struct node *));
	if (node->items == NULL)
		return no_memory(build);
	for (size_t i = 0; i < count; i++)
		node->items[i] = build->pile[frame->first + i].entry.value;
	node->count = count;
	return true;
}

/* The entries of a merged table, behind the own ones; `<<: [a, b]` merges a first. */
static bool merge_push(struct build *build, const struct build_item *merge, const struct node *source)
{
	struct spot spot = {.line = merge->entry.line, .column = merge->entry.column};

	if (!node_is(source, NODE_TABLE))
		return build_fail(build, STATUS_INVALID, spot, "merge a table, or quote the key \"<<\"",
				  "<< does not name a table");
	for (size_t i = 0; i < source->count; i++)
		if (!pile_push(build, &(struct build_item){.entry = source->entries[i]}))
			return false;
	return true;
}

static bool merges_expand(struct build *build, size_t first, size_t *out_own_count)
{
	size_t own = 0, at = first, end = build->pile_count;

	for (size_t i = first; i < end; i++) {
		struct build_item item = build->pile[i];
		const struct node *source = item.entry.value;

		if (!item.is_merge)
			continue;
		if (source->kind != NODE_LIST && !merge_push(build, &item, source))
			return false;
		for (size_t j = 0; source->kind == NODE_LIST && j < source->count; j++)
			if (!merge_push(build, &item, source->items[j]))
				return false;
	}
	for (size_t i = first; i < build->pile_count; i++) {
		if (i < end && build->pile[i].is_merge)
			continue;
		own += i < end;
		build->pile[at++] = build->pile[i];
	}
	build->pile_count = at;
	*out_own_count = own;
	return true;
}

static int order_compare(const void *a, const void *b, void *context)
{
	const struct build_item *items = context;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	int order = bytes_compare(items[left].entry.key, items[right].entry.key);

	return order != 0 ? order : (left > right) - (left < right);
}

static void warn_duplicate(struct build *build, const struct build_item *lost, const struct build_item *kept)
{
	struct bytes shown = bytes_slice(kept->entry.key, 0, 80);

	problems_add(build->problems, PROBLEM_WARNING, "spec.invalid",
		     place_of(build, (struct spot){.line = kept->entry.line, .column = kept->entry.column}),
		     "keep one of them",
		     "key \"" BYTES_FORMAT "\" again, first in line %u; the last one is used",
		     BYTES_PRINT(shown), lost->entry.line);
}

/* Of each run of equal keys one stays: the last own one, else the first merged. A lost one has no value. */
static size_t losers_drop(struct build *build, struct build_item *items, uint32_t *order, size_t count,
			  size_t own_count)
{
	size_t kept = 0;

	for (size_t from = 0, to; from < count; from = to) {
		size_t winner = from;

		for (to = from + 1; to < count; to++) {
			if (!bytes_equal(items[order[from]].entry.key, items[order[to]].entry.key))
				break;
			if (order[to] < own_count) {
				warn_duplicate(build, &items[order[winner]], &items[order[to]]);
				winner = to;
			}
		}
		for (size_t i = from; i < to; i++)
			if (i != winner)
				items[order[i]].entry.value = NULL;
		order[kept++] = order[winner];
	}
	return kept;
}

static bool table_place(struct build *build, struct node *node, struct build_item *items, size_t count,
			size_t own_count, uint32_t *order)
{
	uint32_t *place = order + count;
	size_t kept, at = 0;

	for (size_t i = 0; i < count; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, count, sizeof(*order), order_compare, items);
	kept = losers_drop(build, items, order, count, own_count);
	node->entries = arena_alloc(&build->document->nodes, kept * sizeof(struct node_entry));
	if (node->entries == NULL)
		return no_memory(build);
	for (size_t i = 0; i < count; i++)
		if (items[i].entry.value != NULL) {
			place[i] = (uint32_t)at;
			node->entries[at++] = items[i].entry;
		}
	node->count = kept;
	if (kept <= INDEX_FROM)
		return true;
	node->index = arena_alloc(&build->document->nodes, kept * sizeof(uint32_t));
	if (node->index == NULL)
		return no_memory(build);
	for (size_t i = 0; i < kept; i++)
		node->index[i] = place[order[i]];
	return true;
}

static bool table_close(struct build *build, struct build_frame *frame)
{
	uint32_t few[4 * INDEX_FROM];
	uint32_t *order = few;
	size_t own_count, count;
	bool is_placed;

	if (!merges_expand(build, frame->first, &own_count))
		return false;
	count = build->pile_count - frame->first;
	if (2 * count > sizeof(few) / sizeof(few[0]))
		order = malloc(2 * count * sizeof(*order));
	if (order == NULL)
		return no_memory(build);
	/* An empty table may come before anything was piled up: there is no pile to point into then. */
	is_placed = table_place(build, frame->node, count == 0 ? NULL : build->pile + frame->first, count,
				own_count, order);
	if (order != few)
		free(order);
	return is_placed;
}

struct node *build_close(struct build *build)
{
	struct build_frame *frame = &build->frames[build->depth - 1];
	struct node *node = frame->node;
	bool is_closed;

	CHECK(build->depth > 0);
	is_closed = node->kind == NODE_LIST ? list_close(build, frame) : table_close(build, frame);
	if (!is_closed)
		return NULL;
	build->pile_count = frame->first;
	build->depth--;
	build->closed_size = build->size - frame->size_before + 1;
	build->closed_height = frame->height;
	return build_add(build, node, 1, frame->height) ? node : NULL;
}
