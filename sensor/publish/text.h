/*
 * text: bytes from the wire made into text that every JSON reader takes.
 *
 * Lends    the run itself where it was fine already, else a copy in the arena.
 */
#pragma once

#include "parsers/base/arena.h"

/*
 * Valid UTF-8 of at most `len_max` bytes: each byte that belongs to no valid
 * character becomes U+FFFD (Unicode 15, 3.9, table 3-7), what is longer is cut
 * between two characters. {NULL, 0} only when the arena has no room. `*is_cut`
 * becomes true when something was cut, and is left alone otherwise.
 */
struct bytes text_clean(struct bytes run, size_t len_max, struct arena *arena, bool *is_cut);

/* Copies ASCII without controls, quotes and backslashes, which JSON takes as it is, to where there is room
 * for it. False: it is something else, and what stands there means nothing. */
bool text_copy_plain(char *to, struct bytes run);

/* Length of the valid UTF-8 character at the start of `run`; 0 when there is none. */
size_t text_character_len(struct bytes run);
