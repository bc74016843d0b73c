#include "specs/operation_lines.h"
#include "specs/reference.h"
#include "tests/unit/specs/contract_fixture.h"

static const struct operation *operation_named(const struct contract *contract, const char *id)
{
	for (size_t i = 0; i < contract_api_count(contract); i++) {
		const struct spec *spec = contract_api_at(contract, i)->spec;

		for (size_t j = 0; j < spec->operation_count; j++)
			if (bytes_equal(spec->operations[j].id, bytes_of(id)))
				return &spec->operations[j];
	}
	fail_msg("no operation %s", id);
	return NULL;
}

static void names_stay_in_the_folder(void **state)
{
	char name[64];

	(void)state;
	assert_true(reference_name(BYTES("../b.yaml"), "a/x.yaml", name, sizeof(name)));
	assert_string_equal(name, "b.yaml");
	assert_true(reference_name(BYTES("./c//d/./e/../f.yaml"), "a/x.yaml", name, sizeof(name)));
	assert_string_equal(name, "a/c/d/f.yaml");
	assert_false(reference_name(BYTES("../../b.yaml"), "a/x.yaml", name, sizeof(name)));
	assert_false(reference_name(BYTES("b/../../../etc/passwd"), "a/x.yaml", name, sizeof(name)));
	assert_false(reference_name(BYTES("/etc/passwd"), "x.yaml", name, sizeof(name)));
	assert_false(reference_name(BYTES("file:etc"), "x.yaml", name, sizeof(name)));
	assert_false(reference_name(BYTES("https://h/x.yaml"), "x.yaml", name, sizeof(name)));
	assert_false(reference_name(BYTES("..\\x.yaml"), "x.yaml", name, sizeof(name)));
	assert_false(reference_name(BYTES(""), "x.yaml", name, sizeof(name)));
	assert_false(reference_name(BYTES("."), "x.yaml", name, sizeof(name)));
	assert_false(reference_name((struct bytes){"a\0b", 3}, "x.yaml", name, sizeof(name)));
	assert_false(reference_name(BYTES("0123456789012345678901234567890123456789012345678901234567890123"),
				    "x.yaml", name, sizeof(name)));
}

static void follows_references_across_files(void **state)
{
	struct folder folder = {0};
	struct contract *contract;
	const struct operation *operation;

	(void)state;
	folder_add(
		&folder, "api.yaml",
		"openapi: 3.0.3\npaths:\n"
		"  /a~b/{id}: {$ref: 'parts/paths.yaml#/paths/~1a~0b~1%7Bid%7D', post: {operationId: post}}\n"
		"  /c: {get: {operationId: c, responses: {'200': {$ref: '#/components/responses/R'}},\n"
		"    requestBody: {$ref: 'parts/more.json#/list/1'}}}\n"
		"components: {responses: {R: {$ref: '#/components/responses/S'},\n"
		"  S: {description: ok, headers: {X-A: {$ref: 'parts/more.json#/list/0'}}}}}\n");
	folder_add(&folder, "parts/more.json",
		   "{\"list\": [{\"required\": true}, {\"required\": true, \"content\": {\"Application/JSON; "
		   "v=2\": {}}}]}");
	folder_add(&folder, "parts/paths.yaml",
		   "paths:\n  '/a~b/{id}':\n    parameters: [{$ref: '../params.yaml#/P'}]\n"
		   "    get: {operationId: get, deprecated: true, x-sunset: 2026-01-01}\n"
		   "    post: {operationId: hidden}\n");
	folder_add(&folder, "params.yaml", "P: {name: id, in: path, schema: {type: integer}}\n");
	contract = contract_of(&folder);
	assert_int_equal(contract_api_count(contract), 1);
	operation = operation_named(contract, "get");
	assert_true(operation->is_deprecated);
	assert_true(bytes_equal(operation->sunset, BYTES("2026-01-01")));
	assert_int_equal(operation->parameter_count, 1);
	assert_int_equal(operation_named(contract, "post")->parameter_count, 1);
	operation = operation_named(contract, "c");
	assert_true(operation->request.is_required);
	assert_true(bytes_equal(operation->request.list[0].range, BYTES("application/json")));
	assert_true(bytes_equal(operation->request.list[0].parameters, BYTES("v=2")));
	assert_int_equal(operation->responses[0].header_count, 1);
	assert_true(bytes_equal(operation->responses[0].headers[0].name, BYTES("x-a")));
	contract_free(contract);
}

