/*
 * workbench: the built-in packs, and one of a test's own if it has any, compiled, with a scanner of them.
 *
 *	static struct workbench bench;
 *	if (!workbench_up(&bench, NULL)) ...		nothing is left behind
 *	scanner_scan(bench.scanner, ...);
 *	workbench_down(&bench);
 */
#pragma once

#include "rules/scan.h"

struct workbench {
	struct problems problems;
	struct packs packs;
	struct pattern_set *set;
	struct scanner *scanner;
};

static const struct fingerprint_key workbench_key = {.bytes = {7}};

static inline void workbench_down(struct workbench *bench)
{
	scanner_free(bench->scanner);
	pattern_set_free(bench->set);
	packs_finish(&bench->packs);
	problems_finish(&bench->problems);
}

/* `own`: the text of a pack, or NULL. */
static inline bool workbench_up(struct workbench *bench, const char *own)
{
	*bench = (struct workbench){0};
	problems_init(&bench->problems);
	if (packs_init(&bench->packs, &bench->problems) == STATUS_OK &&
	    (own == NULL || packs_add(&bench->packs, bytes_of(own), "own", &bench->problems) == STATUS_OK) &&
	    pattern_set_new(&bench->packs, &bench->problems, &bench->set) == STATUS_OK)
		bench->scanner = scanner_new(bench->set, &workbench_key);
	if (bench->scanner != NULL)
		return true;
	workbench_down(bench);
	return false;
}
