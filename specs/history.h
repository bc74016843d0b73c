/*
 * history: the operations that earlier versions of a spec had and the current one has not. Who still answers
 * them serves what was taken out of the contract.
 *
 *	status = history_load(&references, &openapi, &arena, &history);
 *	removed = history_find(history, &request);
 *
 * Earlier versions lie where the admin API keeps them, below the contracts folder: .versions/FILE/index, one
 * line a version ("NUMBER SHA256 ..."), oldest first, and the text in .versions/FILE/NUMBER. They are read as
 *if they stood in the place of the current file, so that relative references lead where they led.
 *
 * Owns     its routes. Its texts lend from the arena.
 * Thread   frozen once loaded; shared.
 */
#pragma once

#include "specs/openapi.h"

/* Told of a call of an operation that is gone. */
struct removed_operation {
	const struct operation *operation; /* method, template and id only */
	struct bytes since;                /* "version 3 (2.0.0)": the first that had it no more */
};

struct history;

/* `out_history` is NULL when nothing was taken out, or no versions are kept. What is wrong with an earlier
 * version is no problem of today's: it is left out. */
MUST_CHECK enum status history_load(const struct references *references, const struct openapi *openapi,
				    struct arena *arena, struct history **out_history);
void history_free(struct history *history); /* accepts NULL */

/* False: no earlier version had it. The history may be NULL. */
bool history_find(const struct history *history, const struct route_request *request,
		  struct removed_operation *out_removed);
