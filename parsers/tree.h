/*
 * tree: a JSON tree that is made rather than read, inside an arena: of forms,
 * multipart parts, XML elements. It ends as the frozen kind of tree that the
 * schema check and the data scan walk.
 *
 *	struct tree tree;
 *	if (tree_start(&tree, arena))
 *		root = tree_end(&tree, tree_text(&tree, BYTES("a")));	NULL without memory
 *
 * Owns     nothing; everything lies in the arena.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/arena.h"

struct tree {
	yyjson_alc allocator;
	yyjson_mut_doc *doc;
	struct arena *arena;
};

bool tree_start(struct tree *tree, struct arena *arena); /* false without memory */
yyjson_val *tree_end(struct tree *tree, yyjson_mut_val *root);

yyjson_mut_val *tree_text(struct tree *tree, struct bytes text);

/* False without memory. A name may come twice, as in JSON text. */
bool tree_add(struct tree *tree, yyjson_mut_val *object, struct bytes name, yyjson_mut_val *value);
