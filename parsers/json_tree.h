/*
 * json_tree: plain JSON text into the tree that yyjson would make of it, in one pass and without a copy:
 * texts without escapes lie in what was read. It knows what nearly all bodies are made of. Whatever is not
 * surely right, or might be over a ceiling, it leaves to json_read.c, which asks yyjson; so a verdict about
 * odd text is always yyjson's.
 *
 * Lends    the texts, from `text` and from the arena.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/arena.h"

/* NULL: yyjson is to say. What was taken from the arena is then given back. */
yyjson_val *json_tree_read(struct bytes text, struct arena *arena);
