/*
 * words: what may stand in a finding. Texts that traffic chose are cut and
 * masked here, in one place, before they leave the exchange.
 *
 * Lends    views of what was given, or copies in the arena.
 */
#pragma once

#include "parsers/base/arena.h"

/* Six digits (perhaps with separators between) or an '@': a name or path that may hold a person's data. */
bool words_look_sensitive(struct bytes text);

/* A parameter's or field's name; "{masked}" when it looks sensitive or holds control bytes. */
struct bytes words_name(struct bytes name);

/* An RFC 6901 pointer or a path: the parts that look sensitive become "{masked}". */
struct bytes words_path(struct bytes path, struct arena *arena);

/* An issuer, an audience, a host: as presented when it is plain, at most 128 bytes; else its shape. */
struct bytes words_claim(struct bytes value, struct arena *arena);

/* "2 h 5 min", "3 d 4 h", "61 s". */
struct bytes words_duration(uint64_t seconds, struct arena *arena);
