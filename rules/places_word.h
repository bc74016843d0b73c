/*
 * places_word: a context word as an automaton of places (rules/places.h): its letters
 * and digits, in either case, and between them whatever is neither.
 */
#pragma once

#include "rules/places.h"

/* False for what is more than a word: signs in it, or too long. `out_places` as for places_read. */
bool places_read_word(struct bytes word, struct places *out_places);
