#include "parsers/credential.h"
#include "specs/security_match.h"
#include "tests/unit/specs/contract_fixture.h"

static const char shop[] =
	"openapi: 3.0.3\n"
	"info: {title: Shop, version: '1'}\n"
	"security: [{bearer: []}]\n"
	"paths:\n"
	"  /orders/{id}:\n"
	"    parameters:\n"
	"      - {name: id, in: path, required: true, schema: {type: integer}}\n"
	"      - {name: limit, in: query, schema: {type: string}}\n"
	"    get:\n"
	"      operationId: getOrder\n"
	"      x-specular-sensitive: [iban]\n"
	"      parameters:\n"
	"        - {name: limit, in: query, schema: {type: integer, maximum: 100}}\n"
	"        - {name: tags, in: query, schema: {type: array, items: {type: string, maxLength: 3}}}\n"
	"        - {name: ids, in: query, explode: false, schema: {type: array, items: {type: integer}}}\n"
	"        - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {n: "
	"{type: "
	"integer}}}}\n"
	"        - {name: X-Trace, in: header, required: true, schema: {type: string, pattern: "
	"'^[a-f0-9]+$'}}\n"
	"        - {name: Authorization, in: header, required: true, schema: {type: integer}}\n"
	"        - {name: session, in: cookie, schema: {type: integer}}\n"
	"        - {name: json, in: query, content: {application/json: {schema: {type: object, required: "
	"[a]}}}}\n"
	"      security: [{bearer: []}, {key: []}]\n"
	"      responses:\n"
	"        '200':\n"
	"          description: ok\n"
	"          headers: {X-Rate: {required: true, schema: {type: integer}}}\n"
	"          content:\n"
	"            application/json: {schema: {$ref: '#/components/schemas/Order'}}\n"
	"            application/json;version=2: {schema: {type: array}}\n"
	"            text/*: {}\n"
	"        '204': {description: none}\n"
	"        4XX: {description: no, content: {application/problem+json: {schema: {type: object}}}}\n"
	"  /orders:\n"
	"    post:\n"
	"      operationId: createOrder\n"
	"      requestBody:\n"
	"        required: true\n"
	"        content:\n"
	"          application/json: {schema: {$ref: '#/components/schemas/Order'}}\n"
	"          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Form'}}\n"
	"      responses: {default: {description: any}}\n"
	"  /ping: {get: {security: [], responses: {'200': {description: ok}}}}\n"
	"  /open: {get: {security: [{}, {bearer: []}], responses: {'200': {description: ok}}}}\n"
	"  /both: {get: {security: [{key: [], basic: []}], responses: {'200': {description: ok}}}}\n"
	"  /token: {post: {requestBody: {content: {application/x-www-form-urlencoded: {}}},\n"
	"    responses: {'200': {description: ok, content: {application/json: {}}}}}}\n"
	"components:\n"
	"  securitySchemes:\n"
	"    bearer: {type: http, scheme: Bearer}\n"
	"    basic: {type: http, scheme: basic}\n"
	"    key: {type: apiKey, in: header, name: X-Key}\n"
	"    oauth: {type: oauth2, flows: {clientCredentials: {tokenUrl: 'https://idp.example.com/token', "
	"scopes: "
	"{}}}}\n"
	"  schemas:\n"
	"    Order:\n"
	"      type: object\n"
	"      required: [id]\n"
	"      additionalProperties: false\n"
	"      properties:\n"
	"        id: {type: integer}\n"
	"        mail: {type: string, format: email}\n"
	"        password: {type: string, writeOnly: true}\n"
	"        lines: {type: array, items: {type: object, properties: {card: {type: string, "
	"x-specular-sensitive: pan}, shown: {type: string, x-specular-masked: pan}}}}\n"
	"    Form:\n"
	"      type: object\n"
	"      required: [n]\n"
	"      properties: {n: {type: integer}, list: {type: array, items: {type: integer}}, b: {type: "
	"boolean}}\n";

static struct contract *contract;

static int open_shop(void **state)
{
	(void)state;
	contract = contract_of_text(shop);
	return 0;
}

static int close_shop(void **state)
{
	(void)state;
	contract_free(contract);
	return 0;
}

static void expect_departures(struct exchange *exchange, const char *expected)
{
	struct judged judged;

	judge(contract, exchange, &judged);
	assert_string_equal(departures_text(&judged), expected);
	exchange_free(exchange);
}

static struct exchange *get(const char *rest)
{
	struct exchange *exchange = request_of("GET", "http://h/orders/");
	struct bytes target = arena_printf(&exchange->arena, "/orders/%s", rest);

	exchange->path = bytes_split(&target, '?');
	exchange->query = target;
	exchange->has_query = target.data != NULL;
	message_field(exchange, &exchange->request, "x-trace", "abc1");
	return exchange;
}

