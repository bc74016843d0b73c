/* sensor/admin: paths, tokens, and the store of versions; sensor/learner: which segments are values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <ftw.h>

#include "parsers/base/limits.h"
#include "sensor/admin/route.h"
#include "sensor/admin/store.h"
#include "sensor/admin/tokens.h"
#include "sensor/folder.h"
#include "sensor/learner.h"
#include "sensor/watch.h"

static void paths_name_what_they_should(void **state)
{
	struct route route;

	(void)state;
	assert_true(route_read(BYTES("/v1/partners/acme/specs/orders.v2.yaml"), &route));
	assert_int_equal(route.kind, ROUTE_SPEC);
	assert_true(bytes_equal(route.partner, BYTES("acme")) &&
		    bytes_equal(route.spec, BYTES("orders.v2.yaml")));
	assert_true(route_read(BYTES("/v1/partners/acme/versions"), &route));
	assert_true(route.kind == ROUTE_PARTNER && route.is_versions);
	assert_true(route_read(BYTES("/metrics"), &route) && route.kind == ROUTE_METRICS);
}

static void paths_never_lead_out(void **state)
{
	static const char *const refused[] = {
		"",
		"/",
		"/v1/partners/",
		"/v1/partners/..",
		"/v1/partners/a/",
		"/v1/partners/a/specs",
		"/v1/partners/a/specs/",
		"/v1/partners/a/specs/../b.yaml",
		"/v1/partners/a/specs/.b.yaml",
		"/v1/partners/a/specs/b..yaml",
		"/v1/partners/a/specs/b",
		"/v1/partners/a/specs/tiers.yaml",
		"/v1/partners/a/specs/RISK.yml",
		"/v1/partners/a%2fb",
		"/v1/partners/a/versions/1",
		"/metrics/",
	};
	struct route route;

	(void)state;
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		assert_false(route_read(bytes_of(refused[i]), &route));
	assert_false(route_read(BYTES("/v1/partners/a\0b"), &route));
}

static void tokens_let_in_whom_they_name(void **state)
{
	struct tokens tokens;
	char error[256];

	(void)state;
	assert_int_equal(tokens_read(BYTES("# two\nci 0123456789abcdef\n\nfedcba9876543210\n"), &tokens,
				     error, sizeof(error)),
			 STATUS_OK);
	assert_string_equal(tokens_check(&tokens, BYTES("Bearer 0123456789abcdef")), "ci");
	assert_string_equal(tokens_check(&tokens, BYTES("bearer fedcba9876543210")), "admin");
	assert_null(tokens_check(&tokens, BYTES("Bearer 0123456789abcdeX")));
	assert_null(tokens_check(&tokens, BYTES("Bearer ci 0123456789abcdef")));
	assert_null(tokens_check(&tokens, BYTES("Basic 0123456789abcdef")));
	assert_null(tokens_check(&tokens, BYTES("Bearer ")));
	assert_null(tokens_check(&tokens, BYTES_NONE));
	assert_int_equal(tokens_read(BYTES("ci secret\n"), &tokens, error, sizeof(error)), STATUS_INVALID);
	assert_null(strstr(error, "secret"));
	assert_int_equal(tokens_read(BYTES("# none\n"), &tokens, error, sizeof(error)), STATUS_INVALID);
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

static void every_version_is_kept_up_to_the_ceiling(void **state)
{
	char folder[] = "/tmp/specular-store.XXXXXX", text[32], *data;
	const char *const folders[] = {folder};
	const struct store store = {.folders = folders, .folder_count = 1};
	struct store_version version, *list;
	size_t count, len;

	(void)state;
	assert_non_null(mkdtemp(folder));
	for (int i = 1; i <= LIMIT_VERSIONS + 2; i++) {
		snprintf(text, sizeof(text), "text %d", i);
		assert_int_equal(store_put(&store, "acme/a.yaml", bytes_of(text), "ci", &version), STATUS_OK);
		assert_int_equal(version.number, i);
	}
	assert_int_equal(store_put(&store, "acme/a.yaml", bytes_of(text), "ci", &version), STATUS_OK);
	assert_int_equal(version.number, LIMIT_VERSIONS + 2); /* the same text is no new version */
	assert_int_equal(store_versions(&store, "acme/a.yaml", &list, &count), STATUS_OK);
	assert_int_equal(count, LIMIT_VERSIONS);
	assert_int_equal(list[0].number, 3);
	assert_string_equal(list[0].who, "ci");
	free(list);
	assert_int_equal(store_read(&store, "acme/a.yaml", 3, &data, &len), STATUS_OK);
	assert_string_equal(data, "text 3");
	free(data);
	assert_int_equal(store_read(&store, "acme/a.yaml", 1, &data, &len), STATUS_NOT_FOUND);
	assert_int_equal(store_remove(&store, "acme/a.yaml"), STATUS_OK);
	assert_int_equal(store_read(&store, "acme/a.yaml", 0, &data, &len), STATUS_NOT_FOUND);
	assert_int_equal(store_read(&store, "acme/a.yaml", 5, &data, &len),
			 STATUS_OK); /* versions outlive it */
	free(data);
	assert_int_equal(nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

/* Three links to the folder itself are 3^16 paths below it. */
static void links_in_circles_come_to_an_end(void **state)
{
	char root[] = "/tmp/specular-circle.XXXXXX", path[64];
	const char *const roots[] = {root};
	struct problems problems;
	struct folder folder;
	struct watch watch;

	(void)state;
	assert_non_null(mkdtemp(root));
	for (char name = 'a'; name <= 'c'; name++) {
		snprintf(path, sizeof(path), "%s/%c", root, name);
		assert_int_equal(symlink(".", path), 0);
	}
	problems_init(&problems);
	assert_int_equal(folder_open(&folder, roots, 1, false, &problems), STATUS_INVALID);
	assert_int_equal(problems.error_count, 1);
	problems_finish(&problems);
	if (watch_open(&watch, roots, 1))
		watch_close(&watch);
	assert_int_equal(nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

static struct judged *seen_at(const char *path, unsigned status)
{
	struct judged *judged = judged_new(NULL);

	assert_non_null(judged);
	judged->host = BYTES("api.example.com");
	judged->template = arena_copy(&judged->arena, bytes_of(path));
	judged->status = status;
	judged->is_learned = true;
	return judged;
}

static void see(struct learner *learner, const char *path, unsigned status)
{
	struct judged *judged = seen_at(path, status);

	learner_see(learner, judged);
	judged_release(judged);
}

static void many_names_are_values_and_few_are_names(void **state)
{
	const struct bytes host = BYTES("api.example.com");
	struct learner learner;
	struct judged *judged;
	char path[64];

	(void)state;
	learner_init(&learner, 1);
	for (int i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "/pages/%c", 'a' + i);
		see(&learner, path, 200);
	}
	for (int i = 0; i < 200; i++) {
		snprintf(path, sizeof(path), "/users/%c%c", 'a' + i / 20, 'a' + i % 20);
		see(&learner, path, 200);
	}
	assert_true(
		bytes_equal(learner_template(&learner, host, false, BYTES("/pages/c")), BYTES("/pages/c")));
	assert_true(bytes_equal(learner_template(&learner, host, false, BYTES("/users/zz")),
				BYTES("/users/{name}")));
	judged = seen_at("/users/aa", 200);
	assert_true(learner_apply(&learner, judged));
	assert_true(bytes_equal(judged->template, BYTES("/users/{name}")));
	assert_false(learner_apply(&learner, judged));
	judged_release(judged);
	assert_int_equal(learner.opened, 1);
	learner_finish(&learner);
}

/* A scanner finds one path: it stays apart from the thousands that are not there. */
static void a_scan_hides_nothing(void **state)
{
	const struct bytes host = BYTES("api.example.com");
	struct learner learner;
	char path[64];

	(void)state;
	learner_init(&learner, 1);
	for (int i = 0; i < 5000; i++) {
		snprintf(path, sizeof(path), "/%c%c%c", 'a' + i / 400, 'a' + i / 20 % 20, 'a' + i % 20);
		see(&learner, path, 404);
	}
	see(&learner, "/admin", 200);
	assert_true(bytes_equal(learner_template(&learner, host, true, BYTES("/abc")), BYTES("/{name}")));
	assert_true(bytes_equal(learner_template(&learner, host, false, BYTES("/admin")), BYTES("/admin")));
	assert_true(learner.map.count <= 2);
	learner_finish(&learner);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_name_what_they_should),
		cmocka_unit_test(paths_never_lead_out),
		cmocka_unit_test(tokens_let_in_whom_they_name),
		cmocka_unit_test(every_version_is_kept_up_to_the_ceiling),
		cmocka_unit_test(links_in_circles_come_to_an_end),
		cmocka_unit_test(many_names_are_values_and_few_are_names),
		cmocka_unit_test(a_scan_hides_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
