#include "tests/unit/specs/contract_fixture.h"

#define HEAD "swagger: '2.0'\nhost: API.example.com:8443\nbasePath: /v1/\nschemes: [https]\n"

/* One request to `spec`, its body and answer; all departures as one line. */
static void expect(const char *spec, const char *method, const char *url, const char *body,
		   const char *departures)
{
	struct contract *contract = contract_of_text(spec);
	struct exchange *exchange = request_of(method, url);
	struct judged judged;

	if (body != NULL && body[0] == '{')
		message_body(exchange, &exchange->request, "application/json", body);
	else if (body != NULL)
		message_body(exchange, &exchange->request, "application/x-www-form-urlencoded", body);
	judge(contract, exchange, &judged);
	assert_string_equal(departures_text(&judged), departures);
	exchange_free(exchange);
	contract_free(contract);
}

static void host_and_base_path_are_the_server(void **state)
{
	struct contract *contract = contract_of_text(HEAD "paths: {/a: {get: {}}}\n");
	const struct api *api = contract_api_at(contract, 0);

	(void)state;
	assert_int_equal(api->host_count, 1);
	assert_true(bytes_equal(api->hosts[0], BYTES("api.example.com")));
	assert_true(bytes_equal(api->base_paths[0], BYTES("/v1")));
	contract_free(contract);
	contract = contract_of_text("swagger: '2.0'\nx-ms-parameterized-host: {hostTemplate: "
				    "'{account}.blob.example.net'}\npaths: {/a: {get: {}}}\n");
	assert_true(bytes_equal(contract_api_at(contract, 0)->hosts[0], BYTES("*.blob.example.net")));
	contract_free(contract);
	contract = contract_of_text("swagger: '2.0'\npaths: {/a: {get: {}}}\n");
	assert_int_equal(contract_api_at(contract, 0)->host_count, 0);
	contract_free(contract);
}

