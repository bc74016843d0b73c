/* Responses held against what they promise. One row a behaviour. */
#include "tests/unit/specs/contract_fixture.h"

#define JSON "application/json"

static const char answers[] =
	"openapi: 3.1.0\n"
	"info: {title: S, version: '1'}\n"
	"paths:\n"
	"  /a:\n"
	"    head: {responses: {'200': {description: d, content: {application/json: {schema: {type: "
	"object}}}}}}\n"
	"    get:\n"
	"      responses:\n"
	"        '200': {description: d, headers: {X-Need: {required: true, schema: {type: integer}}, "
	"X-List: "
	"{schema: {type: array, items: {type: integer}}}, X-Json: {content: {application/json: {schema: "
	"{type: "
	"object}}}}, Set-Cookie: {schema: {type: string, maxLength: 12}}, Content-Type: {required: true, "
	"schema: "
	"{enum: [never]}}}, content: {application/json: {schema: {type: object, required: [w], properties: "
	"{w: "
	"{type: string, writeOnly: true}, i: {type: integer}}}}, text/plain: {}}}\n"
	"        '204': {description: d}\n"
	"        '206': {description: d, content: {application/json: {schema: {type: object}}}}\n"
	"        '301': {description: d}\n"
	"        '4XX': {description: d, content: {application/problem+json: {schema: {type: object}}}}\n"
	"        '404': {description: d, content: {application/json: {schema: {type: array}}}}\n"
	"        5xx: {description: d, content: {application/json: {schema: {type: array}}}}\n"
	"        10X: {description: d}\n"
	"  /d: {get: {responses: {default: {description: d, content: {application/json: {schema: {type: "
	"integer}}}}, "
	"200: {description: d, content: {application/json: {schema: {type: string}}}}}}}\n"
	"  /none: {get: {}}\n"
	"  /json: {get: {responses: {'200': {description: d, content: {application/json: {}}}}}}\n";

#define NEED "x-need: 1"

static const struct {
	const char *what, *request;
	unsigned status;
	const char *fields, *type, *body, *expected;
} answer_rows[] = {
	{"the very status wins over its range", "GET /a", 404, "", JSON, "[]", ""},
	{"its range covers the others", "GET /a", 409, "", "application/problem+json", "[]",
	 "response.body.type"},
	{"a range in lower case", "GET /a", 503, "", JSON, "{}", "response.body.type"},
	{"default covers the rest", "GET /d", 500, "", JSON, "\"x\"", "response.body.type"},
	{"a status that is not quoted in the spec", "GET /d", 200, "", JSON, "1", "response.body.type"},
	{"a status nobody declares", "GET /a", 202, "", NULL, NULL, "response.status.undeclared:202"},
	{"a spec without responses says nothing", "GET /none", 202, "", JSON, "1", ""},
	{"interim answers are not judged", "GET /a", 101, "", NULL, NULL, ""},
	{"204 has no body", "GET /a", 204, "", NULL, NULL, ""},
	{"204 with a body", "GET /a", 204, "", JSON, "{}", "response.body.unexpected"},
	{"304 need not be declared", "GET /a", 304, "", NULL, NULL, ""},
	{"HEAD has no body", "HEAD /a", 200, "", JSON, NULL, ""},
	{"content declared, none sent", "GET /json", 200, "", JSON, NULL, "response.body.missing"},
	{"an empty text is a text", "GET /a", 200, NEED, "text/plain", NULL, ""},
	{"no content declared, some sent", "GET /a", 301, "", "text/html", "<p>", ""},
	{"another media type", "GET /a", 200, NEED, "text/html", "<p>",
	 "response.body.undeclared_type:text/html"},
	{"one of two media types", "GET /a", 200, NEED "\naccept: x", "text/plain", "x", ""},
	{"a field that is missing", "GET /a", 200, "", JSON, "{}", "response.header.required:x-need"},
	{"names of fields in any case", "GET /a", 200, "X-NEED: 1", JSON, "{}", ""},
	{"a list in a field", "GET /a", 200, NEED "\nx-list: 1, 2,3", JSON, "{}", ""},
	{"a wrong list in a field", "GET /a", 200, NEED "\nx-list: 1, x", JSON, "{}",
	 "response.header.type:x-list"},
	{"JSON in a field", "GET /a", 200, NEED "\nx-json: []", JSON, "{}", "response.header.type:x-json"},
	{"each Set-Cookie alone", "GET /a", 200, NEED "\nset-cookie: a=1, b=2\nset-cookie: c=345678", JSON,
	 "{}", ""},
	{"write-only returned", "GET /a", 200, NEED, JSON, "{\"w\":\"x\"}", "response.body.write_only"},
	{"a field of an open object", "GET /a", 200, NEED, JSON, "{\"z\":1}", "response.body.undeclared"},
	{"a part of a content is not judged", "GET /a", 206, "content-range: bytes 0-1/9", JSON, "{\"", ""},
};

static void holds_responses(void **state)
{
	size_t wrong = 0;
	struct contract *contract = contract_of_text(answers);

	(void)state;
	for (size_t i = 0; i < sizeof(answer_rows) / sizeof(answer_rows[0]); i++) {
		struct bytes target = bytes_of(answer_rows[i].request);
		struct bytes method = bytes_split(&target, ' ');
		char url[512];
		struct exchange *exchange;
		struct judged judged;

		snprintf(url, sizeof(url), "http://h" BYTES_FORMAT, BYTES_PRINT(target));
		exchange = request_of("GET", url);
		exchange->method = method;
		response_of(exchange, answer_rows[i].status, answer_rows[i].type, answer_rows[i].body);
		message_fields(exchange, &exchange->response, answer_rows[i].fields);
		judge(contract, exchange, &judged);
		if (strcmp(departures_text(&judged), answer_rows[i].expected) != 0) {
			print_message("%s (%u): expected \"%s\", got \"%s\"\n", answer_rows[i].what,
				      answer_rows[i].status, answer_rows[i].expected,
				      departures_text(&judged));
			wrong++;
		}
		exchange_free(exchange);
	}
	contract_free(contract);
	assert_int_equal(wrong, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_responses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
