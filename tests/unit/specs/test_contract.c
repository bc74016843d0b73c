#include <time.h>

#include "specs/digest.h"
#include "tests/unit/specs/contract_fixture.h"

#define ORDERS                                                                                               \
	"openapi: 3.0.3\n"                                                                                   \
	"info: {title: Orders, version: 1.2.0}\n"                                                            \
	"x-owner: team-orders\n"                                                                             \
	"servers: [{url: 'https://api.example.com/orders/v1'}]\n"                                            \
	"paths:\n"                                                                                           \
	"  /orders: {get: {operationId: listOrders}, post: {operationId: createOrder}}\n"                    \
	"  /orders/{id}: {get: {operationId: getOrder}, delete: {operationId: deleteOrder}}\n"

#define RATES                                                                                                \
	"openapi: 3.1.0\n"                                                                                   \
	"info: {title: Rates, version: '1'}\n"                                                               \
	"paths: {/rates: {get: {responses: {'200': {description: ok}}}}}\n"

static struct match matched(const struct contract *contract, const struct partner *partner,
			    const char *method, const char *url)
{
	struct exchange *exchange = request_of(method, url);
	struct match match;

	contract_operation(contract, partner, exchange, &match);
	/* What lives in the exchange goes with it; the tests look at kinds and frozen texts only. */
	match.values = NULL;
	match.allowed = BYTES_NONE;
	if (match.kind != MATCH_OPERATION && match.kind != MATCH_NO_METHOD)
		match.template = BYTES_NONE;
	exchange_free(exchange);
	return match;
}

static void expect_operation(const struct match *match, const char *id)
{
	assert_int_equal(match->kind, MATCH_OPERATION);
	assert_true(bytes_equal(match->operation->id, bytes_of(id)));
}

static void keeps_each_partners_apis_apart(void **state)
{
	struct folder folder = {0};
	struct contract *contract;
	const struct partner *acme, *beta;
	struct match match;

	(void)state;
	folder_add(&folder, "acme.yaml",
		   "partner: acme\napis:\n  - spec: orders.yaml\n    operations: ['get*', 'list*']\n");
	folder_add(&folder, "beta.yaml",
		   "partner: beta\nowner: us\napis: [{spec: orders.yaml, sensitive: [email]}]\n");
	folder_add(&folder, "orders.yaml", ORDERS);
	folder_add(&folder, "rates.yaml", RATES);
	contract = contract_of(&folder);
	assert_int_equal(contract_partner_count(contract), 2);
	assert_int_equal(contract_api_count(contract), 3);
	assert_false(contract_is_empty(contract));
	acme = contract_partner_at(contract, 0);
	beta = contract_partner_at(contract, 1);
	assert_true(bytes_equal(acme->id, BYTES("acme")));

	match = matched(contract, acme, "GET", "http://api.example.com/orders/v1/orders/7");
	expect_operation(&match, "getOrder");
	assert_ptr_equal(match.api->partner, acme);
	assert_true(bytes_equal(match.base_path, BYTES("/orders/v1")));
	assert_true(bytes_equal(match.api->id, BYTES("orders")));
	assert_int_equal(strlen(match.api->spec->sha256), 64);
	assert_true(bytes_equal(match.api->spec->owner, BYTES("team-orders")));

	match = matched(contract, acme, "DELETE", "http://api.example.com/orders/v1/orders/7");
	assert_int_equal(match.kind, MATCH_NO_METHOD);
	assert_ptr_equal(match.other, beta);
	match = matched(contract, beta, "DELETE", "http://api.example.com/orders/v1/orders/7");
	expect_operation(&match, "deleteOrder");
	assert_null(match.other);
	assert_int_equal(match.api->sensitive_count, 1);
	assert_true(match.api->spec->masks_nothing);

	match = matched(contract, NULL, "DELETE", "http://api.example.com/orders/v1/orders/7");
	expect_operation(&match, "deleteOrder");
	assert_ptr_equal(match.api->partner, beta);
	match = matched(contract, acme, "GET", "http://anything.example.net/rates");
	expect_operation(&match, "GET /rates");
	assert_null(match.api->partner);
	contract_free(contract);
}