static void lists_are_split_as_they_are_written(void **state)
{
	static const struct {
		const char *format, *query, *departures;
	} rows[] = {
		{"csv", "a=1,2,3", ""},   {"csv", "a=1,x", "request.query.type:a"},
		{"ssv", "a=1%202", ""},   {"ssv", "a=1%20x", "request.query.type:a"},
		{"tsv", "a=1%092", ""},   {"tsv", "a=1%09x", "request.query.type:a"},
		{"pipes", "a=1|2", ""},   {"pipes", "a=1%7Cx", "request.query.type:a"},
		{"multi", "a=1&a=2", ""}, {"multi", "a=1&a=x", "request.query.type:a"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char spec[512], url[128];

		snprintf(spec, sizeof(spec),
			 HEAD "paths: {/a: {get: {parameters: [{name: a, in: query, type: array, "
			      "collectionFormat: %s, items: {type: integer}}]}}}\n",
			 rows[i].format);
		snprintf(url, sizeof(url), "http://api.example.com/v1/a?%s", rows[i].query);
		expect(spec, "GET", url, NULL, rows[i].departures);
	}
}

static void parameters_are_their_own_schemas(void **state)
{
	const char *spec =
		HEAD "parameters: {Limit: {name: limit, in: query, type: integer, maximum: 9, "
		     "exclusiveMaximum: true, required: true}}\n"
		     "paths:\n  /a/{id}:\n    parameters: [{name: id, in: path, required: true, type: "
		     "string, pattern: '^[a-z]+$'}]\n"
		     "    get: {parameters: [{$ref: '#/parameters/Limit'}, {name: X-Mode, in: header, "
		     "type: string, enum: [a, b]}]}\n";

	(void)state;
	expect(spec, "GET", "http://api.example.com/v1/a/abc?limit=8", NULL, "");
	expect(spec, "GET", "http://api.example.com/v1/a/abc", NULL, "request.query.required:limit");
	expect(spec, "GET", "http://api.example.com/v1/a/abc?limit=9", NULL, "request.query.range:limit");
	expect(spec, "GET", "http://api.example.com/v1/a/ABC?limit=8", NULL, "request.path.pattern:id");
}

static void bodies_and_forms_are_read(void **state)
{
	const char *body =
		HEAD "consumes: [application/json]\npaths: {/a: {post: {parameters: [{name: b, in: "
		     "body, required: true, schema: {$ref: '#/definitions/B'}}]}}}\n"
		     "definitions: {B: {type: object, required: [n], properties: {n: {type: "
		     "integer}}}}\n";
	const char *form =
		HEAD "paths: {/a: {parameters: [{name: n, in: formData, type: integer, required: true}], "
		     "post: {parameters: [{name: f, in: formData, type: file}, {name: l, in: formData, "
		     "type: array, items: {type: integer}}]}}}\n";
	const char *url = "http://api.example.com/v1/a";

	(void)state;
	expect(body, "POST", url, "{\"n\": 1}", "");
	expect(body, "POST", url, "{\"n\": \"1\"}", "request.body.type");
	expect(body, "POST", url, "{}", "request.body.required");
	expect(body, "POST", url, NULL, "request.body.missing");
	expect(body, "POST", url, "n=1", "request.body.undeclared_type:application/x-www-form-urlencoded");
	expect(form, "POST", url, "n=1&f=x&l=1,2", "");
	expect(form, "POST", url, "n=x", "request.body.type");
	expect(form, "POST", url, "f=x", "request.body.required");
	expect(form, "POST", url, NULL, "request.body.missing");
}

static void responses_take_what_is_produced(void **state)
{
	struct contract *contract = contract_of_text(
		HEAD
		"produces: [application/json]\npaths: {/a: {get: {responses: {'200': {schema: {$ref: "
		"'#/definitions/A'}, headers: {X-N: {type: integer}}}, '204': {}, '206': {schema: {type: "
		"file}}}}}}\n"
		"definitions: {A: {discriminator: kind, required: [kind], properties: {kind: {type: "
		"string}}},\n"
		"  Cat: {allOf: [{$ref: '#/definitions/A'}, {required: [lives], properties: {lives: {}}}]},\n"
		"  Dog: {x-ms-discriminator-value: HUND, allOf: [{$ref: '#/definitions/A'}, {required: "
		"[bark], properties: {bark: {}}}]}}\n");
	static const struct {
		unsigned status;
		const char *body, *departures;
	} rows[] = {
		{200, "{\"kind\": \"Cat\", \"lives\": 9}", ""},
		{200, "{\"kind\": \"Cat\"}", "response.body.required"},
		{200, "{\"kind\": \"HUND\", \"bark\": 1}", ""},
		{200, "{\"kind\": \"HUND\"}", "response.body.required"},
		{206, "{\"any\": 1}", ""},
		{204, NULL, ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct exchange *exchange = request_of("GET", "http://api.example.com/v1/a");
		struct judged judged;

		response_of(exchange, rows[i].status, "application/json", rows[i].body);
		judge(contract, exchange, &judged);
		assert_string_equal(departures_text(&judged), rows[i].departures);
		exchange_free(exchange);
	}
	contract_free(contract);
}

static void security_definitions_are_read(void **state)
{
	struct contract *contract = contract_of_text(
		HEAD "security: [{b: []}, {k: []}, {o: [read]}]\npaths: {/a: {get: {}}}\n"
		     "securityDefinitions: {b: {type: basic}, k: {type: apiKey, in: header, name: X-Key},\n"
		     "  o: {type: oauth2, flow: application, tokenUrl: 'https://auth.example.com/token', "
		     "scopes: {read: r}}}\n");
	const struct operation *operation = &contract_api_at(contract, 0)->spec->operations[0];
	struct exchange *exchange = request_of("POST", "http://auth.example.com/token");
	struct match match;

	(void)state;
	assert_int_equal(operation->requirement_count, 3);
	assert_int_equal(operation->requirements[0].schemes[0].kind, SECURITY_BASIC);
	assert_int_equal(operation->requirements[1].schemes[0].kind, SECURITY_API_KEY);
	assert_int_equal(operation->requirements[2].schemes[0].kind, SECURITY_OAUTH2);
	contract_operation(contract, NULL, exchange, &match);
	assert_int_equal(match.kind, MATCH_OPERATION);
	assert_true(match.operation->is_token_endpoint);
	exchange_free(exchange);
	contract_free(contract);
}

/* Parts of the wrong kind: nothing crashes, the rest loads. */
static void survives_absurd_documents(void **state)
{
	static const char *const texts[] = {
		"swagger: '2.0'\nhost: []\nbasePath: 7\nschemes: 7\nconsumes: {}\nproduces: [[]]\npaths: "
		"{/a: {post: "
		"{parameters: [{in: body}, {in: formData}, {in: formData, name: []}, 7, {name: x, in: "
		"formData}, "
		"{name: x, in: formData}]}}}\n",
		"swagger: '2.0'\nsecurityDefinitions: [7]\npaths: {/a: {get: {responses: {200: {schema: 7, "
		"headers: "
		"{a: 7}}}, parameters: [{name: q, in: query, type: array, items: 7, collectionFormat: "
		"[]}]}}}\n",
		"swagger: '2.0'\nx-ms-parameterized-host: 7\nx-ms-paths: {'/a?b=c': {get: {}}, x: 7}\n",
		"swagger: '2.0'\nx-ms-paths: 7\n",
		"swagger: [2]\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct contract *contract = NULL;
		struct folder folder = {0};
		struct problems problems;

		folder_add(&folder, "a.yaml", texts[i]);
		problems_init(&problems);
		assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
		contract_free(contract);
		problems_finish(&problems);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(host_and_base_path_are_the_server),
		cmocka_unit_test(lists_are_split_as_they_are_written),
		cmocka_unit_test(parameters_are_their_own_schemas),
		cmocka_unit_test(bodies_and_forms_are_read),
		cmocka_unit_test(responses_take_what_is_produced),
		cmocka_unit_test(security_definitions_are_read),
		cmocka_unit_test(survives_absurd_documents),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
