#include "parsers/tree.h"

#include <string.h>

static void *memory_take(void *context, size_t len)
{
	return arena_alloc(context, len);
}

static void *memory_grow(void *context, void *old, size_t old_len, size_t len)
{
	void *at = arena_alloc(context, len);

	if (at != NULL && old != NULL)
		memcpy(at, old, old_len < len ? old_len : len);
	return at;
}

static void memory_leave(void *context, void *at)
{
	(void)context;
	(void)at;
}

bool tree_start(struct tree *tree, struct arena *arena)
{
	tree->allocator = (yyjson_alc){memory_take, memory_grow, memory_leave, arena};
	tree->arena = arena;
	tree->doc = yyjson_mut_doc_new(&tree->allocator);
	return tree->doc != NULL;
}

yyjson_val *tree_end(struct tree *tree, yyjson_mut_val *root)
{
	yyjson_doc *doc = root == NULL ? NULL : yyjson_mut_val_imut_copy(root, &tree->allocator);

	return doc == NULL ? NULL : yyjson_doc_get_root(doc);
}

yyjson_mut_val *tree_text(struct tree *tree, struct bytes text)
{
	return yyjson_mut_strn(tree->doc, text.data == NULL ? "" : text.data, text.len);
}

bool tree_add(struct tree *tree, yyjson_mut_val *object, struct bytes name, yyjson_mut_val *value)
{
	yyjson_mut_val *key = tree_text(tree, name);

	return key != NULL && value != NULL && yyjson_mut_obj_add(object, key, value);
}