static void tells_host_base_path_and_method(void **state)
{
	struct contract *contract = contract_of_text(ORDERS);
	struct exchange *exchange;
	struct match match;

	(void)state;
	assert_int_equal(matched(contract, NULL, "GET", "http://other.example.com/orders/v1/orders").kind,
			 MATCH_NO_HOST);
	assert_int_equal(matched(contract, NULL, "GET", "http://api.example.com/orders/v10/orders").kind,
			 MATCH_NO_BASE);
	assert_int_equal(matched(contract, NULL, "GET", "http://api.example.com/orders/v1/users").kind,
			 MATCH_NO_PATH);
	assert_int_equal(matched(contract, NULL, "PUT", "http://api.example.com/orders/v1/orders").kind,
			 MATCH_NO_METHOD);
	assert_int_equal(matched(contract, NULL, "HEAD", "http://api.example.com/orders/v1/orders").kind,
			 MATCH_OPERATION);

	exchange = request_of("PUT", "http://api.example.com/orders/v1/orders/17");
	contract_operation(contract, NULL, exchange, &match);
	assert_true(bytes_equal(match.allowed, BYTES("GET, DELETE")));
	assert_true(bytes_equal(match.template, BYTES("/orders/{id}")));
	exchange_free(exchange);

	exchange = request_of("GET", "http://api.example.com/orders/v1/users/17");
	contract_operation(contract, NULL, exchange, &match);
	assert_true(bytes_equal(match.template, BYTES("/orders/v1/users/{int}")));
	assert_non_null(match.api);
	exchange->request.is_seen = false;
	contract_operation(contract, NULL, exchange, &match);
	assert_int_equal(match.kind, MATCH_UNKNOWABLE);
	exchange_free(exchange);

	exchange = request_of("OPTIONS", "http://api.example.com/orders/v1/orders/17");
	message_field(exchange, &exchange->request, "origin", "https://shop.example");
	message_field(exchange, &exchange->request, "access-control-request-method", "GET");
	contract_operation(contract, NULL, exchange, &match);
	assert_int_equal(match.kind, MATCH_PREFLIGHT);
	exchange_free(exchange);
	contract_free(contract);
}

static void reads_servers_with_variables(void **state)
{
	struct contract *contract = contract_of_text(
		"openapi: 3.0.0\ninfo: {title: t, version: '1'}\nservers:\n"
		"  - {url: 'https://{tenant}.example.com:8443/v1/', variables: {tenant: {default: demo}}}\n"
		"  - {url: 'https://{region}.example.net/{v}', variables: {region: {enum: [eu, us], default: "
		"eu},"
		" v: {enum: [v1, v2], default: v1}}}\n"
		"  - {url: '{apiRoot}/nudm/v2'}\n  - {url: ./rel}\n"
		"paths: {/x: {get: {operationId: x}}, /y: {get: {operationId: y}, servers: [{url: "
		"'https://path.example.org/p'}]}}\n");

	(void)state;
	assert_int_equal(matched(contract, NULL, "GET", "http://acme.example.com/v1/x").kind,
			 MATCH_OPERATION);
	assert_int_equal(matched(contract, NULL, "GET", "http://us.example.net/v2/x").kind, MATCH_OPERATION);
	assert_int_equal(matched(contract, NULL, "GET", "http://ap.example.net/v2/x").kind, MATCH_NO_BASE);
	assert_int_equal(matched(contract, NULL, "GET", "http://us.example.net/v3/x").kind, MATCH_NO_BASE);
	assert_int_equal(matched(contract, NULL, "GET", "http://any.host/nudm/v2/x").kind, MATCH_OPERATION);
	assert_int_equal(matched(contract, NULL, "GET", "http://any.host/rel/x").kind, MATCH_OPERATION);
	assert_int_equal(matched(contract, NULL, "GET", "http://path.example.org/p/y").kind, MATCH_OPERATION);
	/* the servers of a path take the place of the others */
	assert_int_equal(matched(contract, NULL, "GET", "http://any.host/rel/y").kind, MATCH_NO_PATH);
	assert_int_equal(matched(contract, NULL, "GET", "http://any.host/x").kind, MATCH_NO_BASE);
	contract_free(contract);
}