/* An anchor, an embedded id and the document's own address are found without any file. */
static void names_inside_a_document_are_found(void **state)
{
	static const char *const references[] = {
		"#/components/schemas/A",
		"#a",
		"#/paths/~1x/get/responses/200/content/application~1json/schema",
		"#/components/schemas/L/oneOf/1",
		"#/components/schemas/%41",
		"https://example.com/schemas/a.json",
		"https://example.com/api.yaml#/components/schemas/A",
		"https://example.com/schemas/a.json#/$defs/B"};

	(void)state;
	for (size_t i = 0; i < sizeof(references) / sizeof(references[0]); i++) {
		struct exchange *exchange = request_of("GET", "http://h/y?q=x");
		struct contract *contract;
		struct judged judged;
		char text[1024];

		snprintf(text, sizeof(text),
			 "openapi: 3.2.0\n$self: https://example.com/api.yaml\npaths:\n"
			 "  /x: {get: {responses: {200: {content: {application/json: {schema: {type: "
			 "integer}}}}}}}\n"
			 "  /y: {get: {parameters: [{name: q, in: query, schema: {$ref: '%s'}}]}}\n"
			 "components: {schemas: {A: {$id: 'https://example.com/schemas/a.json', $anchor: a, "
			 "type: "
			 "integer, $defs: {B: {type: integer}}}, L: {oneOf: [{}, {type: integer}]}}}\n",
			 references[i]);
		contract = contract_of_text(text);
		judge(contract, exchange, &judged);
		assert_string_equal(departures_text(&judged), "request.query.type:q");
		exchange_free(exchange);
		contract_free(contract);
	}
}

static void survives_references_that_lead_nowhere(void **state)
{
	struct contract *contract = NULL;
	struct folder folder = {0};
	struct problems problems;

	(void)state;
	folder_add(
		&folder, "api.yaml",
		"openapi: 3.1.0\npaths:\n"
		"  /a: {get: {parameters: [{$ref: '#/components/parameters/A'}], operationId: a}}\n"
		"  /b: {$ref: '../../etc/passwd'}\n  /c: {$ref: 'https://example.com/c.yaml'}\n"
		"  /d: {$ref: 'none.yaml#/x'}\n  /e: {$ref: '#/nowhere'}\n  /f: {$ref: 'broken.yaml'}\n"
		"  /g: {get: {requestBody: {content: {application/json: {schema: {$ref: 'file:///x'}}}}}}\n"
		"  /h: {$ref: '#/paths/~1h'}\n"
		"components: {parameters: {A: {$ref: '#/components/parameters/B'}, B: {$ref: "
		"'#/components/parameters/A'}}}\n");
	folder_add(&folder, "broken.yaml", "a: [\n");
	problems_init(&problems);
	assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
	assert_int_equal(contract_api_count(contract), 1);
	assert_non_null(problem_with(&problems, "never ends"));
	assert_non_null(problem_with(&problems, "../../etc/passwd\" leads out"));
	assert_non_null(problem_with(&problems, "nothing is ever fetched"));
	assert_non_null(problem_with(&problems, "none.yaml#/x\" names a file that is not there"));
	assert_non_null(problem_with(&problems, "\"#/nowhere\" leads nowhere"));
	assert_non_null(problem_with(&problems, "\"broken.yaml\" names a file that could not be read"));
	assert_int_equal(operation_named(contract, "a")->parameter_count, 0);
	contract_free(contract);
	problems_finish(&problems);
}

static bool calls(const struct operation *operation, const void *place)
{
	for (uint32_t i = 0; i < operation->line_count; i++) {
		intptr_t away = (intptr_t)((uintptr_t)place / CACHE_LINE) -
				(intptr_t)((uintptr_t)operation / CACHE_LINE) - (operation->lines[i] >> 3);

		if (away >= 0 && away <= (operation->lines[i] & (OPERATION_LINES_RUN - 1)))
			return true;
	}
	return false;
}

