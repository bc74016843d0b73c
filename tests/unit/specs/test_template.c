#include "tests/unit/specs/contract_fixture.h"

static void expect(const char *path, const char *template)
{
	struct arena arena;
	struct bytes learned;

	arena_init(&arena, MIB);
	learned = template_learn(bytes_of(path), &arena);
	assert_int_equal(learned.len, strlen(template));
	assert_memory_equal(learned.data, template, learned.len);
	arena_finish(&arena);
}

static void learns_templates(void **state)
{
	(void)state;
	expect("/orders", "/orders");
	expect("/orders/17", "/orders/{int}");
	expect("/v2/orders/17/lines/3", "/v2/orders/{int}/lines/{int}");
	expect("/o/3f2504e0-4f89-11d3-9a0c-0305e82c3301", "/o/{uuid}");
	expect("/b/d41d8cd98f00b204e9800998ecf8427e", "/b/{hex}");
	expect("/d/2026-01-31/x", "/d/{date}/x");
	expect("/s/AbCdEfGh12IjKlMnOp34", "/s/{token}");
	expect("/p/ZK12345678", "/p/{token}");
	expect("/customers/list-all", "/customers/list-all");
	expect("/iso3166/de", "/iso3166/de");
	expect("/u/jane%40example.com", "/u/{token}");
	expect("/", "/");
	expect("", "/");
}

static void never_keeps_hostile_paths(void **state)
{
	char path[20001];
	struct arena arena;
	struct bytes learned;

	(void)state;
	for (size_t i = 0; i < sizeof(path) - 1; i++)
		path[i] = i % 2 == 0 ? '/' : 'a';
	path[sizeof(path) - 1] = '\0';
	arena_init(&arena, MIB);
	learned = template_learn(bytes_of(path), &arena);
	assert_true(learned.len < 200);
	assert_true(bytes_ends(learned, BYTES("/{rest}")));
	learned = template_learn(BYTES("/a\x01\xff\n/b"), &arena);
	for (size_t i = 0; i < learned.len; i++)
		assert_true(learned.data[i] > ' ' && learned.data[i] <= '~');
	arena_finish(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(learns_templates),
		cmocka_unit_test(never_keeps_hostile_paths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
