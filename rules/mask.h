/*
 * mask: what of a sensitive value may be shown. At most half of its characters
 * stay, whatever the plan says, and never part of a multi-byte character. Only
 * the six and four digits that PCI DSS allows of card numbers may be two thirds.
 *
 *	sample = mask_value(&class->mask, class->is_secret, value, arena);
 */
#pragma once

#include "parsers/base/arena.h"
#include "rules/pack.h"

/* The masked text, ended by NUL; {NULL, 0} without memory. Separators of numbers stay where they
 * are. A secret shows what the plan keeps and its length: "ghp_...(40)". */
struct bytes mask_value(const struct mask_plan *plan, bool is_secret, struct bytes value,
			struct arena *arena);