static void prefers_the_longest_base_path_and_the_specific_spec(void **state)
{
	struct folder folder = {0};
	struct contract *contract;
	struct match match;

	(void)state;
	folder_add(&folder, "a.yaml", "openapi: 3.0.0\npaths: {'/orders/{id}': {get: {operationId: a}}}\n");
	folder_add(&folder, "b.yaml", "openapi: 3.0.0\npaths: {/orders/search: {get: {operationId: b}}}\n");
	folder_add(&folder, "c.yaml",
		   "openapi: 3.0.0\nservers: [{url: /orders}]\npaths: {/search: {get: {operationId: c}},"
		   " /: {get: {operationId: root}}}\n");
	contract = contract_of(&folder);
	match = matched(contract, NULL, "GET", "http://h/orders/search");
	expect_operation(&match, "c");
	match = matched(contract, NULL, "GET", "http://h/orders/7");
	expect_operation(&match, "a");
	match = matched(contract, NULL, "GET", "http://h/orders");
	expect_operation(&match, "root");
	contract_free(contract);
}

static void respects_what_the_partner_file_says(void **state)
{
	struct folder folder = {0};
	struct contract *contract;
	const struct partner *acme;
	struct exchange *exchange;
	struct match match;

	(void)state;
	folder_add(&folder, "keys/k.json", "{\"keys\": []}");
	folder_add(&folder, "p/acme.yaml",
		   "partner: acme\nname: Acme\ntier: gold\ntimezone: Europe/Berlin\noffboarded: 2026-12-31\n"
		   "apis:\n  - spec: ../specs/orders.json\n    hosts: [Gateway.Example.com]\n    base_path: "
		   "/o/\n"
		   "    effective: {from: 2026-01-01, until: 2026-06-30}\n"
		   "access: {networks: [203.0.113.0/24], countries: [DE]}\n"
		   "tokens: {issuers: [https://ias], jwks: ../keys/k.json, lifetime_max: 1h}\nmode: observe\n"
		   "slo: {availability: 0.999}\n"
		   "suppress: [{id: 'auth.*', operation: x, until: 2026-12-30, owner: o}]\n");
	folder_add(&folder, "specs/orders.json",
		   "{\"openapi\": 3.0, \"paths\": {\"/x\": {\"get\": {\"operationId\": \"x\"}}}}");
	folder_add(&folder, "tiers.yaml",
		   "tiers:\n  gold: {limits: [{requests: 1000, per: 1h, window: calendar}], operations: "
		   "['get*']}\n");
	contract = contract_of(&folder);
	acme = contract_partner_at(contract, 0);
	assert_int_equal(acme->limit_count, 1);
	assert_int_equal(acme->limits[0].requests, 1000);
	assert_int_equal(acme->limits[0].per_ns, 3600 * SECONDS);
	assert_int_equal(acme->limits[0].window, WINDOW_CALENDAR);
	assert_int_equal(acme->tokens.lifetime_max_ns, 3600 * SECONDS);
	assert_non_null(acme->tokens.keys);
	assert_int_equal(jwks_count(acme->tokens.keys), 0);
	assert_int_equal(acme->mode, MODE_OBSERVE);
	assert_true(acme->slo.availability > 0.998 && acme->slo.availability < 1);
	assert_int_equal(acme->suppression_count, 1);
	assert_true(bytes_equal(acme->suppressions[0].id, BYTES("auth.*")));
	assert_int_equal(acme->suppressions[0].until_ns, 1798675200ull * SECONDS);
	assert_int_equal(acme->offboarded_ns, 1798675200ull * SECONDS);
	match = matched(contract, acme, "GET", "http://gateway.example.com/o/x");
	expect_operation(&match, "x");
	assert_false(partner_tier_allows(acme, match.operation));
	exchange = request_of("GET", "http://gateway.example.com/o/x");
	exchange->time_ns = 1782863999ull * SECONDS; /* 2026-06-30 23:59:59 */
	contract_operation(contract, acme, exchange, &match);
	assert_int_equal(match.kind, MATCH_OPERATION);
	exchange->time_ns += SECONDS;
	contract_operation(contract, acme, exchange, &match);
	assert_int_not_equal(match.kind, MATCH_OPERATION);
	exchange_free(exchange);
	contract_free(contract);
}

