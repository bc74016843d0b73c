/*
 * words_memory: texts that words.h was asked for lately and showed as they are. Each request of a caller
 *brings the same host, agent and media type: they are looked at once. It holds nothing but what records hold.
 *
 *	words_memory_text(memory, agent, arena)		what words_text gives
 *
 * Owns     a table of fixed size; a text that is new takes the place of another.
 * Lends    copies in the arena.
 * Thread   one worker's.
 */
#pragma once

#include "parsers/base/arena.h"

struct words_memory;

struct words_memory *words_memory_new(void);         /* NULL without memory */
void words_memory_free(struct words_memory *memory); /* accepts NULL */

/* NULL remembers nothing. */
struct bytes words_memory_text(struct words_memory *memory, struct bytes text, struct arena *arena);
struct bytes words_memory_host(struct words_memory *memory, struct bytes host, struct arena *arena);
