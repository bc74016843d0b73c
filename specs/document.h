/*
 * document: one YAML 1.2, JSON or XML file as a tree of nodes that remember their
 * line and column, so that every complaint about a spec can point at its place.
 *
 * Scalars follow the YAML 1.2 core schema: NO is a string, 0123 is 123,
 * 2020-01-01 is a string. Integer keys are kept as text. Aliases share the node
 * they name; merge keys (<<) are expanded while reading. Hostile input
 * (alias bombs, deep nesting, huge files) is refused at the ceilings of limits.h.
 *
 * Owns     its nodes, in its arena, until document_finish. Frozen after reading.
 */
#pragma once

#include <yyjson.h>

#include "parsers/base/problem.h"
#include "parsers/base/status.h"

enum node_kind { NODE_NULL, NODE_BOOLEAN, NODE_NUMBER, NODE_STRING, NODE_LIST, NODE_TABLE };

struct node_entry {
	struct bytes key; /* keys are always text */
	struct node *value;
	uint32_t line, column; /* of the key */
};

struct node {
	enum node_kind kind;
	uint32_t line, column;
	bool boolean;
	struct bytes text; /* the scalar as written (unescaped); of numbers the digits, exact */
	union {
		struct node **items;        /* NODE_LIST */
		struct node_entry *entries; /* NODE_TABLE, in file order */
	};
	size_t count;
	uint32_t *index; /* NODE_TABLE of many keys: its entries sorted by key; else NULL */
};

struct document {
	struct arena arena; /* texts */
	struct arena nodes;
	const char *file; /* the name given, copied */
	struct node *root;
	bool is_json;
	uint64_t reading; /* its number, where the same file may be read twice */
};

/* Reads YAML, JSON or XML, told by content. On failure at least one error is in `problems`. */
MUST_CHECK enum status document_read(struct bytes text, const char *file, struct document *out_document,
				     struct problems *problems);
/* The same, into what document_forget_nodes gave; `nodes` is taken over. */
MUST_CHECK enum status document_read_into(struct bytes text, const char *file, struct arena *nodes,
					  struct document *out_document, struct problems *problems);
void document_finish(struct document *document); /* accepts zeroed */

/* Texts stay, nodes and the root go: for who has understood the document. Their memory is given on when
 * `spare` is empty. */
void document_forget_nodes(struct document *document, struct arena *spare);

const struct node_entry *node_entry(const struct node *table, struct bytes key); /* NULL when absent */
const struct node *node_get(const struct node *table, const char *key); /* NULL when absent or no table */
const struct node *node_get_bytes(const struct node *table, struct bytes key);
struct bytes node_text(const struct node *node); /* of a string or number; empty otherwise, and for NULL */
bool node_bool(const struct node *node, bool other);        /* `other` when it is not a boolean */
bool node_is(const struct node *node, enum node_kind kind); /* false for NULL */
struct place node_place(const struct document *document, const struct node *node);

/* With all below it, which aliases may share; texts stay where they are. NULL without memory. */
struct node *node_copy(const struct node *node, struct arena *arena);

/* The same value as a yyjson tree, for enum and const; allocated with `alc`. */
yyjson_mut_val *node_to_json(const struct node *node, yyjson_mut_doc *doc);
