/*
 * trie: path templates cut into segments, found in constant time a segment:
 * literals by one keyed hash map for the whole trie, then segments that are
 * partly literal ("{id}.json", the longer literal first), then a parameter, then
 * a parameter that takes all the rest ("{path*}").
 *
 *	node = trie_add(&trie, node, BYTES("{id}"));	when built
 *	trie_walk(&trie, node, &walk);			when used, most specific first
 *
 * Owns     its literal children (heap). Lends nodes until trie_finish.
 * Thread   frozen once built; shared.
 */
#pragma once

#include "parsers/base/map.h"
#include "specs/path.h"

/* Variables of one template; a template with more is refused. */
#define TRIE_VALUES_MAX 64

/* A literal segment of a template; a longer one is refused. */
#define TRIE_LITERAL_MAX 512

/* Segments that are partly literal, at one place; more would not be looked through for a request. */
#define TRIE_PATTERNS_MAX 2000

struct trie_pattern;

struct trie_node {
	uint32_t id;
	void *payload; /* what ends here; NULL: nothing */
	uint32_t pattern_count;
	struct trie_pattern *patterns; /* longest literal first */
	struct trie_node *parameter;
	struct trie_node *rest;
};

struct trie {
	struct map literals; /* node id and segment -> struct trie_node */
	struct arena *arena;
	uint32_t node_count;
};

void trie_init(struct trie *trie, struct arena *arena);
void trie_finish(struct trie *trie); /* accepts zeroed memory */

struct trie_node *trie_root(struct trie *trie); /* a new one; a trie may have many. NULL without memory */

/* The child for one segment of a template, made when it is new. NULL without
 * memory, or when the segment is over a ceiling. */
struct trie_node *trie_add(struct trie *trie, struct trie_node *node, struct bytes segment);

/* The literal child of exactly that text, or NULL. */
struct trie_node *trie_literal(const struct trie *trie, const struct trie_node *node, struct bytes text);

/* Names of the variables of one template segment, in order; how many. */
size_t trie_names(struct bytes segment, struct bytes *out_names, size_t names_max);

struct trie_walk {
	const struct bytes *segments;
	size_t segment_count;
	bool is_prefix; /* visit every node on the way, the deepest first; else only where the path ends */

	/* True stops the walk. `used` segments lead to this node. */
	bool (*visit)(struct trie_walk *walk, const struct trie_node *node, size_t used);
	void *context;

	struct bytes values[TRIE_VALUES_MAX]; /* of the variables on the way */
	size_t value_count;
	size_t steps; /* work done; the walk ends at LIMIT_ROUTE_STEPS */
};

/* True when a visit stopped it. */
bool trie_walk(const struct trie *trie, const struct trie_node *node, struct trie_walk *walk);
