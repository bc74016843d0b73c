/*
 * pack_builtin: the texts of rules/packs, compiled into the program
 * (rules/packs/embed.py writes the tables).
 */
#pragma once

#include "parsers/base/bytes.h"

struct pack_builtin {
	const char *file;
	struct bytes text;
};

extern const struct pack_builtin packs_builtin[];
extern const size_t packs_builtin_count;
