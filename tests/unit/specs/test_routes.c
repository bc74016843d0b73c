#include <time.h>

#include "specs/routes.h"
#include "tests/unit/specs/contract_fixture.h"

#define OPERATIONS_MAX 16

/* A table of "METHOD template", and what a request finds in it. */
struct table {
	struct operation operations[OPERATIONS_MAX];
	size_t count;
	struct routes *routes;
	struct arena arena;
	struct problems problems;
	struct route_found found;
};

static void table_open(struct table *table, const char *const *lines)
{
	memset(table, 0, sizeof(*table));
	arena_init(&table->arena, MIB);
	problems_init(&table->problems);
	for (; *lines != NULL; lines++) {
		struct bytes template = bytes_of(*lines);
		struct operation *operation = &table->operations[table->count++];

		operation->method = bytes_split(&template, ' ');
		operation->template = template;
		operation->query_literal = BYTES("");
	}
	table->routes = routes_new(table->operations, table->count, (struct place){0}, &table->problems);
	assert_non_null(table->routes);
}

static void table_close(struct table *table)
{
	routes_free(table->routes);
	arena_finish(&table->arena);
	problems_finish(&table->problems);
}

/* The template found, "405" when the method is not there, "404" when the path is not. */
static void expect(struct table *table, const char *method, const char *path, const char *template)
{
	struct path_segments segments;
	const char *got = "404";
	size_t got_len = 3;

	table->found = (struct route_found){0};
	if (path_split(bytes_of(path), &table->arena, &segments))
		routes_find(table->routes,
			    &(struct route_request){.segments = segments.list,
						    .segment_count = segments.count,
						    .method = bytes_of(method)},
			    &table->found);
	if (table->found.operation != NULL) {
		got = table->found.operation->template.data;
		got_len = table->found.operation->template.len;
	} else if (table->found.path_operation != NULL) {
		got = "405";
	}
	if (got_len != strlen(template) || memcmp(got, template, got_len) != 0)
		fail_msg("%s %s: %.*s, not %s", method, path, (int)got_len, got, template);
}

static void value_is(const struct table *table, size_t index, const char *value)
{
	assert_true(index < table->found.value_count);
	assert_true(bytes_equal(table->found.values[index], bytes_of(value)));
}

#define TABLE(table, ...) table_open(table, (const char *const[]){__VA_ARGS__, NULL})

static void prefers_literals_in_any_order(void **state)
{
	struct table table;

	(void)state;
	TABLE(&table, "GET /pets/{id}", "GET /pets/mine", "GET /{entity}/me", "GET /books/{id}",
	      "POST /pets/mine/x", "GET /pets/{id}/x");
	expect(&table, "GET", "/pets/mine", "/pets/mine");
	expect(&table, "GET", "/pets/7", "/pets/{id}");
	value_is(&table, 0, "7");
	expect(&table, "GET", "/books/me", "/books/{id}");
	expect(&table, "GET", "/others/me", "/{entity}/me");
	/* a literal that leads nowhere gives way, and one that lacks the method too */
	expect(&table, "GET", "/pets/mine/x", "/pets/{id}/x");
	expect(&table, "DELETE", "/pets/mine", "405");
	expect(&table, "GET", "/pets/mine/y", "404");
	expect(&table, "HEAD", "/pets/mine", "/pets/mine");
	expect(&table, "HEAD", "/nothing", "404");
	table_close(&table);
}

static void matches_parts_of_segments(void **state)
{
	struct table table;

	(void)state;
	TABLE(&table, "GET /books/{id}", "GET /books/{id}.json", "POST /ops/{x}:{verb}",
	      "GET /v{major}-{minor}/x", "GET /Foo('{id}')", "GET /a/{x}{y}/b", "GET /files/{path*}",
	      "POST /{id}:clone");
	expect(&table, "GET", "/books/a.b.json", "/books/{id}.json");
	value_is(&table, 0, "a.b");
	expect(&table, "GET", "/books/.json", "/books/{id}");
	expect(&table, "POST", "/ops/7:start", "/ops/{x}:{verb}");
	value_is(&table, 0, "7");
	value_is(&table, 1, "start");
	expect(&table, "POST", "/ops/7:", "404");
	expect(&table, "GET", "/v1-2/x", "/v{major}-{minor}/x");
	expect(&table, "GET", "/Foo('17')", "/Foo('{id}')");
	value_is(&table, 0, "17");
	expect(&table, "GET", "/a/xy/b", "/a/{x}{y}/b");
	expect(&table, "GET", "/a/x/b", "404");
	expect(&table, "GET", "/files/a/b/c", "/files/{path*}");
	value_is(&table, 0, "a/b/c");
	expect(&table, "POST", "/9:clone", "/{id}:clone");
	table_close(&table);
}

static void compares_paths_as_rfc3986_does(void **state)
{
	struct table table;

	(void)state;
	TABLE(&table, "GET /caf\xc3\xa9/~x", "GET /items/{id}", "GET /items/{id}/", "GET /Users", "GET /",
	      "GET /p%20q");
	expect(&table, "GET", "/caf%c3%a9/%7ex", "/caf\xc3\xa9/~x");
	expect(&table, "GET", "/caf%C3%A9/~x", "/caf\xc3\xa9/~x");
	expect(&table, "GET", "/p%20q", "/p%20q");
	expect(&table, "GET", "/items/a%2Fb", "/items/{id}");
	value_is(&table, 0, "a%2Fb");
	expect(&table, "GET", "/items/a;v=1", "/items/{id}");
	expect(&table, "GET", "/items/7/", "/items/{id}/");
	expect(&table, "GET", "/items//", "404");
	expect(&table, "GET", "/items/", "404");
	expect(&table, "GET", "/items/%zz", "/items/{id}");
	expect(&table, "GET", "/users", "404");
	expect(&table, "GET", "/x/../Users", "/Users");
	expect(&table, "GET", "/x/%2e%2E/Users", "/Users");
	expect(&table, "GET", "/../../Users", "/Users");
	expect(&table, "GET", "/", "/");
	expect(&table, "GET", "", "/");
	table_close(&table);
}