/* Two versions of one API follow each other at midnight: each call is judged by the one in effect. */
static void takes_the_version_in_effect(void **state)
{
	struct folder folder = {0};
	struct contract *contract;
	struct exchange *exchange = request_of("GET", "http://api.example.com/orders/v1/orders");
	struct match match;
	char digest[DIGEST_TEXT_LEN + 1];

	(void)state;
	folder_add(&folder, "acme.yaml",
		   "partner: acme\napis:\n"
		   "  - {spec: new.yaml, effective: {from: 2026-07-01}}\n"
		   "  - {spec: old.yaml, effective: {from: 2026-01-01, until: 2026-06-30}}\n");
	folder_add(&folder, "new.yaml", ORDERS "x-new: true\n");
	folder_add(&folder, "old.yaml", ORDERS);
	contract = contract_of(&folder);
	for (int is_new = 0; is_new < 2; is_new++) {
		exchange->time_ns = (1782863999ull + (uint64_t)is_new) * SECONDS; /* 2026-06-30 23:59:59 */
		contract_operation(contract, contract_partner_at(contract, 0), exchange, &match);
		assert_int_equal(match.kind, MATCH_OPERATION);
		assert_true(bytes_equal(match.api->id, is_new ? BYTES("new") : BYTES("old")));
		assert_true(digest_sha256(bytes_of(is_new ? ORDERS "x-new: true\n" : ORDERS), digest));
		assert_string_equal(match.api->spec->sha256, digest);
	}
	exchange->time_ns = 1767225599ull * SECONDS; /* 2025-12-31 23:59:59 */
	contract_operation(contract, contract_partner_at(contract, 0), exchange, &match);
	assert_int_not_equal(match.kind, MATCH_OPERATION);
	exchange_free(exchange);
	contract_free(contract);
}

/* One spec, three partners: what its formats mean is agreed with each. */
static void formats_are_agreed_with_each_partner(void **state)
{
	static const struct {
		const char *url;
		size_t departure_count;
	} calls[] = {{"http://a.example.com/x?d=no", 0}, /* 3.1: annotations */
		     {"http://b.example.com/x?d=no", 1},
		     {"http://c.example.com/x?d=no", 0}};
	struct folder folder = {0};
	struct contract *contract;

	(void)state;
	folder_add(&folder, "a.yaml", "partner: a\napis: [{spec: s.yaml, hosts: [a.example.com]}]\n");
	folder_add(&folder, "b.yaml",
		   "partner: b\napis: [{spec: s.yaml, hosts: [b.example.com], formats: assert}]\n");
	folder_add(&folder, "c.yaml",
		   "partner: c\napis: [{spec: s.yaml, hosts: [c.example.com], formats: annotate}]\n");
	folder_add(&folder, "s.yaml",
		   "openapi: 3.1.0\npaths: {/x: {get: {parameters: [{name: d, in: query, schema: "
		   "{type: string, format: date}}]}}}\n");
	contract = contract_of(&folder);
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		struct exchange *exchange = request_of("GET", calls[i].url);
		struct judged judged;

		judge(contract, exchange, &judged);
		assert_int_equal(judged.departures.count, calls[i].departure_count);
		exchange_free(exchange);
	}
	assert_string_equal(contract_api_at(contract, 0)->spec->sha256,
			    contract_api_at(contract, 1)->spec->sha256);
	contract_free(contract);
}