/* HTTP/2 joined midway: a field that is not there may be one of those that are unknown. */
static void says_nothing_of_unknown_fields(void **state)
{
	struct exchange *exchange;
	struct match match;

	(void)state;
	exchange = request_of("GET", "http://h/orders/7");
	response_of(exchange, 200, "text/plain", "x");
	expect_departures(exchange, "request.header.required:x-trace response.header.required:x-rate");
	exchange = request_of("GET", "http://h/orders/x7");
	response_of(exchange, 200, NULL, "x");
	exchange->request.has_unknown_fields = exchange->response.has_unknown_fields = true;
	expect_departures(exchange, "request.path.type:id");
	exchange = request_of("GET", "http://h/nowhere");
	exchange->request.has_unknown_fields = true;
	contract_operation(contract, NULL, exchange, &match);
	assert_int_equal(match.kind, MATCH_UNKNOWABLE);
	exchange_free(exchange);
	exchange = request_of("GET", "http://h/orders/7");
	exchange->request.has_unknown_fields = true;
	exchange->host = BYTES_NONE;
	contract_operation(contract, NULL, exchange, &match);
	assert_int_equal(match.kind, MATCH_UNKNOWABLE);
	exchange_free(exchange);
}

static void checks_parameters(void **state)
{
	struct exchange *exchange;

	(void)state;
	expect_departures(get("7"), "");
	expect_departures(get("7?limit=5&tags=a&tags=b&ids=1,2,3&filter[n]=4&json=%7B%22a%22%3A1%7D"), "");
	expect_departures(get("x7"), "request.path.type:id");
	expect_departures(get("7?limit=500"), "request.query.range:limit");
	expect_departures(get("7?limit=abc"), "request.query.type:limit");
	expect_departures(get("7?limit="), "request.query.type:limit");
	expect_departures(get("7?limit=1&limit=2"), "request.query.style:limit");
	expect_departures(get("7?tags=a&tags=long"), "request.query.length:tags");
	expect_departures(get("7?tags=a%2Cb"), "");
	expect_departures(get("7?tags[]=a&tags[]=b"), "");
	expect_departures(get("7?ids=1,x"), "request.query.type:ids");
	expect_departures(get("7?filter[n]=x"), "request.query.type:filter");
	expect_departures(get("7?filter[n][m]=x"), "");
	expect_departures(get("7?json=%7B%7D"), "request.query.required:json");
	expect_departures(get("7?json=%7B"), "request.query.malformed:json");
	expect_departures(get("7?limit=%ff"), "request.query.encoding:limit");
	expect_departures(get("7?debug=1&debug=2&X-Key=k"), "request.query.undeclared:debug");
	exchange = get("7");
	exchange->request.header_count = 0;
	expect_departures(exchange, "request.header.required:x-trace");
	exchange = get("7");
	exchange->request.headers[0].value = BYTES("XYZ");
	expect_departures(exchange, "request.header.pattern:x-trace");
	exchange = get("7");
	message_field(exchange, &exchange->request, "cookie", "a=b; session=x; c");
	expect_departures(exchange, "request.cookie.type:session");
}

static struct exchange *post(const char *type, const char *body)
{
	struct exchange *exchange = request_of("POST", "http://h/orders");

	message_body(exchange, &exchange->request, type, body);
	return exchange;
}

static void checks_request_bodies(void **state)
{
	struct exchange *exchange;

	(void)state;
	expect_departures(post("application/json; charset=utf-8", "{\"id\": 1}"), "");
	expect_departures(post("Application/JSON", "{\"id\": \"1\"}"), "request.body.type");
	expect_departures(post("application/json", "{\"id\": 1, \"x\": 2}"), "request.body.additional");
	expect_departures(post("application/json", "{\"id\": }"), "request.body.malformed");
	expect_departures(post("application/json", NULL), "request.body.missing");
	expect_departures(post("application/vnd.x+json", "{\"id\": 1}"),
			  "request.body.undeclared_type:application/vnd.x+json");
	expect_departures(post(NULL, "{\"id\": 1, \"x\": 2}"),
			  "request.body.undeclared_type request.body.additional");
	expect_departures(post("application/x-www-form-urlencoded", "n=1&list=1&list=2&b=true"), "");
	expect_departures(post("application/x-www-form-urlencoded", "n=x"), "request.body.type");
	expect_departures(post("application/x-www-form-urlencoded", "list=1"), "request.body.required");
	exchange = request_of("GET", "http://h/ping");
	message_body(exchange, &exchange->request, "text/plain", "hello");
	expect_departures(exchange, "request.body.unexpected");
	/* what the mirror did not show is not judged */
	exchange = post("application/json", "{\"id\": ");
	exchange->request.body.state = BODY_HOLED;
	exchange->request.is_complete = false;
	expect_departures(exchange, "");
	exchange = post("application/json", "\x1f\x8b");
	exchange->request.body.coding = CODING_BROKEN;
	expect_departures(exchange, "");
	exchange = post("application/json", NULL);
	exchange->request.is_complete = false;
	expect_departures(exchange, "");
}

