/* Descriptor sets made by hand: what they promise, and what is none. */
#include "parsers/base/buffer.h"
#include "specs/grpc_descriptor.h"
#include "specs/lint.h"
#include "tests/unit/specs/contract_fixture.h"

/* Fields of under 128 bytes: number, length, content. */
static void put(struct buffer *out, unsigned number, struct bytes content)
{
	const char head[] = {(char)(number << 3 | 2), (char)content.len};

	assert_true(content.len < 128);
	assert_int_equal(buffer_append(out, (struct bytes){head, sizeof(head)}), STATUS_OK);
	assert_int_equal(buffer_append(out, content), STATUS_OK);
}

static void put_text(struct buffer *out, unsigned number, const char *text)
{
	put(out, number, bytes_of(text));
}

static void wrap(struct buffer *out, unsigned number, struct buffer *content)
{
	put(out, number, buffer_bytes(content));
	buffer_finish(content);
}

static void put_method(struct buffer *service, const char *name, bool is_deprecated)
{
	struct buffer method = BUFFER_MAX(KIB);

	put_text(&method, 1, name);
	put_text(&method, 2, ".shop.v1.Order");
	if (is_deprecated)
		put(&method, 4, BYTES("\x88\x02\x01"));
	wrap(service, 2, &method);
}

/* package shop.v1; service Orders { Get; List (deprecated) } service Old { Put } (deprecated) */
static struct buffer shop(void)
{
	struct buffer set = BUFFER_MAX(KIB), file = BUFFER_MAX(KIB), service = BUFFER_MAX(KIB);

	put_text(&file, 1, "shop.proto");
	put_text(&service, 1, "Orders");
	put_method(&service, "Get", false);
	put_method(&service, "List", true);
	wrap(&file, 6, &service);
	service = BUFFER_MAX(KIB);
	put(&service, 3, BYTES("\x88\x02\x01"));
	put_method(&service, "Put", false);
	put_text(&service, 1, "Old");
	wrap(&file, 6, &service);
	put_text(&file, 2, "shop.v1"); /* fields come in any order */
	wrap(&set, 1, &file);
	return set;
}

static void tells_methods(void **state)
{
	struct folder folder = {0};
	struct buffer set = shop();
	struct contract *contract;
	const struct spec *spec;

	(void)state;
	folder_add_bytes(&folder, "shop.pb", buffer_bytes(&set));
	contract = contract_of(&folder);
	assert_int_equal(contract_api_count(contract), 1);
	assert_true(bytes_equal(contract_api_at(contract, 0)->id, BYTES("shop")));
	spec = contract_api_at(contract, 0)->spec;
	assert_int_equal(spec->operation_count, 3);
	assert_true(bytes_equal(spec->operations[0].id, BYTES("shop.v1.Orders/Get")));
	assert_true(bytes_equal(spec->operations[0].template, BYTES("/shop.v1.Orders/Get")));
	assert_false(spec->operations[0].is_deprecated);
	assert_true(spec->operations[1].is_deprecated);
	assert_true(bytes_equal(spec->operations[2].id, BYTES("shop.v1.Old/Put")));
	assert_true(spec->operations[2].is_deprecated);
	assert_int_equal(strlen(spec->sha256), 64);
	contract_free(contract);
	buffer_finish(&set);
}

static void finds_calls(void **state)
{
	static const struct {
		const char *method, *url;
		enum match_kind kind;
	} calls[] = {
		{"POST", "http://grpc.example.com/shop.v1.Orders/Get", MATCH_OPERATION},
		{"POST", "http://grpc.example.com/shop.v1.Orders/Steal", MATCH_NO_PATH},
		{"POST", "http://grpc.example.com/shop.v1.Secrets/Get", MATCH_NO_PATH},
		{"GET", "http://grpc.example.com/shop.v1.Orders/Get", MATCH_NO_METHOD},
		{"POST", "http://grpc.example.com/shop.v1.Orders/List", MATCH_NO_PATH}, /* not agreed */
		{"POST", "http://else.example.com/shop.v1.Orders/Get", MATCH_NO_HOST},
	};
	struct folder folder = {0};
	struct buffer set = shop();
	struct contract *contract;

	(void)state;
	folder_add(&folder, "acme.yaml",
		   "partner: acme\nidentify: {hosts: [x.example.com]}\napis:\n  - spec: shop.protoset\n"
		   "    hosts: [grpc.example.com]\n    operations: [shop.v1.Orders/Get]\n");
	folder_add_bytes(&folder, "shop.protoset", buffer_bytes(&set));
	contract = contract_of(&folder);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct exchange *exchange = request_of(calls[i].method, calls[i].url);
		struct match match;

		contract_operation(contract, NULL, exchange, &match);
		assert_int_equal(match.kind, calls[i].kind);
		exchange_free(exchange);
	}
	contract_free(contract);
	buffer_finish(&set);
}

