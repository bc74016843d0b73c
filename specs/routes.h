/*
 * routes: the path templates of one spec, to find the operation of a request.
 *
 * The most specific template wins: literals before parameters, from the left.
 * A template that lacks the method gives way to one that has it. HEAD falls back
 * to GET. Templates that look the same on the wire are one route with several
 * operations; the first in the file stands for them.
 *
 * Owns     its trie. Lends operations of the spec.
 * Thread   frozen once built; shared.
 */
#pragma once

#include "parsers/base/problem.h"
#include "specs/operation.h"
#include "specs/path.h"
#include "specs/trie.h"

struct routes;

/* Indexes `operations`; marks lookalikes (is_lookalike). What cannot be indexed is a
 * problem. NULL without memory. */
struct routes *routes_new(struct operation *operations, size_t operation_count, struct place place,
			  struct problems *problems);
void routes_free(struct routes *routes); /* accepts NULL */

struct route_request {
	const struct bytes *segments; /* behind the base path */
	size_t segment_count;
	struct bytes method;
	struct bytes query;
	const bool *agreed;     /* one an operation, NULL: all */
	struct bytes base_path; /* where it came; {NULL, 0}: any is right */
};

struct route_found {
	const struct operation *operation;      /* NULL: none has the method, or none the path */
	const struct operation *path_operation; /* any operation of the template found; NULL: no such path */
	size_t variable_count;                  /* fewer is more specific */
	struct bytes values[TRIE_VALUES_MAX];
	size_t value_count;
};

void routes_find(const struct routes *routes, const struct route_request *request,
		 struct route_found *out_found);

/* OpenAPI, Paths Object: each of the two has a literal segment where the other has a variable, so some paths
 * fit both and the standard leaves open which is meant: "/{entity}/me" and "/books/{id}". */
bool routes_cross(const struct operation *one, const struct operation *other);
/* The operations of this method that the request fits and that cross the one found; at most `others_max`. */
size_t routes_others(const struct routes *routes, const struct route_request *request,
		     const struct operation *found, struct route_found *out_others, size_t others_max);

/* The next operation that looks like this one on the wire; NULL behind the last. */
const struct operation *routes_next_alike(const struct routes *routes, const struct operation *operation);

/* The variables of an operation's path, in order: one name for each value found. */
const struct bytes *routes_names(const struct routes *routes, const struct operation *operation,
				 size_t *out_count);

/* "GET, POST": the methods of the template of `path_operation`. */
struct bytes routes_methods(const struct routes *routes, const struct operation *path_operation,
			    const bool *agreed, struct arena *arena);
