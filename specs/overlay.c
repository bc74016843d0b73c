#include "specs/overlay.h"

#include <stdlib.h>
#include <string.h>

#include "parsers/base/limits.h"
#include "specs/json_path.h"

/* Actions of one overlay; a person writes a handful. */
#define ACTIONS_MAX 1000

/* Tables up to this many keys need no index. */
#define INDEX_FROM 8

struct change {
	const struct document *overlay;
	struct arena *arena;
	struct problems *problems;
	struct json_path path;
	const struct node *update; /* NULL: remove */
	unsigned update_height;
	size_t found;    /* nodes that the path named */
	uint64_t steps;  /* nodes looked at, over all actions */
	const char *why; /* it cannot be done; NULL: it can */
};

/* What `remove` leaves of a node. */
static const struct node removed_node;
#define REMOVED ((struct node *)(uintptr_t)&removed_node)

bool overlay_is(const struct node *root)
{
	return node_get(root, "overlay") != NULL;
}

static bool is_spent(struct change *change)
{
	if (++change->steps > LIMIT_DOCUMENT_NODES)
		change->why = "the overlay looks at too many nodes";
	return change->why != NULL;
}

/* -- copies ----------------------------------------------------------------------- */

static struct node *copy_of(struct change *change, const struct node *node, size_t more)
{
	struct node *copy = arena_alloc(change->arena, sizeof(*copy));
	size_t width = node->kind == NODE_LIST ? sizeof(struct node *) : sizeof(struct node_entry);
	void *room = arena_alloc(change->arena, (node->count + more + 1) * width);

	if (copy == NULL || room == NULL) {
		change->why = "there is no memory for it";
		return NULL;
	}
	*copy = *node;
	copy->index = NULL;
	if (node->count > 0)
		memcpy(room,
		       node->kind == NODE_LIST ? (const void *)node->items : (const void *)node->entries,
		       node->count * width);
	if (node->kind == NODE_LIST)
		copy->items = room;
	else
		copy->entries = room;
	return copy;
}

static int entry_order(const void *a, const void *b, void *context)
{
	const struct node_entry *entries = context;

	return bytes_compare(entries[*(const uint32_t *)a].key, entries[*(const uint32_t *)b].key);
}

static struct node *indexed(struct change *change, struct node *table)
{
	if (table->kind != NODE_TABLE || table->count <= INDEX_FROM)
		return table;
	table->index = arena_alloc(change->arena, table->count * sizeof(uint32_t));
	for (size_t i = 0; table->index != NULL && i < table->count; i++)
		table->index[i] = (uint32_t)i;
	if (table->index != NULL)
		qsort_r(table->index, table->count, sizeof(uint32_t), entry_order, table->entries);
	return table;
}

/* -- update ----------------------------------------------------------------------- */

/* Overlay 1.0.0, Action Object: tables are joined, lists appended to, everything else is replaced. */
static struct node *merge(struct change *change, struct node *old, const struct node *update)
{
	struct node *copy;
	size_t from = old->count;

	if (is_spent(change))
		return NULL;
	if (old->kind != update->kind || old->kind < NODE_LIST)
		return (struct node *)(uintptr_t)update;
	copy = copy_of(change, old, update->count);
	for (size_t i = 0; copy != NULL && i < update->count; i++) {
		struct node_entry *entry = NULL;

		if (copy->kind == NODE_LIST) {
			copy->items[copy->count++] = update->items[i];
			continue;
		}
		/* keys of the update differ from one another: only the old ones can be met again */
		for (size_t j = 0; j < from && entry == NULL && !is_spent(change); j++)
			if (bytes_equal(copy->entries[j].key, update->entries[i].key))
				entry = &copy->entries[j];
		if (entry == NULL)
			copy->entries[copy->count++] = update->entries[i];
		else
			entry->value = merge(change, entry->value, update->entries[i].value);
		if (change->why != NULL)
			return NULL;
	}
	return copy == NULL ? NULL : indexed(change, copy);
}

static struct node *act(struct change *change, struct node *node, unsigned level)
{
	struct node *copy;

	change->found++;
	if (change->update == NULL)
		return REMOVED;
	if (level + change->update_height > LIMIT_DOCUMENT_DEPTH) {
		change->why = "the update nests too deep";
		return NULL;
	}
	if (node->kind != NODE_LIST || change->update->kind == NODE_LIST)
		return merge(change, node, change->update);
	copy = copy_of(change, node, 1);
	if (copy != NULL)
		copy->items[copy->count++] = (struct node *)(uintptr_t)change->update;
	return copy;
}

/* -- walking ---------------------------------------------------------------------- */

static struct node *transform(struct change *change, struct node *node, size_t step, unsigned level);

/* The child as the path has it: taken by the step, and when the step is deep looked into as well. */
static struct node *transform_child(struct change *change, struct node *child, struct bytes key, size_t index,
				    size_t step, unsigned level)
{
	const struct json_path_step *at = &change->path.steps[step];
	bool is_taken = json_path_takes(at, key, index, child);

	if (at->is_deep)
		child = transform(change, child, step, level + 1);
	if (is_taken && child != NULL && child != REMOVED)
		child = transform(change, child, step + 1, level + 1);
	return child;
}

