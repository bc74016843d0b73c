/* rules/resource: what a body asks of a server, and that telling costs little itself. */
#include <stdlib.h>

#include "made.h"

#include "rules/resource/resource.h"

static struct header xml = {.name = BYTES_INIT("content-type"), .value = BYTES_INIT("application/xml")};

static void send_xml(struct bytes text)
{
	made.exchange->request.headers = &xml;
	made.exchange->request.header_count = 1;
	made.exchange->request.body =
		(struct body){.content = text, .wire_len = text.len, .state = BODY_WHOLE};
	made.findings.count = 0;
	resource_xml(&made.evidence, &made.findings);
}

static void tells_document_types(void **state)
{
	static const struct {
		const char *text;
		bool is_told;
	} rows[] = {
		{"<a/>", false},
		{"<!DOCTYPE a><a/>", false},
		{"<!DOCTYPE a SYSTEM 'http://x/y'><a/>", true},
		{"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", true},
		{"<!DOCTYPE a [<!ELEMENT a ANY><!ENTITY b 'c'>]><a/>", true},
		{"<!DOCTYPE a [<!ELEMENT a ANY>]><SYSTEM/>", false},
		{"<!DOCTYPE a ] [<!ENTITY b 'c'>]><a/>", true},
		{"<!DOCTYPE a [<!ENTITY b 'c'>", true},
		{"<!DOCTYPE", false},
		{"<", false},
		{"<!--<!DOCTYPE a [<!ENTITY b 'c'>]>--><a/>", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		send_xml(bytes_of(rows[i].text));
		if (made.findings.count != rows[i].is_told)
			fail_msg("%s", rows[i].text);
	}
}

/* Each was looked through to the end of the body: 4 MiB took half a minute. */
static void many_document_types_cost_little(void **state)
{
	static const char *const types[] = {"<!DOCTYPE[]", "<!DOCTYPE]", "<!DOCTYPE[", "<!--", "<a "};
	size_t size = 8 * MIB;
	char *text = malloc(size);

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		size_t len = strlen(types[i]);

		for (size_t at = 0; at + len <= size; at += len)
			memcpy(text + at, types[i], len);
		text[size - 1] = '[';
		send_xml((struct bytes){text, size});
		assert_int_equal(made.findings.count, 0);
	}
	free(text);
}

static void send_json(const char *text)
{
	yyjson_doc *body = yyjson_read(text, strlen(text), 0);

	assert_non_null(body);
	made.request = (struct body_reading){.kind = BODY_JSON, .json = yyjson_doc_get_root(body)};
	made.findings.count = 0;
	resource_json(&made.evidence, &made.findings);
	yyjson_doc_free(body);
}

static void tells_what_is_larger_than_agreed(void **state)
{
	static const struct {
		const char *text, *id; /* NULL: nothing is told */
	} rows[] = {
		{"7", NULL},
		{"[[[]]]", NULL},
		{"[[[[]]]]", "resource.json_depth"},
		{"{\"a\":[{}]}", NULL},
		{"{\"a\":[{\"b\":[]}]}", "resource.json_depth"},
		{"[[],[],[],[],[]]", NULL},
		{"[1,2,3,4,5,6]", NULL},
		{"[1,2,3,4,5,6,7]", "resource.array_items"},
		{"{\"a\":1,\"b\":2,\"c\":3,\"d\":4}", NULL},
		{"{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5}", "resource.json_entries"},
		{"[\"123456789\"]", NULL},
		{"[\"1234567890\"]", "resource.string_length"},
		{"{\"12345\":\"123456789\"}", NULL},
		{"{\"123456\":\"1\"}", "resource.name_length"},
	};

	(void)state;
	made.partner.resources = (struct resources_agreed){
		.json_depth = 3, .json_entries = 4, .array_items = 6, .string_bytes = 9, .name_bytes = 5};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		send_json(rows[i].text);
		if (made.findings.count != (rows[i].id != NULL) ||
		    (rows[i].id != NULL && strcmp(made.findings.list[0].kind->id, rows[i].id) != 0))
			fail_msg("%s", rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(tells_document_types, make, unmake),
		cmocka_unit_test_setup_teardown(many_document_types_cost_little, make, unmake),
		cmocka_unit_test_setup_teardown(tells_what_is_larger_than_agreed, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
