/*
 * overlay: an Overlay 1.0 document put over a spec: a partner's own deltas, as
 * actions that update or remove what a JSONPath names (Overlay Specification 1.0.0).
 * The spec's document stays as it is; what the actions touch is copied.
 *
 *	if (overlay_is(overlay->root))
 *		status = overlay_apply(spec, overlay, &arena, &problems, &document);
 *
 * Owns     nothing; copies live in the arena, all else is lent from both documents.
 */
#pragma once

#include "specs/document.h"

bool overlay_is(const struct node *root); /* has it "overlay"? */

/* The spec with all actions done, or STATUS_INVALID with problems. An action that finds nothing is a
 * warning. */
MUST_CHECK enum status overlay_apply(const struct document *spec, const struct document *overlay,
				     struct arena *arena, struct problems *problems,
				     const struct document **out_document);
