/*
 * watch: tells that something below the contracts or packs folders changed and
 * has come to rest, so that half of a copied folder is never loaded.
 *
 *	watch_open(&watch, folders, count);
 *	if (watch_changed(&watch))	called about ten times a second
 *		loader_reload(...);
 *
 * Hidden files and folders are not looked at.
 *
 * Owns     one inotify instance.
 * Thread   one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "parsers/base/limits.h"

struct watch {
	int file; /* -1: not watching */
	const char *roots[LIMIT_WATCH_ROOTS];
	size_t root_count;
	uint64_t first_ns, last_ns; /* of the changes that were not told yet; 0: none */
};

bool watch_open(struct watch *watch, const char *const *roots, size_t root_count);
void watch_close(struct watch *watch); /* accepts what never was open */

/* True once for each burst of changes, when it has been quiet for a moment (or has gone on for long). */
bool watch_changed(struct watch *watch);
