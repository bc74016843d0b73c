/*
 * schema: a JSON Schema compiled once, checked many times.
 *
 * Two dialects, one program: OpenAPI 3.0 (nullable, boolean exclusive bounds,
 * $ref siblings ignored) and JSON Schema 2020-12 as OpenAPI 3.1 uses it.
 *
 * Owns     nothing; compiled schemas live in the arena of their schema_set,
 *          frozen after loading, shared by all workers.
 * Lends    from the documents: names, enum values and patterns stay where they
 *          were read, so the documents must outlive the set; of a sealed one
 *          (schema_set_seal) their texts alone.
 */
#pragma once

#include "parsers/base/arena.h"
#include "specs/document.h"

enum schema_dialect { DIALECT_OPENAPI_3_0, DIALECT_2020_12, DIALECT_DRAFT_4 };

struct schema;     /* one compiled schema */
struct schema_set; /* all of one spec, with their regular expressions */

/* Where a $ref leads. The specs floor resolves names relative to `from`, never leaves the folder. */
struct schema_resolver {
	/* The node that `reference` names as seen from `document`; *out_document is the
	 * document it stands in. NULL when it cannot be resolved: the problem was added. */
	const struct node *(*resolve)(void *context, const struct document *document, struct bytes reference,
				      const struct document **out_document);
	void *context;
};

MUST_CHECK enum status schema_set_new(enum schema_dialect dialect, const struct schema_resolver *resolver,
				      struct problems *problems, struct schema_set **out_set);
/* A document that a $ref may name by this URI; it must outlive the set. Before anything is compiled. */
void schema_set_offer(struct schema_set *set, const struct document *document, struct bytes uri);
/* Formats of text as assertions (the default up to OpenAPI 3.0 and draft 4) or as annotations (2020-12, where
 * the vocabulary may say otherwise). Before anything is compiled. int32 and int64 are always asserted. */
void schema_set_formats(struct schema_set *set, bool is_asserted);
/* Nothing more is compiled: what only compiling needs goes. What was compiled needs the texts of the
 * documents from now on, not their nodes. False without memory. */
MUST_CHECK bool schema_set_seal(struct schema_set *set);
bool schema_set_masks(
	const struct schema_set *set);        /* of a sealed one: does any schema say x-specular-masked? */
void schema_set_free(struct schema_set *set); /* accepts NULL */

/* Compiles the schema at `node`; the same node gives the same schema, cycles are
 * fine. NULL only without memory. What is not checked is a note in `problems`
 * ("spec.unenforceable"), never silence. `pointer` is its RFC 6901 pointer. */
const struct schema *schema_compile(struct schema_set *set, const struct document *document,
				    const struct node *node, struct bytes pointer);

/* RFC 6901, of where it was first met. */
struct bytes schema_pointer(const struct schema *schema);

/* Where it was written; not of a set that is sealed. */
const struct node *schema_node(const struct schema *schema, const struct document **out_document);

/* "type" as compiled, to coerce parameter text: a bit set of enum schema_type. */
enum schema_type {
	SCHEMA_NULL = 1 << 0,
	SCHEMA_BOOLEAN = 1 << 1,
	SCHEMA_INTEGER = 1 << 2,
	SCHEMA_NUMBER = 1 << 3,
	SCHEMA_STRING = 1 << 4,
	SCHEMA_ARRAY = 1 << 5,
	SCHEMA_OBJECT = 1 << 6,
	SCHEMA_ANY = (1 << 7) - 1,
};

/* "integer" to its bit, "number" to two; 0 for a word that names no type. */
unsigned schema_type_of(struct bytes name);

unsigned schema_types(const struct schema *schema);
/* Of the schema itself, of those that hold with it, else of the first branch that has one; NULL when none. */
const struct schema *schema_items(const struct schema *schema);
const struct schema *schema_property(const struct schema *schema, struct bytes name);
/* What it says of properties that it does not list. */
enum schema_others { SCHEMA_OTHERS_UNSAID, SCHEMA_OTHERS_NONE, SCHEMA_OTHERS_ANY };
enum schema_others schema_others(const struct schema *schema);