/* -- who calls ---------------------------------------------------------------------- */

static const struct partner *caller(const struct contract *contract, const char *url,
				    const struct credential *credential, const char *client)
{
	struct exchange *exchange = request_of("GET", url);
	struct credentials credentials = {0};
	const struct partner *partner;

	if (credential != NULL)
		credentials.list[credentials.count++] = *credential;
	if (client != NULL)
		assert_true(address_read(bytes_of(client), &exchange->client.address));
	partner = contract_partner(contract, exchange, &credentials);
	exchange_free(exchange);
	return partner;
}

static void expect_caller(const struct partner *partner, const char *id)
{
	assert_non_null(partner);
	assert_true(bytes_equal(partner->id, bytes_of(id)));
}

static void identifies_partners_in_the_order_that_is_written(void **state)
{
	struct credential key = {.kind = CREDENTIAL_KEY, .value = BYTES("test")};
	struct credential token = {.kind = CREDENTIAL_BEARER, .value = BYTES("x.y.z"), .has_jwt = true};
	struct credential basic = {.kind = CREDENTIAL_BASIC, .value = BYTES("x"), .user = BYTES("user-e")};
	const char *any = "http://nowhere.example/";
	struct folder folder = {0};
	struct contract *contract;
	struct exchange *exchange;
	struct credentials none = {0};

	(void)state;
	folder_add(&folder, "a.yaml",
		   "partner: a\nidentify: {api_keys: ['sha256:"
		   "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08']}\n");
	folder_add(&folder, "b.yaml", "partner: b\nidentify: {client_ids: [client-b]}\n");
	folder_add(&folder, "c.yaml", "partner: c\nidentify: {path_prefixes: [/partners/c]}\n");
	folder_add(&folder, "d.yaml", "partner: d\nidentify: {hosts: [d.example.com, '*.d.example.net']}\n");
	folder_add(&folder, "e.yaml",
		   "partner: e\nidentify: {users: [user-e], networks: [10.0.0.0/8, 2001:db8::/32]}\n");
	folder_add(&folder, "f.yaml", "partner: f\nidentify: {networks: [10.1.0.0/16]}\n");
	folder_add(&folder, "g.yaml",
		   "openapi: 3.0.0\nsecurity: [{k: []}]\npaths: {/x: {get: {}}}\n"
		   "components: {securitySchemes: {k: {type: apiKey, in: header, name: X-Odd-Name}}}\n");
	contract = contract_of(&folder);
	token.jwt.client_id = BYTES("client-b");
	expect_caller(caller(contract, any, &key, "10.1.2.3"), "a");
	expect_caller(caller(contract, any, &token, "10.1.2.3"), "b");
	token.jwt.client_id = BYTES("other");
	token.jwt.subject = BYTES("client-b");
	expect_caller(caller(contract, any, &token, NULL), "b");
	expect_caller(caller(contract, "http://d.example.com/partners/c/x", &basic, NULL), "e");
	expect_caller(caller(contract, "http://d.example.com/partners/c/x", NULL, NULL), "c");
	expect_caller(caller(contract, "http://d.example.com/partners/cc", NULL, "10.1.2.3"), "d");
	expect_caller(caller(contract, "http://x.y.d.example.net/", NULL, NULL), "d");
	expect_caller(caller(contract, any, NULL, "10.1.2.3"), "f");
	expect_caller(caller(contract, any, NULL, "10.2.2.3"), "e");
	expect_caller(caller(contract, any, NULL, "2001:db8::1"), "e");
	assert_null(caller(contract, any, NULL, "192.0.2.1"));
	key.value = BYTES("wrong");
	assert_null(caller(contract, any, &key, NULL));

	/* a key by a name that only the spec knows, and a client id in a token request */
	exchange = request_of("GET", any);
	message_field(exchange, &exchange->request, "x-odd-name", "test");
	expect_caller(contract_partner(contract, exchange, &none), "a");
	exchange_free(exchange);
	exchange = request_of("POST", any);
	message_body(exchange, &exchange->request, "application/x-www-form-urlencoded",
		     "grant_type=client_credentials&client_id=client-b");
	expect_caller(contract_partner(contract, exchange, &none), "b");
	exchange_free(exchange);
	contract_free(contract);
}