static struct exchange *answer(unsigned status, const char *type, const char *body)
{
	struct exchange *exchange = get("7");

	response_of(exchange, status, type, body);
	message_field(exchange, &exchange->response, "x-rate", "5");
	return exchange;
}

static void checks_responses(void **state)
{
	struct exchange *exchange;

	(void)state;
	expect_departures(answer(200, "application/json", "{\"id\": 1}"), "");
	expect_departures(answer(200, "application/json", "{\"id\": 1, \"password\": \"x\"}"),
			  "response.body.write_only");
	expect_departures(answer(200, "application/json", NULL), "response.body.missing");
	expect_departures(answer(200, "application/json;version=2", "[]"), "");
	expect_departures(answer(200, "application/json;version=2", "{}"), "response.body.type");
	expect_departures(answer(200, "text/html", "<p>"), "");
	expect_departures(answer(200, "image/png", "x"), "response.body.undeclared_type:image/png");
	expect_departures(answer(500, NULL, NULL), "response.status.undeclared:500");
	expect_departures(answer(404, "application/problem+json", "[]"), "response.body.type");
	expect_departures(answer(204, NULL, NULL), "");
	expect_departures(answer(204, NULL, "x"), "response.body.unexpected");
	expect_departures(answer(304, NULL, NULL), "");
	exchange = answer(200, "application/json", "{\"id\": 1}");
	exchange->response.header_count--;
	expect_departures(exchange, "response.header.required:x-rate");
	exchange = answer(200, "application/json", "{\"id\": 1}");
	exchange->response.headers[1].value = BYTES("many");
	expect_departures(exchange, "response.header.type:x-rate");
	exchange = answer(200, "application/json", "{\"id\": 1}");
	exchange->response.is_seen = false;
	exchange->response.header_count = 0;
	expect_departures(exchange, "");
}

static void never_repeats_what_was_sent(void **state)
{
	struct exchange *exchange = get("Secret-4711?limit=Secret-4711&debug=Secret-4711&ids=Secret-4711");
	struct judged judged;

	(void)state;
	exchange->request.headers[0].value = BYTES("Secret-4711");
	judge(contract, exchange, &judged);
	assert_int_equal(judged.departures.count, 5);
	for (size_t i = 0; i < judged.departures.count; i++) {
		assert_true(judged.list[i].observed.len > 0);
		assert_true(bytes_find(judged.list[i].observed, BYTES("ecret")) == BYTES_NOT_FOUND);
		assert_true(bytes_find(judged.list[i].observed, BYTES("4711")) == BYTES_NOT_FOUND);
		assert_true(bytes_find(judged.list[i].expected, BYTES("ecret")) == BYTES_NOT_FOUND);
	}
	exchange_free(exchange);
}

static void bounds_its_work(void **state)
{
	size_t count = 20000;
	char *query = malloc(count * 8 + 9);
	struct exchange *exchange = get("7");
	struct judged judged;
	size_t len = 0;

	(void)state;
	assert_non_null(query);
	for (size_t i = 0; i < count; i++)
		len += (size_t)snprintf(query + len, 9, "q%05zu&", i);
	exchange->query = (struct bytes){.data = query, .len = len};
	judge(contract, exchange, &judged);
	assert_int_equal(judged.departures.count, LIMIT_DEPARTURES);
	for (size_t i = 0; i < len; i++)
		query[i] = ',';
	memcpy(query, "ids=", 4);
	judge(contract, exchange, &judged);
	assert_true(judged.departures.count <= LIMIT_DEPARTURES);
	exchange_free(exchange);
	free(query);
}

/* -- data classes -------------------------------------------------------------------- */

