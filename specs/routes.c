#include "specs/routes.h"

#include <stdlib.h>
#include <string.h>

#include "specs/operation_lines.h"

/* Of the operation with the same number. Those of templates that look the same on the wire are a list; a node
 * of the trie has the first. */
struct route_entry {
	struct route_entry *next, *first;
	struct route_entry *last;  /* in the first */
	const struct bytes *names; /* of the path variables, in order */
	size_t name_count;
};

struct routes {
	struct arena arena;
	struct trie trie;
	struct trie_node *root;
	struct operation *operations;
	struct route_entry *entries; /* one an operation */
	struct map firsts;           /* route, method, query -> the first entry that looks so */
};

/* -- building ----------------------------------------------------------------- */

/* Specs tell operations apart by what is not in the path: "/x?action=y", "/#Action=z". */
static struct bytes path_of_template(struct bytes template)
{
	size_t depth = 0;

	for (size_t i = 0; i < template.len; i++) {
		depth += template.data[i] == '{';
		depth -= template.data[i] == '}' && depth > 0;
		if (depth == 0 && (template.data[i] == '?' || template.data[i] == '#'))
			return bytes_slice(template, 0, i);
	}
	return template;
}

/* False without memory. */
static bool mark_lookalike(struct routes *routes, const struct trie_node *node, struct operation *operation)
{
	struct operation **first;
	bool is_new = false;
	struct bytes key =
		arena_printf(&routes->arena, "%p " BYTES_FORMAT " " BYTES_FORMAT, (const void *)node,
			     BYTES_PRINT(operation->method), BYTES_PRINT(operation->query_literal));

	first = key.data == NULL ? NULL : map_put(&routes->firsts, key, &is_new);
	if (key.data != NULL)
		arena_keep(&routes->arena, key.data);
	if (first == NULL)
		return false;
	if (is_new)
		*first = operation;
	else
		(*first)->is_lookalike = operation->is_lookalike = true;
	return true;
}

static void entry_add(struct trie_node *node, struct route_entry *entry)
{
	entry->first = node->payload == NULL ? entry : node->payload;
	if (node->payload == NULL)
		node->payload = entry;
	else
		entry->first->last->next = entry;
	entry->first->last = entry;
}

static struct trie_node *node_of(struct routes *routes, struct bytes template)
{
	struct bytes rest = path_of_template(template);
	struct bytes names[TRIE_VALUES_MAX + 1];
	struct trie_node *node = routes->root;
	size_t count = 0;

	if (trie_names(rest, names, TRIE_VALUES_MAX + 1) > TRIE_VALUES_MAX)
		return NULL;
	rest = rest.len > 0 && rest.data[0] == '/' ? bytes_from(rest, 1) : rest;
	if (rest.data == NULL)
		rest = BYTES("");
	while (rest.data != NULL && node != NULL) {
		if (++count > LIMIT_PATH_SEGMENTS)
			return NULL;
		node = trie_add(&routes->trie, node, bytes_split(&rest, '/'));
	}
	return node;
}

static bool entry_names(struct routes *routes, struct bytes template, struct route_entry *entry)
{
	struct bytes names[TRIE_VALUES_MAX];
	size_t count = trie_names(path_of_template(template), names, TRIE_VALUES_MAX);
	struct bytes *list = count == 0 ? NULL : arena_alloc(&routes->arena, count * sizeof(*list));

	if (list != NULL)
		memcpy(list, names, count * sizeof(*list));
	entry->names = list;
	entry->name_count = list == NULL ? 0 : count;
	return list != NULL || count == 0;
}

struct routes *routes_new(struct operation *operations, size_t operation_count, struct place place,
			  struct problems *problems)
{
	struct routes *routes = calloc(1, sizeof(*routes));

	if (routes == NULL)
		return NULL;
	arena_init(&routes->arena, LIMIT_CONTRACT_BYTES);
	routes->arena.block_len = LIMIT_SPEC_BLOCK;
	trie_init(&routes->trie, &routes->arena);
	map_init(&routes->firsts, &(struct map_plan){.entries_max = SIZE_MAX,
						     .value_len = sizeof(struct operation *),
						     .seed = (uintptr_t)routes});
	routes->operations = operations;
	routes->root = trie_root(&routes->trie);
	routes->entries = arena_alloc(&routes->arena, (operation_count + 1) * sizeof(struct route_entry));
	if (routes->root == NULL || routes->entries == NULL) {
		routes_free(routes);
		return NULL;
	}
	for (size_t i = 0; i < operation_count; i++) {
		struct trie_node *node = node_of(routes, operations[i].template);

		if (node != NULL && entry_names(routes, operations[i].template, &routes->entries[i]) &&
		    mark_lookalike(routes, node, &operations[i]))
			entry_add(node, &routes->entries[i]);
		else
			problems_add(
				problems, PROBLEM_WARNING, "spec.unenforceable", place, "shorten the path",
				"path " BYTES_FORMAT " has too many or too long segments; it is not matched",
				(int)(operations[i].template.len > 200 ? 200 : operations[i].template.len),
				operations[i].template.data);
	}
	map_finish(&routes->firsts);
	return routes;
}