/* -- problems ----------------------------------------------------------------------- */

static void expect_problem(const struct problems *problems, const char *words, const char *file,
			   unsigned line, const char *mend)
{
	const struct problem *problem = problem_with(problems, words);

	if (problem == NULL) {
		problems_print(problems);
		fail_msg("no problem says \"%s\"", words);
		return;
	}
	assert_string_equal(problem->place.file, file);
	assert_int_equal(problem->place.line, line);
	assert_non_null(strstr(problem->mend, mend));
}

static void refuses_what_is_broken_and_loads_the_rest(void **state)
{
	struct contract *contract = NULL;
	struct folder folder = {0};
	struct problems problems;

	(void)state;
	folder_add(&folder, "bad-yaml.yaml", "partner: [a\n  b: {\n");
	folder_add(
		&folder, "bad.yaml",
		"partner: bad\nidentfy: {users: [x]}\nlimits:\n  - {requests: 5, per: often}\n"
		"identify: {networks: [10.0.0.1/8], api_keys: [plain-secret-key]}\nmode: loud\ntier: none\n"
		"apis: [{spec: good.yaml, effective: {from: 2026-02-30}}]\n");
	folder_add(&folder, "fragment.yaml", "components: {schemas: {A: {type: string}}}\n");
	folder_add(&folder, "good.yaml", ORDERS);
	folder_add(&folder, "old.json", "{\"swagger\": \"1.2\", \"paths\": {}}");
	folder_add(&folder, "part.yaml",
		   "partner: part\napis:\n  - {spec: missing.yaml}\n  - {spec: ../../etc/passwd}\n"
		   "  - {spec: /etc/passwd}\n  - {spec: 'https://example.com/x.yaml'}\n  - {spec: old.json}\n"
		   "  - {spec: good.yaml}\n  - {spec: fragment.yaml}\n");
	folder_add(&folder, "twice.yaml", "partner: part\n");
	problems_init(&problems);
	assert_int_equal(contract_load(&folder.files, &problems, &contract), STATUS_OK);
	assert_int_equal(contract_partner_count(contract), 1);
	assert_int_equal(contract_partner_at(contract, 0)->api_count, 1);
	expect_problem(&problems, "unknown key \"identfy\"", "bad.yaml", 2, "identify");
	expect_problem(&problems, "per is not a duration", "bad.yaml", 4, "1h");
	expect_problem(&problems, "\"10.0.0.1/8\" is not a network", "bad.yaml", 5, "/24");
	expect_problem(&problems, "mode", "bad.yaml", 6, "observe");
	expect_problem(&problems, "tier \"none\"", "bad.yaml", 7, "tiers.yaml");
	expect_problem(&problems, "from is not a date", "bad.yaml", 8, "2026");
	expect_problem(&problems, "entry 1 is not the SHA-256", "bad.yaml", 5, "sha256");
	expect_problem(&problems, "missing.yaml\" is not there", "part.yaml", 3, "");
	expect_problem(&problems, "../../etc/passwd\" leaves", "part.yaml", 4, "");
	expect_problem(&problems, "\"/etc/passwd\" leaves", "part.yaml", 5, "");
	expect_problem(&problems, "example.com/x.yaml\" leaves", "part.yaml", 6, "");
	expect_problem(&problems, "old.json\" could not", "part.yaml", 7, "");
	expect_problem(&problems, "Swagger", "old.json", 1, "");
	expect_problem(&problems, "stands in part.yaml too", "twice.yaml", 1, "");
	for (size_t i = 0; i < problems.count; i++)
		assert_null(strstr(problems.list[i].what, "plain-secret-key"));
	contract_free(contract);
	problems_finish(&problems);
}