static void tells_operations_apart_that_share_a_path(void **state)
{
	struct table table;

	(void)state;
	TABLE(&table, "GET /pets/{a}", "GET /pets/{b}", "POST /#Action=A", "POST /#Action=B",
	      "PUT /pets/{c}");
	expect(&table, "GET", "/pets/1", "/pets/{a}");
	assert_true(table.operations[0].is_lookalike && table.operations[1].is_lookalike);
	assert_true(table.operations[2].is_lookalike && table.operations[3].is_lookalike);
	assert_false(table.operations[4].is_lookalike);
	expect(&table, "POST", "/", "/#Action=A");
	assert_true(bytes_equal(routes_methods(table.routes, &table.operations[0], NULL, &table.arena),
				BYTES("GET, PUT")));
	table_close(&table);
}

static void refuses_absurd_templates(void **state)
{
	char deep[20000], wide[5000];
	struct table table;

	(void)state;
	for (size_t i = 0; i < sizeof(deep) - 1; i++)
		deep[i] = i % 2 == 0 ? '/' : 'a';
	deep[sizeof(deep) - 1] = '\0';
	memset(wide, 'a', sizeof(wide) - 1);
	wide[0] = '/';
	wide[sizeof(wide) - 1] = '\0';
	TABLE(&table, "GET /ok", "GET /{", "GET /}{", "GET /{}", "GET /{a}{b}{c}{d}{e}{f}{g}");
	table.operations[1].template = bytes_of(deep);
	table.operations[2].template = bytes_of(wide);
	routes_free(table.routes);
	table.routes = routes_new(table.operations, table.count, (struct place){0}, &table.problems);
	assert_int_equal(table.problems.count, 2);
	expect(&table, "GET", "/ok", "/ok");
	expect(&table, "GET", deep, "404");
	expect(&table, "GET", "/abcdefg", "/{a}{b}{c}{d}{e}{f}{g}");
	table_close(&table);
}

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * SECONDS + (uint64_t)time.tv_nsec;
}

#define MANY 100000

/* Building is linear; finding does not depend on how many routes there are. */
static void holds_a_hundred_thousand_routes(void **state)
{
	struct operation *operations = calloc(MANY, sizeof(*operations));
	char(*templates)[32] = calloc(MANY, sizeof(*templates));
	struct problems problems;
	struct route_found found;
	struct routes *routes;
	uint64_t start = now_ns();

	(void)state;
	problems_init(&problems);
	for (size_t i = 0; i < MANY; i++) {
		snprintf(templates[i], sizeof(templates[i]), "/r%zu/{id}/x", i);
		operations[i] =
			(struct operation){.method = BYTES("GET"), .template = bytes_of(templates[i])};
	}
	routes = routes_new(operations, MANY, (struct place){0}, &problems);
	assert_non_null(routes);
	assert_true(now_ns() - start < 20 * SECONDS);
	start = now_ns();
	for (size_t i = 0; i < MANY; i++) {
		char name[16];
		struct bytes segments[] = {{name, 0}, BYTES("7"), BYTES("x")};

		segments[0].len = (size_t)snprintf(name, sizeof(name), "r%zu", i);
		routes_find(routes,
			    &(struct route_request){
				    .segments = segments, .segment_count = 3, .method = BYTES("GET")},
			    &found);
		assert_ptr_equal(found.operation, &operations[i]);
	}
	assert_true(now_ns() - start < 10 * SECONDS);
	routes_free(routes);
	problems_finish(&problems);
	free(templates);
	free(operations);
}

/* A table in which every level has a literal and a parameter must not be searched for ever. */
static void bounds_backtracking(void **state)
{
	static char lines[12][160];
	const char *list[13] = {0};
	char path[256] = "";
	struct table table;
	uint64_t start = now_ns();

	(void)state;
	for (size_t i = 0; i < 12; i++) {
		size_t len = (size_t)snprintf(lines[i], sizeof(lines[i]), "GET ");

		for (size_t j = 0; j < 30; j++)
			len += (size_t)snprintf(lines[i] + len, sizeof(lines[i]) - len, "%s",
						(i >> j % 4 & 1) != 0 ? "/a" : "/{x}");
		list[i] = lines[i];
	}
	for (size_t i = 0; i < 31; i++)
		memcpy(path + 2 * i, "/a", 3);
	table_open(&table, list);
	expect(&table, "GET", path, "404");
	assert_true(now_ns() - start < 5 * SECONDS);
	table_close(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prefers_literals_in_any_order),
		cmocka_unit_test(matches_parts_of_segments),
		cmocka_unit_test(compares_paths_as_rfc3986_does),
		cmocka_unit_test(tells_operations_apart_that_share_a_path),
		cmocka_unit_test(refuses_absurd_templates),
		cmocka_unit_test(holds_a_hundred_thousand_routes),
		cmocka_unit_test(bounds_backtracking),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