/* Also of a schema that is inside itself, and where there is more than the list has room for. What lies too
 * far away, as texts may, is left out. */
static void calls_what_it_checks(void **state)
{
	static char spec[64 * KIB];
	const struct operation *operation;
	struct folder folder = {0};
	struct contract *contract;
	size_t len = (size_t)snprintf(
		spec, sizeof(spec),
		"openapi: 3.0.3\npaths:\n"
		"  /a/{id}: {get: {operationId: few, parameters: [{name: id, in: path, required: true,\n"
		"    schema: {type: integer}}], responses: {'200': {description: ok, content:\n"
		"    {application/json: {schema: {$ref: '#/components/schemas/T'}}}}}}}\n"
		"  /b: {get: {operationId: none}}\n"
		"components: {schemas: {T: {type: object, properties: {more: {type: array, items:\n"
		"  {$ref: '#/components/schemas/T'}}}}}}\n"
		"x-ms-paths: {/c: {get: {operationId: many, parameters: [");

	(void)state;
	for (int i = 0; i < 200; i++)
		len += (size_t)snprintf(spec + len, sizeof(spec) - len,
					"\n  {name: p%d, in: query, schema: {type: string, maxLength: %d}},",
					i, i);
	snprintf(spec + len, sizeof(spec) - len, "]}}}\n");
	folder_add(&folder, "api.yaml", spec);
	contract = contract_of(&folder);
	operation = operation_named(contract, "few");
	assert_true(calls(operation, operation->parameters));
	assert_true(calls(operation, operation->responses));
	assert_true(calls(operation, &operation->responses[0].content.list[0].schema));
	assert_false(calls(operation, &folder));
	operation_call(operation);
	operation_call_lines(operation);
	assert_int_equal(operation_named(contract, "none")->parameter_count, 0);
	operation = operation_named(contract, "many");
	assert_int_equal(operation->parameter_count, 200);
	assert_true(operation->line_count <= OPERATION_LINES_MAX);
	assert_true(calls(operation, operation->parameters));
	contract_free(contract);
}

static void reads_security(void **state)
{
	struct contract *contract = contract_of_text(
		"openapi: 3.0.3\nsecurity: [{oauth: [read, write]}]\npaths:\n"
		"  /a: {get: {operationId: a}}\n"
		"  /b: {get: {operationId: b, security: []}}\n"
		"  /c: {get: {operationId: c, security: [{}, {key: [], Basic: []}, {ghost: []}]}}\n"
		"  /oauth/token: {post: {operationId: t}}\n"
		"components: {securitySchemes: {oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: "
		"/oauth/token}}},\n"
		"  key: {type: apiKey, in: header, name: X-API-Key}, Basic: {type: http, scheme: BASIC}}}\n");
	const struct operation *operation = operation_named(contract, "a");

	(void)state;
	assert_true(operation->has_security);
	assert_int_equal(operation->requirement_count, 1);
	assert_int_equal(operation->requirements[0].schemes[0].kind, SECURITY_OAUTH2);
	assert_int_equal(operation->requirements[0].schemes[0].scope_count, 2);
	assert_false(operation->is_token_endpoint);
	operation = operation_named(contract, "b");
	assert_true(operation->has_security);
	assert_int_equal(operation->requirement_count, 0);
	operation = operation_named(contract, "c");
	assert_int_equal(operation->requirement_count, 3);
	assert_int_equal(operation->requirements[0].count, 0);
	assert_int_equal(operation->requirements[1].schemes[0].kind, SECURITY_API_KEY);
	assert_true(bytes_equal(operation->requirements[1].schemes[0].name, BYTES("x-api-key")));
	assert_int_equal(operation->requirements[1].schemes[1].kind, SECURITY_BASIC);
	assert_int_equal(operation->requirements[2].schemes[0].kind, SECURITY_UNKNOWN);
	assert_true(operation_named(contract, "t")->is_token_endpoint);
	contract_free(contract);
}

