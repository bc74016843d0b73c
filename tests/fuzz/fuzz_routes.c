/*
 * fuzz_routes: lines "METHOD template" until an empty line, then lines "METHOD path?query" to
 * find among them. It aborts when an operation is found whose method is another, or when
 * values and names of the variables are not the same in number.
 */
#include <stdlib.h>
#include <string.h>

#include "parsers/base/check.h"
#include "specs/routes.h"

#define OPERATIONS_MAX 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void find(const struct routes *routes, struct bytes line, struct arena *arena)
{
	struct route_request request = {.method = bytes_split(&line, ' ')};
	struct bytes path = line.data == NULL ? BYTES("") : bytes_split(&line, '?');
	struct path_segments segments;
	struct route_found found;
	size_t name_count;

	if (!path_split(path, arena, &segments))
		return;
	request.segments = segments.list;
	request.segment_count = segments.count;
	request.query = line;
	routes_find(routes, &request, &found);
	if (found.operation == NULL)
		return;
	CHECK(bytes_equal(found.operation->method, request.method) ||
	      bytes_equal(request.method, BYTES("HEAD")));
	routes_names(routes, found.operation, &name_count);
	CHECK(found.value_count <= TRIE_VALUES_MAX);
	CHECK(routes_methods(routes, found.operation, NULL, arena).len > 0 ||
	      found.operation->method.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct bytes rest = {.data = (const char *)data, .len = len};
	struct operation operations[OPERATIONS_MAX] = {0};
	struct problems problems;
	struct routes *routes;
	struct arena arena;
	size_t count = 0;

	if (len == 0)
		return 0;
	problems_init(&problems);
	arena_init(&arena, LIMIT_CONTRACT_BYTES);
	while (rest.data != NULL && count < OPERATIONS_MAX) {
		struct bytes line = bytes_split(&rest, '\n');

		if (line.len == 0)
			break;
		operations[count].method = bytes_split(&line, ' ');
		operations[count++].template = line.data == NULL ? BYTES("") : line;
	}
	routes = routes_new(operations, count, (struct place){.file = "fuzz"}, &problems);
	CHECK(routes != NULL);
	while (rest.data != NULL)
		find(routes, bytes_split(&rest, '\n'), &arena);
	routes_free(routes);
	arena_finish(&arena);
	problems_finish(&problems);
	return 0;
}
