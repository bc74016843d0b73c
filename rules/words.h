/*
 * words: what may stand in a finding. Texts that traffic chose are cut and
 * masked here, in one place, before they leave the exchange.
 *
 * Lends    views of what was given, or copies in the arena.
 */
#pragma once

#include "parsers/base/arena.h"

/* Six digits (perhaps with separators between), an '@' or what looks secret: a name or path that may hold a
 * person's data or a key. */
bool words_look_sensitive(struct bytes text);

/* A token or a key: "eyJ...", or a long run in which letters and digits change often. */
bool words_look_secret(struct bytes text);

/* An address or a number of somebody: an '@', or nine digits with at most separators between. A UUID is
 * nobody's. */
bool words_look_personal(struct bytes text);

/* A parameter's or field's name; "{masked}" when it looks sensitive or holds control bytes. */
struct bytes words_name(struct bytes name);

/* An RFC 6901 pointer or a path: the parts that look sensitive become "{masked}". */
struct bytes words_path(struct bytes path, struct arena *arena);

/* An issuer, an audience, a host: as presented when it is plain, at most 128 bytes; else its shape. */
struct bytes words_claim(struct bytes value, struct arena *arena);

/* A stranger's free text, such as a user agent or a media type: "{masked}" for each word of it that holds an
 * '@', nine digits or what looks secret. */
struct bytes words_text(struct bytes text, struct arena *arena);

/* A host name: "{masked}" for each label that is a number of nine digits, no label at all, or looks secret.
 */
struct bytes words_host(struct bytes host, struct arena *arena);

/* A method is any token (RFC 9110 section 9.1): "?" for one that is no word. */
struct bytes words_method(struct bytes method);

/* "2 h 5 min", "3 d 4 h", "61 s". */
struct bytes words_duration(uint64_t seconds, struct arena *arena);
