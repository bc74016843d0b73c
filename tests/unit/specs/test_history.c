/* specs/history: what earlier versions had, told of calls that the current one does not know. */
#include "specs/digest.h"
#include "tests/unit/specs/contract_fixture.h"

#define HEAD    "openapi: 3.0.3\ninfo: {title: Orders, version: '"
#define SERVERS "'}\nservers: [{url: 'https://api.example.com/v1'}]\npaths:\n"

#define FIRST                                                                                                \
	HEAD "1.0" SERVERS "  /orders: {get: {operationId: list}, delete: {operationId: dropAll}}\n"         \
	     "  /orders/{id}: {get: {operationId: get}}\n"                                                   \
	     "  /labels: {$ref: 'parts/labels.yaml'}\n"
#define SECOND                                                                                               \
	HEAD "2.0" SERVERS "  /orders: {get: {operationId: list}}\n  /orders/{id}: {get: {}}\n"              \
	     "  /labels: {$ref: 'parts/labels.yaml'}\n"
#define THIRD HEAD "3.0" SERVERS "  /orders: {get: {operationId: list}}\n  /orders/{number}: {get: {}}\n"

static struct bytes line(char *text, size_t max, unsigned number, const char *body)
{
	char sha256[DIGEST_TEXT_LEN + 1];
	int len;

	assert_true(digest_sha256(bytes_of(body), sha256));
	len = snprintf(text, max, "%u %s 1767000000000 ci\n", number, sha256);
	return (struct bytes){.data = text, .len = (size_t)len};
}

static char index_text[4096];

/* A folder with the spec, and its versions of which the last may be the current one. */
static void make_folder(struct folder *folder, const char *current, const char *const *versions, size_t count)
{
	static const char *const names[] = {".versions/s/orders.yaml/1", ".versions/s/orders.yaml/2",
					    ".versions/s/orders.yaml/3", ".versions/s/orders.yaml/4"};
	size_t len = 0;

	*folder = (struct folder){0};
	for (size_t i = 0; i < count; i++) {
		len += line(index_text + len, sizeof(index_text) - len, (unsigned)i + 1, versions[i]).len;
		folder_add(folder, names[i], versions[i]);
	}
	folder_add_bytes(folder, ".versions/s/orders.yaml/index",
			 (struct bytes){.data = index_text, .len = len});
	folder_add(folder, "s/orders.yaml", current);
	folder_add(folder, "s/parts/labels.yaml", "post: {operationId: makeLabel}\n");
}

/* "since VERSION", or "" when nothing is gone there. */
static void expect_since(struct contract *contract, const char *method, const char *path, const char *since)
{
	char url[256];
	struct exchange *exchange;
	struct match match;

	snprintf(url, sizeof(url), "http://api.example.com/v1%s", path);
	exchange = request_of(method, url);
	contract_operation(contract, NULL, exchange, &match);
	if (!bytes_equal(match.removed_since, bytes_of(since)))
		print_message("%s %s: " BYTES_FORMAT "\n", method, path, BYTES_PRINT(match.removed_since));
	assert_true(bytes_equal(match.removed_since, bytes_of(since)));
	assert_int_equal(match.removed != NULL, since[0] != '\0');
	assert_true(match.removed == NULL || match.kind != MATCH_OPERATION);
	exchange_free(exchange);
}

static void tells_the_version_in_which_it_went(void **state)
{
	static const char *const versions[] = {FIRST, SECOND, THIRD};
	struct folder folder;
	struct contract *contract;

	(void)state;
	make_folder(&folder, THIRD, versions, 3);
	contract = contract_of(&folder);
	expect_since(contract, "DELETE", "/orders", "version 2 (2.0)");
	expect_since(contract, "POST", "/labels", "version 3 (3.0)");
	expect_since(contract, "GET", "/orders", "");
	expect_since(contract, "GET", "/orders/7", "");
	expect_since(contract, "PUT", "/orders/7", "");
	expect_since(contract, "GET", "/labels", "");
	expect_since(contract, "GET", "/never", "");
	contract_free(contract);
}

/* What lies in the folder and was never uploaded is the version that comes next. */
static void a_file_that_was_replaced_by_hand_counts(void **state)
{
	static const char *const versions[] = {FIRST};
	struct folder folder;
	struct contract *contract;

	(void)state;
	make_folder(&folder, THIRD, versions, 1);
	contract = contract_of(&folder);
	expect_since(contract, "DELETE", "/orders", "version 2 (3.0)");
	expect_since(contract, "POST", "/labels", "version 2 (3.0)");
	contract_free(contract);
}

static void what_came_back_is_not_gone(void **state)
{
	static const char *const versions[] = {FIRST, THIRD, FIRST};
	struct folder folder;
	struct contract *contract;

	(void)state;
	make_folder(&folder, FIRST, versions, 3);
	contract = contract_of(&folder);
	expect_since(contract, "DELETE", "/orders", "");
	expect_since(contract, "POST", "/labels", "");
	contract_free(contract);
}

/* Hostile or broken versions take nothing from the current spec, and are no problem of its own. */
static void broken_versions_are_left_out(void **state)
{
	static const char *const versions[] = {
		"{", "openapi: 3.0.3\npaths: [1, 2]\n", FIRST,
		("openapi: 3.0.3\npaths: {/x: {$ref: '../../../etc/passwd'}, y: "
		 "{get: 3}, /z: {$ref: '#/paths/~1z'}}\n")};
	struct folder folder;
	struct contract *contract;

	(void)state;
	make_folder(&folder, THIRD, versions, 4);
	contract = contract_of(&folder);
	expect_since(contract, "DELETE", "/orders", "version 4");
	contract_free(contract);

	folder = (struct folder){0};
	folder_add(&folder, ".versions/s/orders.yaml/index", "9 zz\n\n18446744073709551616 a\nx\n1\n2 b 3 d");
	folder_add(&folder, "s/orders.yaml", THIRD);
	contract = contract_of(&folder);
	expect_since(contract, "DELETE", "/orders", "");
	expect_since(contract, "GET", "/orders", "");
	contract_free(contract);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_the_version_in_which_it_went),
		cmocka_unit_test(a_file_that_was_replaced_by_hand_counts),
		cmocka_unit_test(what_came_back_is_not_gone),
		cmocka_unit_test(broken_versions_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