static void allows_declared_classes(void **state)
{
	struct exchange *exchange = answer(200, "application/json", "{\"id\": 1}");
	struct exchange *token = request_of("POST", "http://h/token");
	struct match match;

	(void)state;
#define ALLOWS(e, side, part, name, pointer, class)                                                          \
	conform_allows_class(&match, e, side, part, BYTES(name), BYTES(pointer), BYTES(class))
	contract_operation(contract, NULL, exchange, &match);
	assert_true(ALLOWS(exchange, SIDE_RESPONSE, PART_BODY, "", "/mail", "email"));
	assert_false(ALLOWS(exchange, SIDE_RESPONSE, PART_BODY, "", "/id", "email"));
	assert_false(ALLOWS(exchange, SIDE_RESPONSE, PART_BODY, "", "/mail", "pan"));
	assert_true(ALLOWS(exchange, SIDE_RESPONSE, PART_BODY, "", "/lines/0/card", "pan"));
	assert_true(ALLOWS(exchange, SIDE_RESPONSE, PART_BODY, "", "/lines/12/card", "pan"));
	assert_false(ALLOWS(exchange, SIDE_RESPONSE, PART_BODY, "", "/lines/0/other", "pan"));
	assert_true(ALLOWS(exchange, SIDE_REQUEST, PART_QUERY, "q", "", "iban"));
	assert_true(ALLOWS(exchange, SIDE_REQUEST, PART_HEADER, "Authorization", "", "jwt"));
	assert_false(ALLOWS(exchange, SIDE_RESPONSE, PART_HEADER, "Authorization", "", "jwt"));
	assert_false(ALLOWS(exchange, SIDE_RESPONSE, PART_BODY, "", "/token", "jwt"));
#define WANTS_MASKED(e, side, part, name, pointer, class)                                                    \
	conform_wants_masked(&match, e, side, part, BYTES(name), BYTES(pointer), BYTES(class))
	assert_false(match.api->spec->masks_nothing);
	assert_true(WANTS_MASKED(exchange, SIDE_RESPONSE, PART_BODY, "", "/lines/0/shown", "pan"));
	assert_false(WANTS_MASKED(exchange, SIDE_RESPONSE, PART_BODY, "", "/lines/0/shown", "iban"));
	assert_false(WANTS_MASKED(exchange, SIDE_RESPONSE, PART_BODY, "", "/lines/0/card", "pan"));
	response_of(token, 200, "application/json", "{}");
	contract_operation(contract, NULL, token, &match);
	assert_true(match.operation->is_token_endpoint);
	assert_true(ALLOWS(token, SIDE_RESPONSE, PART_BODY, "", "/access_token", "jwt"));
	assert_false(ALLOWS(token, SIDE_RESPONSE, PART_BODY, "", "/mail", "email"));
	exchange_free(exchange);
	exchange_free(token);
}

/* -- security ------------------------------------------------------------------------- */

static enum security_outcome outcome_of(const char *url, const char *name, const char *value,
					const char *expected, const char *used)
{
	struct exchange *exchange = request_of("GET", url);
	struct credentials credentials = {0};
	struct security_verdict verdict;
	struct match match;

	if (name != NULL)
		message_field(exchange, &exchange->request, name, value);
	credential_find(exchange, &credentials);
	contract_operation(contract, NULL, exchange, &match);
	assert_int_equal(match.kind, MATCH_OPERATION);
	security_match(match.operation, exchange, &credentials, &verdict);
	assert_true(bytes_equal(verdict.expected, bytes_of(expected)));
	assert_true(bytes_equal(verdict.used, bytes_of(used)));
	exchange_free(exchange);
	return verdict.outcome;
}

static void compares_credentials_with_security(void **state)
{
	const char *either = "bearer or apiKey in header x-key", *order = "http://h/orders/7";
	const char *basic = "Basic YTpi";

	(void)state;
	assert_int_equal(outcome_of(order, "authorization", "Bearer x", "", ""), SECURITY_SATISFIED);
	assert_int_equal(outcome_of(order, "x-key", "k", "", ""), SECURITY_SATISFIED);
	assert_int_equal(outcome_of(order, NULL, NULL, either, ""), SECURITY_MISSING);
	assert_int_equal(outcome_of(order, "x-key", "", either, ""), SECURITY_MISSING);
	assert_int_equal(outcome_of(order, "authorization", basic, either, "basic"), SECURITY_OTHER_SCHEME);
	assert_int_equal(outcome_of("http://h/orders/7?X-Key=k", NULL, NULL, either, "apiKey in query x-key"),
			 SECURITY_WRONG_PLACE);
	assert_int_equal(outcome_of("http://h/ping", NULL, NULL, "", ""), SECURITY_PUBLIC);
	assert_int_equal(outcome_of("http://h/open", NULL, NULL, "", ""), SECURITY_PUBLIC);
	assert_int_equal(outcome_of("http://h/both", "authorization", basic,
				    "apiKey in header x-key and basic", "basic"),
			 SECURITY_MISSING);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checks_parameters),
		cmocka_unit_test(says_nothing_of_unknown_fields),
		cmocka_unit_test(checks_request_bodies),
		cmocka_unit_test(checks_responses),
		cmocka_unit_test(never_repeats_what_was_sent),
		cmocka_unit_test(bounds_its_work),
		cmocka_unit_test(allows_declared_classes),
		cmocka_unit_test(compares_credentials_with_security),
	};

	return cmocka_run_group_tests(tests, open_shop, close_shop);
}