/* Whatever its messages hold: content is not checked, its type is. */
static void checks_types_only(void **state)
{
	struct folder folder = {0};
	struct buffer set = shop();
	struct contract *contract;
	struct exchange *exchange = request_of("POST", "http://a/shop.v1.Orders/Get");
	struct judged judged;

	(void)state;
	folder_add_bytes(&folder, "shop.pb", buffer_bytes(&set));
	contract = contract_of(&folder);
	message_body(exchange, &exchange->request, "application/grpc+proto", "12345");
	response_of(exchange, 200, "application/grpc", "12345");
	judge(contract, exchange, &judged);
	assert_string_equal(departures_text(&judged), "");
	exchange_free(exchange);
	exchange = request_of("POST", "http://a/shop.v1.Orders/Get");
	message_body(exchange, &exchange->request, "text/plain", "12345");
	judge(contract, exchange, &judged);
	assert_string_equal(departures_text(&judged), "request.body.undeclared_type:text/plain");
	exchange_free(exchange);
	contract_free(contract);
	buffer_finish(&set);
}

static enum status checked(struct bytes text, struct problems *problems, struct lint_report *report)
{
	struct folder folder = {0};

	folder_add_bytes(&folder, "a.binpb", text);
	problems_init(problems);
	*report = (struct lint_report){0};
	return lint_file(&folder.files, "a.binpb", report, problems);
}

static void expect_refused(struct bytes text, const char *words)
{
	struct problems problems;
	struct lint_report report;
	char *exact = malloc(text.len + 1); /* so that reading past its end is noticed */

	memcpy(exact, text.data, text.len);
	exact = realloc(exact, text.len == 0 ? 1 : text.len);
	assert_int_equal(checked((struct bytes){exact, text.len}, &problems, &report), STATUS_INVALID);
	assert_int_equal(problems.error_count, 1);
	if (words != NULL)
		assert_non_null(problem_with(&problems, words));
	assert_non_null(strstr(problems.list[0].mend, "protoc"));
	problems_finish(&problems);
	free(exact);
}

static void refuses(void **state)
{
	struct buffer set = shop();
	struct problems problems;
	struct lint_report report;
	size_t good = 0;

	(void)state;
	assert_int_equal(checked(buffer_bytes(&set), &problems, &report), STATUS_OK);
	assert_int_equal(report.operation_count, 3);
	problems_finish(&problems);
	expect_refused(BYTES("syntax = \"proto3\";\npackage shop;\n"), "no FileDescriptorSet");
	expect_refused(BYTES("openapi: 3.0.0\npaths: {}\n"), "no FileDescriptorSet");
	expect_refused(BYTES(""), "no service");
	expect_refused(BYTES("\x0a\x05\x0a\x03"
			     "a.p"),
		       "no service");
	expect_refused(BYTES("\x0a\x05\x32\x03\x0a\x01S"), "no service has a method");
	expect_refused(BYTES("\x0a\x04\x32\x02\xff\xff"), "cut or broken");
	expect_refused(BYTES("\x0a\x03\xff\xff\xff"), "cut or broken");
	expect_refused(BYTES("\x0a\x07\x32\x05\x0a\x03S/x"), "a service has no name");
	expect_refused(BYTES("\x0a\x09\x32\x07\x0a\x01S\x12\x02\x20\x01"), "a method has no name");
	expect_refused(BYTES("\x0a\x10\x12\x03"
			     "a b"
			     "\x32\x09\x0a\x01S\x12\x04\x0a\x02Me"),
		       "a package");
	for (size_t len = 0; len < set.len; len++)
		expect_refused(bytes_slice(buffer_bytes(&set), 0, len), NULL);
	for (size_t i = 0; i < set.len; i++) { /* any one byte wrong: no crash, and good or refused */
		set.data[i] ^= 0x41;
		good += checked(buffer_bytes(&set), &problems, &report) == STATUS_OK;
		assert_true(problems.error_count <= 1);
		problems_finish(&problems);
		set.data[i] ^= 0x41;
	}
	assert_in_range(good, 1, set.len - 1);
	buffer_finish(&set);
}

static void a_partner_without_it(void **state)
{
	struct folder folder = {0};
	struct contract *contract = NULL;
	struct problems problems;
	struct lint_report report;

	(void)state;
	folder_add(&folder, "acme.yaml", "partner: acme\napis: [{spec: gone.pb}, {spec: bad.desc}]\n");
	folder_add(&folder, "bad.desc", "no set at all");
	problems_init(&problems);
	assert_int_equal(lint_file(&folder.files, "acme.yaml", &report, &problems), STATUS_INVALID);
	assert_non_null(problem_with(&problems, "the spec is not there"));
	assert_non_null(problem_with(&problems, "no FileDescriptorSet"));
	problems_finish(&problems);
	problems_init(&problems);
	assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
	assert_non_null(problem_with(&problems, "spec \"gone.pb\" is not there"));
	assert_non_null(problem_with(&problems, "spec \"bad.desc\" could not be loaded"));
	assert_int_equal(contract_api_count(contract), 0);
	contract_free(contract);
	problems_finish(&problems);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_methods),        cmocka_unit_test(finds_calls),
		cmocka_unit_test(checks_types_only),    cmocka_unit_test(refuses),
		cmocka_unit_test(a_partner_without_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
