/*
 * shape: what a value looks like, without the value: letters become a and A,
 * digits 9, other bytes outside ASCII "?", and past 32 bytes it is cut. For the
 * `observed` of departures, which never holds what was sent.
 *
 *	shape_mask(BYTES("Jane-42"), arena)	-> "Aaaa-99"
 */
#pragma once

#include "parsers/base/arena.h"

#define SHAPE_BYTES_MAX 32

struct bytes shape_mask(struct bytes value, struct arena *arena);