void routes_free(struct routes *routes)
{
	if (routes == NULL)
		return;
	trie_finish(&routes->trie);
	map_finish(&routes->firsts);
	arena_finish(&routes->arena);
	free(routes);
}

/* -- finding ------------------------------------------------------------------ */

struct search {
	const struct routes *routes;
	const struct route_request *request;
	struct route_found *out;
};

static bool is_agreed(const struct routes *routes, const struct operation *operation, const bool *agreed)
{
	return agreed == NULL || agreed[operation - routes->operations];
}

/* OpenAPI 3, Path Item and Operation Object: servers there take the place of the spec's. */
static bool base_fits(const struct operation *operation, struct bytes base_path)
{
	for (size_t i = 0; base_path.data != NULL && i < operation->base_count; i++)
		if (bytes_equal(operation->bases[i], base_path))
			return true;
	return base_path.data == NULL || operation->base_count == 0;
}

/* Every "name=value" of the path key stands in the query, in any order. */
static bool query_fits(struct bytes literal, struct bytes query)
{
	while (literal.data != NULL && literal.len > 0) {
		struct bytes wanted = bytes_split(&literal, '&');
		bool is_found = false;

		for (struct bytes rest = query; rest.data != NULL && !is_found;)
			is_found = bytes_equal(bytes_split(&rest, '&'), wanted);
		if (!is_found)
			return false;
	}
	return true;
}

static bool is_here(const struct search *search, const struct operation *operation)
{
	return is_agreed(search->routes, operation, search->request->agreed) &&
	       base_fits(operation, search->request->base_path) &&
	       query_fits(operation->query_literal, search->request->query);
}

/* It follows from where the entry stands: both are waited for at once. */
static const struct operation *of_entry(const struct routes *routes, const struct route_entry *entry)
{
	return &routes->operations[entry - routes->entries];
}

static const struct operation *operation_of(const struct search *search, const struct route_entry *first,
					    struct bytes method)
{
	const struct operation *best = NULL;

	for (const struct route_entry *entry = first; entry != NULL; entry = entry->next) {
		const struct operation *operation = of_entry(search->routes, entry);

		operation_call(operation);
		if (!bytes_equal(operation->method, method) || !is_here(search, operation))
			continue;
		if (best == NULL || operation->query_literal.len > best->query_literal.len)
			best = operation;
	}
	return best;
}

static const struct operation *any_operation(const struct search *search, const struct route_entry *first)
{
	for (const struct route_entry *entry = first; entry != NULL; entry = entry->next)
		if (is_here(search, of_entry(search->routes, entry)))
			return of_entry(search->routes, entry);
	return NULL;
}

/* RFC 9110 section 9.3.2: HEAD is GET without the content. */
static bool visit_route(struct trie_walk *walk, const struct trie_node *node, size_t used)
{
	struct search *search = walk->context;
	const struct route_entry *first = node->payload;
	const struct operation *operation = operation_of(search, first, search->request->method);

	(void)used;
	if (operation == NULL && bytes_equal(search->request->method, BYTES("HEAD")))
		operation = operation_of(search, first, BYTES("GET"));
	if (operation == NULL) {
		if (search->out->path_operation == NULL)
			search->out->path_operation = any_operation(search, first);
		return false;
	}
	search->out->operation = operation;
	search->out->path_operation = operation;
	search->out->variable_count = walk->value_count;
	search->out->value_count = walk->value_count;
	memcpy(search->out->values, walk->values, walk->value_count * sizeof(walk->values[0]));
	return true;
}

void routes_find(const struct routes *routes, const struct route_request *request,
		 struct route_found *out_found)
{
	static const struct bytes root = BYTES_INIT("");
	struct search search = {.routes = routes, .request = request, .out = out_found};
	struct trie_walk walk;

