/*
 * document_build: puts a document's nodes together, bottom up, for both readers
 * (YAML and JSON). Here stand the ceilings on depth and on expanded nodes, the
 * rule for duplicate keys (the last wins, with a warning) and merge keys.
 *
 *	build_open(build, NODE_TABLE, spot);
 *	build_key(build, key, spot, false);
 *	build_add(build, build_scalar(build, NODE_STRING, text, spot), 1, 0);
 *	node = build_close(build);
 *
 * All return false or NULL after a failure: its problem was added, build->status says which.
 * Owns     the pile of entries not yet placed, until build_finish.
 */
#pragma once

#include "parsers/base/limits.h"
#include "specs/document.h"

struct spot {
	uint32_t line, column; /* from 1 */
};

struct build_item {
	struct node_entry entry; /* of a list: without key */
	bool is_merge;           /* the key was a plain << */
};

struct build_frame {
	struct node *node;
	struct build_item next; /* the key read, its value to come */
	size_t first;           /* its first item on the pile */
	uint64_t size_before;
	unsigned height;
};

struct build {
	struct document *document;
	struct problems *problems;
	struct build_frame frames[LIMIT_DOCUMENT_DEPTH];
	unsigned depth;
	struct build_item *pile;
	size_t pile_count, pile_capacity;
	uint64_t size;        /* nodes so far, aliases counted as what they stand for */
	uint64_t closed_size; /* of the container closed last, and how deep it is */
	unsigned closed_height;
	enum status status;
};

void build_init(struct build *build, struct document *document, struct problems *problems);
void build_finish(struct build *build);

bool build_open(struct build *build, enum node_kind kind, struct spot spot);
void build_key(struct build *build, struct bytes key, struct spot spot, bool is_merge);
struct node *build_scalar(struct build *build, enum node_kind kind, struct bytes text, struct spot spot);

/* Adds a finished node to the container open, or makes it the root; `size` nodes, `height` levels below it.
 */
bool build_add(struct build *build, struct node *node, uint64_t size, unsigned height);
struct node *build_close(struct build *build);

/* An error of the file: adds the problem and sets the status. Always false. */
bool build_fail(struct build *build, enum status status, struct spot spot, const char *mend,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The readers, on text that is UTF-8 and lives in the document's arena. */
enum reading { READING_JSON, READING_YAML, READING_YAML_TABS /* any tab that indents is a space */ };

bool json_document_read(struct bytes text, struct build *build);
bool yaml_document_read(struct bytes text, enum reading reading, struct build *build);
bool xml_document_read(struct bytes text, struct build *build);
bool xml_document_is(struct bytes text); /* by how it begins: no YAML begins so */

/* What a plain YAML scalar means in the 1.2 core schema. Numbers get JSON's form, in the arena where changed.
 */
enum node_kind scalar_kind(struct bytes plain, struct arena *arena, struct bytes *out_text,
			   bool *out_boolean);
