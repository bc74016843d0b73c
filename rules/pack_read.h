/*
 * pack_read: one pack file as data classes. Every problem is named with file,
 * line, column and mending; nothing is kept of a pack that has one.
 */
#pragma once

#include "rules/pack.h"

/* A growing list of classes in the packs' arena. STATUS_INVALID when there was a problem.
 * `is_trusted` packs are ours: their patterns are not compiled twice. */
MUST_CHECK enum status pack_read(struct bytes text, const char *file, bool is_trusted, struct arena *arena,
				 struct problems *problems, struct data_class **out_classes,
				 size_t *out_count);
