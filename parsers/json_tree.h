/*
 * json_tree: plain JSON text into the tree that yyjson would make of it, in one pass and without a copy:
 * texts without escapes lie in what was read. It knows what nearly all bodies are made of. Whatever is not
 * surely right, or might be over a ceiling, it leaves to json_read.c, which asks yyjson; so a verdict about
 * odd text is always yyjson's.
 *
 * Lends    the texts, from `text`, from the arena and from the names.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/arena.h"
#include "parsers/json_names.h"

/* `names`: those that it knows are read by them; or NULL. The result is NULL when yyjson is to say: then what
 * was taken from the arena is given back. */
yyjson_val *json_tree_read(struct bytes text, struct arena *arena, struct json_names *names);