static void child_put(struct node *copy, size_t index, struct node *child)
{
	if (copy->kind == NODE_LIST)
		copy->items[index] = child;
	else
		copy->entries[index].value = child;
}

static void removed_drop(struct node *copy)
{
	size_t kept = 0;

	for (size_t i = 0; i < copy->count; i++) {
		if (copy->kind == NODE_LIST && copy->items[i] != REMOVED)
			copy->items[kept++] = copy->items[i];
		else if (copy->kind == NODE_TABLE && copy->entries[i].value != REMOVED)
			copy->entries[kept++] = copy->entries[i];
	}
	copy->count = kept;
}

/* The node itself when nothing below it changes; NULL when change->why is set. */
static struct node *transform(struct change *change, struct node *node, size_t step, unsigned level)
{
	struct node *copy = NULL;

	if (is_spent(change))
		return NULL;
	if (step == change->path.count)
		return act(change, node, level);
	for (size_t i = 0; node->kind >= NODE_LIST && i < node->count; i++) {
		bool is_table = node->kind == NODE_TABLE;
		struct node *old = is_table ? node->entries[i].value : node->items[i];
		struct node *child = transform_child(
			change, old, is_table ? node->entries[i].key : BYTES_NONE, i, step, level);

		if (child == NULL)
			return NULL;
		if (child == old)
			continue;
		if (copy == NULL)
			copy = copy_of(change, node, 0);
		if (copy == NULL)
			return NULL;
		child_put(copy, i, child);
	}
	if (copy == NULL)
		return node;
	removed_drop(copy);
	return indexed(change, copy);
}

/* -- actions ---------------------------------------------------------------------- */

static unsigned height_of(struct change *change, const struct node *node)
{
	unsigned height = 0;

	if (node->kind < NODE_LIST || is_spent(change))
		return 0;
	for (size_t i = 0; i < node->count; i++) {
		unsigned below =
			height_of(change, node->kind == NODE_LIST ? node->items[i] : node->entries[i].value);

		height = height < below + 1 ? below + 1 : height;
	}
	return height;
}

static enum status refuse(const struct change *change, const struct node *node, const char *what,
			  const char *why)
{
	problems_add(change->problems, PROBLEM_ERROR, "spec.invalid", node_place(change->overlay, node),
		     "write an action of Overlay 1.0", "%s: %s", what, why);
	return STATUS_INVALID;
}

static enum status action_do(struct change *change, const struct node *action, struct node **root)
{
	const struct node *target = node_get(action, "target");
	bool is_remove = node_bool(node_get(action, "remove"), false);
	struct node *changed;
	const char *why;

	change->update = is_remove ? NULL : node_get(action, "update");
	change->found = 0;
	if (!node_is(target, NODE_STRING))
		return refuse(change, action, "an action without target", "nothing says what it changes");
	if (!json_path_read(target->text, change->arena, &change->path, &why))
		return refuse(change, target, "the target is not understood", why);
	if (change->update == NULL && !is_remove)
		return refuse(change, action, "an action without update or remove", "it changes nothing");
	change->update_height = change->update == NULL ? 0 : height_of(change, change->update);
	changed = transform(change, *root, 0, 0);
	if (changed == NULL)
		return refuse(change, target, "the action cannot be done", change->why);
	if (changed == REMOVED)
		return refuse(change, target, "the action cannot be done", "it removes the whole document");
	if (change->found == 0)
		problems_add(change->problems, PROBLEM_WARNING, "spec.unenforceable",
			     node_place(change->overlay, target), "name what the spec has",
			     "the target \"%.*s\" names nothing",
			     (int)(target->text.len > 200 ? 200 : target->text.len), target->text.data);
	*root = changed;
	return STATUS_OK;
}

enum status overlay_apply(const struct document *spec, const struct document *overlay, struct arena *arena,
			  struct problems *problems, const struct document **out_document)
{
	struct change change = {.overlay = overlay, .arena = arena, .problems = problems};
	const struct node *actions = node_get(overlay->root, "actions");
	struct bytes version = node_text(node_get(overlay->root, "overlay"));
	struct document *document = arena_alloc(arena, sizeof(*document));
	struct node *root = spec->root;

	if (document == NULL)
		return STATUS_NO_MEMORY;
	if (!bytes_starts(version, BYTES("1.")))
		return refuse(&change, node_get(overlay->root, "overlay"), "this overlay cannot be read",
			      "its version is not 1.0");
	if (!node_is(actions, NODE_LIST) || actions->count > ACTIONS_MAX)
		return refuse(&change, actions, "actions", "not a list, or too long");
	for (size_t i = 0; i < actions->count; i++)
		if (action_do(&change, actions->items[i], &root) != STATUS_OK)
			return STATUS_INVALID;
	document->file = spec->file;
	document->is_json = spec->is_json;
	document->root = root;
	height_of(&change, root);
	if (change.why != NULL)
		return refuse(&change, overlay->root, "the spec grows too large", change.why);
	*out_document = document;
	return STATUS_OK;
}