static void an_empty_folder_is_an_empty_contract(void **state)
{
	struct folder folder = {0};
	struct contract *contract = contract_of(&folder);

	(void)state;
	assert_true(contract_is_empty(contract));
	assert_int_equal(matched(contract, NULL, "GET", "http://h/x").kind, MATCH_NO_HOST);
	contract_free(contract);
	contract_free(NULL);
}

/* -- size --------------------------------------------------------------------------- */

#define PARTNERS 10000

struct crowd {
	char names[PARTNERS + 1][16];
	char texts[PARTNERS + 1][160];
	const char *list[PARTNERS + 1];
};

static enum status crowd_read(void *context, const char *name, struct bytes *out_text)
{
	struct crowd *crowd = context;
	int index = name[0] == 'p' ? (int)strtol(name + 1, NULL, 10) : PARTNERS;

	*out_text = bytes_of(crowd->texts[index]);
	return STATUS_OK;
}

static double seconds_now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void ten_thousand_partners_cost_what_ten_cost(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	struct spec_files files = {crowd_read, crowd->list, PARTNERS + 1, crowd};
	struct contract *contract = NULL;
	struct problems problems;
	double start = seconds_now();

	(void)state;
	problems_init(&problems);
	for (int i = 0; i < PARTNERS; i++) {
		snprintf(crowd->names[i], sizeof(crowd->names[i]), "p%05d.yaml", i);
		snprintf(crowd->texts[i], sizeof(crowd->texts[i]),
			 "partner: p%05d\nidentify: {users: [u%d], networks: [10.%d.%d.0/24]}\n"
			 "apis: [{spec: s.yaml, base_path: /p%d}]\n",
			 i, i, i / 250, i % 250, i);
		crowd->list[i] = crowd->names[i];
	}
	strncpy(crowd->names[PARTNERS], "s.yaml", sizeof(crowd->names[PARTNERS]) - 1);
	strncpy(crowd->texts[PARTNERS], "openapi: 3.0.0\npaths: {'/x/{id}': {get: {operationId: x}}}\n",
		sizeof(crowd->texts[PARTNERS]) - 1);
	crowd->list[PARTNERS] = crowd->names[PARTNERS];
	assert_int_equal(contract_load(&files, &problems, &contract), STATUS_OK);
	assert_int_equal(problems.error_count, 0);
	assert_int_equal(contract_partner_count(contract), PARTNERS);
	print_message("10,000 partners load in %.1f s\n", seconds_now() - start);
	start = seconds_now();
	for (int i = 0; i < PARTNERS; i++) {
		char url[64], address[32];
		const struct partner *partner;
		struct match match;

		snprintf(address, sizeof(address), "10.%d.%d.9", i / 250, i % 250);
		snprintf(url, sizeof(url), "http://h/p%d/x/7", i);
		partner = caller(contract, url, NULL, address);
		assert_ptr_equal(partner, contract_partner_at(contract, (size_t)i));
		match = matched(contract, partner, "GET", url);
		assert_ptr_equal(match.api->partner, partner);
		match = matched(contract, contract_partner_at(contract, (size_t)(i + 1) % PARTNERS), "GET",
				url);
		assert_ptr_equal(match.other, partner);
	}
	assert_true(seconds_now() - start < 10);
	contract_free(contract);
	problems_finish(&problems);
	free(crowd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_each_partners_apis_apart),
		cmocka_unit_test(tells_host_base_path_and_method),
		cmocka_unit_test(reads_servers_with_variables),
		cmocka_unit_test(prefers_the_longest_base_path_and_the_specific_spec),
		cmocka_unit_test(respects_what_the_partner_file_says),
		cmocka_unit_test(takes_the_version_in_effect),
		cmocka_unit_test(formats_are_agreed_with_each_partner),
		cmocka_unit_test(identifies_partners_in_the_order_that_is_written),
		cmocka_unit_test(refuses_what_is_broken_and_loads_the_rest),
		cmocka_unit_test(an_empty_folder_is_an_empty_contract),
		cmocka_unit_test(ten_thousand_partners_cost_what_ten_cost),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