/* A token endpoint that no path declares belongs to the contract; its neighbours do not. */
static void a_token_url_is_a_token_endpoint(void **state)
{
	static const struct {
		const char *method, *url;
		enum match_kind kind;
	} rows[] = {
		{"POST", "http://auth.example.com/realms/acme/token", MATCH_OPERATION},
		{"POST", "http://auth.example.com/refresh", MATCH_OPERATION},
		{"GET", "http://auth.example.com/realms/acme/token", MATCH_NO_HOST},
		{"POST", "http://auth.example.com/other", MATCH_NO_HOST},
		{"POST", "http://api.example.com/oauth/token", MATCH_OPERATION},
		{"POST", "http://api.example.com/oauth/tokens", MATCH_NO_BASE},
		{"POST", "http://else.example.com/oauth/token", MATCH_NO_HOST},
		{"POST", "http://gateway.example.com/oauth/token", MATCH_NO_HOST},
	};
	struct contract *contract = contract_of_text(
		"openapi: 3.0.3\nservers: [{url: 'https://api.example.com/v1'}]\npaths: {/a: {get: {}}}\n"
		"components: {securitySchemes: {o: {type: oauth2, flows: {clientCredentials: {tokenUrl: "
		"'https://auth.example.com/realms/{realm}/token', refreshUrl: "
		"'https://auth.example.com/refresh'},"
		"\n  password: {tokenUrl: /oauth/token}, implicit: {}}}, n: {type: oauth2, flows: [7]}}}\n");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct exchange *exchange = request_of(rows[i].method, rows[i].url);
		struct match match;

		contract_operation(contract, NULL, exchange, &match);
		assert_int_equal(match.kind, rows[i].kind);
		if (match.kind == MATCH_OPERATION) {
			assert_true(match.operation->is_token_endpoint);
			assert_int_equal(match.operation->requirement_count, 0);
			assert_non_null(match.api);
		}
		exchange_free(exchange);
	}
	contract_free(contract);
}

/* Where the partner file puts the API behind another host, its token endpoint is there too. */
static void a_token_endpoint_moves_with_its_api(void **state)
{
	struct folder folder = {0};
	struct contract *contract;
	struct exchange *exchange = request_of("POST", "http://gateway.example.com/oauth/token");
	struct match match;

	(void)state;
	folder_add(&folder, "acme.yaml",
		   "partner: acme\napis: [{spec: api.yaml, hosts: [gateway.example.com]}]\n");
	folder_add(&folder, "api.yaml",
		   "openapi: 3.0.3\nservers: [{url: 'https://api.example.com/v1'}]\npaths: {/a: {get: {}}}\n"
		   "components: {securitySchemes: {o: {type: oauth2, flows: {clientCredentials: {tokenUrl: "
		   "'https://api.example.com/oauth/token'}}}}}\n");
	contract = contract_of(&folder);
	contract_operation(contract, contract_partner_at(contract, 0), exchange, &match);
	assert_int_equal(match.kind, MATCH_OPERATION);
	assert_true(match.operation->is_token_endpoint);
	exchange_free(exchange);
	contract_free(contract);
}

static void expect_version(const char *version, bool is_loaded, const char *words)
{
	struct contract *contract = NULL;
	struct folder folder = {0};
	struct problems problems;
	char text[256];

	snprintf(text, sizeof(text), "%s\npaths: {/x: {get: {}}}\n", version);
	folder_add(&folder, "a.yaml", text);
	problems_init(&problems);
	assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
	assert_int_equal(contract_api_count(contract), is_loaded ? 1 : 0);
	assert_int_equal(problems.error_count, is_loaded ? 0 : 1);
	if (words != NULL)
		assert_non_null(problem_with(&problems, words));
	contract_free(contract);
	problems_finish(&problems);
}

static void reads_versions(void **state)
{
	(void)state;
	expect_version("openapi: 3.0.4", true, NULL);
	expect_version("openapi: 3.0", true, "is a number");
	expect_version("openapi: '3.1.2'", true, NULL);
	expect_version("openapi: 3.2.0", true, NULL);
	expect_version("openapi: 4.0.0", false, "not known");
	expect_version("openapi: [3]", false, "not known");
	expect_version("swagger: '2.0'", true, NULL);
	expect_version("swagger: 2.0", true, "is a number");
	expect_version("swagger: '1.2'", false, "this version of Swagger");
}

