/*
 * template: the template of a path that no contract documents, learned from one
 * look at it: numbers, UUIDs, hashes, dates and long random segments become
 * {int}, {uuid}, {hex}, {date}, {token}.
 *
 *	template_learn(BYTES("/orders/17"), arena)	-> "/orders/{int}"
 */
#pragma once

#include "parsers/base/arena.h"

/* At most TEMPLATE_SEGMENTS_MAX segments are kept; the rest becomes "/{rest}". */
#define TEMPLATE_SEGMENTS_MAX 32

struct bytes template_learn(struct bytes path, struct arena *arena);