	out_found->operation = NULL;
	out_found->path_operation = NULL;
	out_found->value_count = 0;
	out_found->variable_count = 0;
	walk.segments = request->segment_count == 0 ? &root : request->segments;
	walk.segment_count = request->segment_count == 0 ? 1 : request->segment_count;
	walk.is_prefix = false;
	walk.visit = visit_route;
	walk.context = &search;
	trie_walk(&routes->trie, routes->root, &walk);
}

/* -- paths that cross ----------------------------------------------------------- */

static bool is_variable(struct bytes segment)
{
	return bytes_find_byte(segment, '{') != BYTES_NOT_FOUND;
}

/* What stands before the first and behind the last brace must be there in a literal that fits. */
static bool may_fit(struct bytes pattern, struct bytes literal)
{
	size_t open = bytes_find_byte(pattern, '{'), close = pattern.len;

	while (close > 0 && pattern.data[close - 1] != '}')
		close--;
	return literal.len > open + pattern.len - close &&
	       bytes_starts(literal, bytes_slice(pattern, 0, open)) &&
	       bytes_ends(literal, bytes_from(pattern, close));
}

bool routes_cross(const struct operation *one, const struct operation *other)
{
	struct bytes left = path_of_template(one->template), right = path_of_template(other->template);
	bool is_left_literal = false, is_right_literal = false;

	while (left.data != NULL && right.data != NULL) {
		struct bytes a = bytes_split(&left, '/'), b = bytes_split(&right, '/');

		if (is_variable(a) && !is_variable(b)) {
			is_right_literal = true;
			if (!may_fit(a, b))
				return false;
		} else if (!is_variable(a) && is_variable(b)) {
			is_left_literal = true;
			if (!may_fit(b, a))
				return false;
		} else if (!is_variable(a) && !bytes_equal(a, b)) {
			return false;
		}
	}
	return left.data == NULL && right.data == NULL && is_left_literal && is_right_literal;
}

struct others {
	struct search search; /* the first, as visit_route has it */
	const struct operation *found;
	struct route_found *list;
	size_t count, max;
};

static bool visit_other(struct trie_walk *walk, const struct trie_node *node, size_t used)
{
	struct others *others = walk->context;
	struct route_found *out = &others->list[others->count];

	out->operation = out->path_operation = NULL;
	others->search.out = out;
	walk->context = &others->search;
	if (visit_route(walk, node, used) && out->operation != others->found &&
	    routes_cross(out->operation, others->found))
		others->count++;
	walk->context = others;
	return others->count == others->max;
}

size_t routes_others(const struct routes *routes, const struct route_request *request,
		     const struct operation *found, struct route_found *out_others, size_t others_max)
{
	struct others others = {.search = {.routes = routes, .request = request},
				.found = found,
				.list = out_others,
				.max = others_max};
	struct trie_walk walk = {.segments = request->segments,
				 .segment_count = request->segment_count,
				 .visit = visit_other,
				 .context = &others};

	if (request->segment_count > 0)
		trie_walk(&routes->trie, routes->root, &walk);
	return others.count;
}

const struct operation *routes_next_alike(const struct routes *routes, const struct operation *operation)
{
	const struct route_entry *entry = &routes->entries[operation - routes->operations];

	while ((entry = entry->next) != NULL) {
		const struct operation *next = of_entry(routes, entry);

		if (bytes_equal(next->method, operation->method) &&
		    bytes_equal(next->query_literal, operation->query_literal))
			return next;
	}
	return NULL;
}

const struct bytes *routes_names(const struct routes *routes, const struct operation *operation,
				 size_t *out_count)
{
	const struct route_entry *entry = &routes->entries[operation - routes->operations];

	*out_count = entry->name_count;
	return entry->names;
}

struct bytes routes_methods(const struct routes *routes, const struct operation *path_operation,
			    const bool *agreed, struct arena *arena)
{
	struct bytes methods = BYTES_NONE;

	for (const struct route_entry *entry = routes->entries[path_operation - routes->operations].first;
	     entry != NULL; entry = entry->next) {
		const struct operation *operation = of_entry(routes, entry);

		if (!is_agreed(routes, operation, agreed) ||
		    bytes_find(methods, operation->method) != BYTES_NOT_FOUND)
			continue;
		methods = ARENA_JOIN(arena, methods, methods.len == 0 ? BYTES("") : BYTES(", "),
				     operation->method);
	}
	return methods;
}
