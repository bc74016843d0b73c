/*
 * pattern_size: how large a regular expression becomes once its bounded repeats
 * are written out. That, and not the clock, decides what compiles too slowly, so
 * that the answer is the same on every machine.
 */
#pragma once

#include "parsers/base/bytes.h"

/* The number of places, and the largest bound of one repeat. */
size_t pattern_size(struct bytes pattern, size_t *out_repeat_max);
