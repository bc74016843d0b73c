/*
 * reference: where a $ref leads. Keeps every document that was read, by name, so
 * that a file which a thousand specs name is read once. Names are relative to the
 * file they stand in and never leave the contracts folder; nothing is fetched. A URI
 * leads to the file of the folder that says it is its own ($self of OpenAPI 3.2, $id).
 *
 *	references_init(&references, &files, &problems);
 *	references_open(&references, "acme.yaml", &document);
 *	node = reference_follow(&references, document, node, &document);
 *
 * Owns     the documents, until references_finish.
 */
#pragma once

#include "parsers/base/map.h"
#include "specs/digest.h"
#include "specs/document.h"
#include "specs/schema.h"
#include "specs/spec_files.h"

struct references {
	const struct spec_files *files;
	struct problems *problems;
	struct map documents; /* name -> struct loaded */
	struct map names;     /* document and anchor or $id -> const struct node * */
	struct map selves;    /* the URI in $self or $id -> const struct document * */
	uint64_t reading_count;
	struct arena spare;   /* for the nodes of the next document */
	struct arena scratch; /* of who reads a spec, until it is read; then reset */
	/* Files among which a URI is looked for when none that was opened says it; NULL: in no others. */
	bool (*reads)(const char *name);
	size_t pulled_count;     /* files opened through $ref since references_restart */
	size_t unresolved_count; /* references that lead nowhere */
};

void references_init(struct references *references, const struct spec_files *files,
		     struct problems *problems);
void references_finish(struct references *references); /* accepts zeroed memory */

/* Reads the file, or remembers it. STATUS_NOT_FOUND without a problem: the caller knows
 * who named it. Else the problems are added, once for each file. */
MUST_CHECK enum status references_open(struct references *references, const char *name,
				       const struct document **out_document);

/* Who named this file has understood it: its nodes go, and are read again if another one asks; texts stay. */
void references_forget_nodes(struct references *references, const char *name);
/* Nothing more is opened or followed: the nodes of all go, except of documents whose root `is_needed`. */
void references_seal(struct references *references, bool (*is_needed)(const struct node *root));
/* The document itself goes; its digest stays. */
void references_forget(struct references *references, const char *name);

/* SHA-256 of the bytes of a file that was opened. */
const char *references_digest(const struct references *references, const char *name);

/* `name` as seen from the file `from`, in `out_name`; false when it is absolute, has a scheme or leaves. */
bool reference_name(struct bytes name, const char *from, char *out_name, size_t name_max);

/* The function of struct schema_resolver; the context is the struct references. */
const struct node *reference_resolve(void *context, const struct document *document, struct bytes reference,
				     const struct document **out_document);

/* One step of a JSON pointer in a URI fragment: percent-decoded, ~0 and ~1. NULL when it leads nowhere. */
const struct node *reference_step(const struct node *node, struct bytes token);

/* `node`, or what its $ref names, or what that names, at most LIMIT_REF_CHAIN steps.
 * NULL (and a problem) when it leads nowhere; NULL for NULL. */
const struct node *reference_follow(struct references *references, const struct document *document,
				    const struct node *node, const struct document **out_document);

/* One step: `reference` as seen from `document`, blamed on `place`. */
const struct node *reference_find(struct references *references, const struct document *document,
				  struct bytes reference, struct place place,
				  const struct document **out_document);