/* Nodes of the wrong kind everywhere: nothing crashes, the rest loads. */
static void survives_absurd_documents(void **state)
{
	static const char *const texts[] = {
		"openapi: 3.0.0\npaths: []\n",
		"openapi: 3.0.0\npaths: 7\n",
		"openapi: 3.0.0\npaths: {/x: 7, y: {get: 7}, /z: {get: []}, '': {get: {}}}\n",
		"openapi: 3.0.0\npaths: {/x: {parameters: 7, get: {parameters: [7, {}, {name: a}, {in: b}], "
		"responses: [], requestBody: 7, security: 7}}}\n",
		"openapi: 3.0.0\nsecurity: {a: b}\nservers: {a: b}\ncomponents: []\npaths: {/x: {get: {}}}\n",
		"openapi: 3.0.0\nservers: [7, {}, {url: []}, {url: '://'}, {url: '{'}, {url: '}{'}]\n"
		"paths: {/x: {get: {}}}\n",
		"openapi: 3.0.0\npaths: {/x: {get: {responses: {2: {}, 99X: {}, 200: 7, 201: {content: 7, "
		"headers: 7}, "
		"x-a: 1}}}}\n",
		"openapi: 3.0.0\nsecurity: [7, {a: 7}, []]\ncomponents: {securitySchemes: {a: 7}}\n"
		"paths: {/x: {get: {}}}\n",
		"[]\n",
		"7\n",
		"",
		"partner: x\nopenapi: 3.0.0\n",
		"partner: {}\nidentify: []\napis: 7\naccess: 7\nlimits: {}\ntokens: []\n",
		"partner: x\napis: [7, [], {spec: []}, {}]\nidentify: {networks: {a: b}, hosts: [[]]}\n",
		"tiers: []\n",
		"tiers: {a: 7, b: {limits: [7]}}\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct contract *contract = NULL;
		struct folder folder = {0};
		struct problems problems;

		folder_add(&folder, strncmp(texts[i], "tiers", 5) == 0 ? "tiers.yaml" : "a.yaml", texts[i]);
		problems_init(&problems);
		assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
		contract_free(contract);
		problems_finish(&problems);
	}
}

/* Sixteen variables of a thousand values each are not multiplied out. */
static void bounds_server_variables(void **state)
{
	size_t size = 400000, len = 0;
	char *text = malloc(size);
	struct contract *contract;

	(void)state;
	assert_non_null(text);
	len += (size_t)snprintf(text, size, "openapi: 3.0.0\nservers:\n  - url: 'https://h/");
	for (int i = 0; i < 16; i++)
		len += (size_t)snprintf(text + len, size - len, "{v%d}", i);
	len += (size_t)snprintf(text + len, size - len, "'\n    variables:\n");
	for (int i = 0; i < 16; i++) {
		len += (size_t)snprintf(text + len, size - len, "      v%d: {enum: [a", i);
		for (int j = 0; j < 1000; j++)
			len += (size_t)snprintf(text + len, size - len, ",a");
		len += (size_t)snprintf(text + len, size - len, "]}\n");
	}
	snprintf(text + len, size - len, "paths: {/x: {get: {}}}\n");
	contract = contract_of_text(text);
	assert_int_equal(contract_api_count(contract), 1);
	contract_free(contract);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_stay_in_the_folder),
		cmocka_unit_test(follows_references_across_files),
		cmocka_unit_test(names_inside_a_document_are_found),
		cmocka_unit_test(survives_references_that_lead_nowhere),
		cmocka_unit_test(reads_security),
		cmocka_unit_test(a_token_url_is_a_token_endpoint),
		cmocka_unit_test(a_token_endpoint_moves_with_its_api),
		cmocka_unit_test(reads_versions),
		cmocka_unit_test(calls_what_it_checks),
		cmocka_unit_test(survives_absurd_documents),
		cmocka_unit_test(bounds_server_variables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
