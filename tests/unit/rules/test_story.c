/* rules over a loaded contract: one call that keeps it, and one departure at a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "parsers/base/limits.h"
#include "rules/ruleset.h"

static const char spec_text[] =
	"openapi: 3.0.3\n"
	"info: {title: Orders, version: '1.0'}\n"
	"servers: [{url: 'https://api.example.com/v1'}]\n"
	"security: [{oauth: [read]}]\n"
	"components:\n"
	"  securitySchemes:\n"
	"    oauth:\n"
	"      type: oauth2\n"
	"      flows: {clientCredentials: {tokenUrl: 'https://api.example.com/v1/token', scopes: {read: "
	"x}}}\n"
	"paths:\n"
	"  /orders/{id}:\n"
	"    get:\n"
	"      operationId: getOrder\n"
	"      parameters:\n"
	"        - {name: id, in: path, required: true, schema: {type: integer}}\n"
	"        - {name: view, in: query, schema: {type: string, enum: [full, short]}}\n"
	"      responses:\n"
	"        '200':\n"
	"          description: ok\n"
	"          content:\n"
	"            application/json:\n"
	"              schema:\n"
	"                type: object\n"
	"                required: [id]\n"
	"                properties: {id: {type: integer}, mail: {type: string, format: email}}\n"
	"  /old:\n"
	"    get: {deprecated: true, responses: {'200': {description: ok}}}\n"
	"  /token:\n"
	"    post: {security: [], responses: {'200': {description: ok}}}\n";

static const char partner_text[] = "partner: acme\n"
				   "name: Acme\n"
				   "apis:\n"
				   "  - spec: orders.yaml\n"
				   "tokens: {issuers: ['https://ias.example.com']}\n";

static enum status file_read(void *context, const char *name, struct bytes *out_text)
{
	(void)context;
	if (strcmp(name, "orders.yaml") == 0)
		*out_text = bytes_of(spec_text);
	else if (strcmp(name, "acme.yaml") == 0)
		*out_text = bytes_of(partner_text);
	else
		return STATUS_NOT_FOUND;
	return STATUS_OK;
}

static const char *const file_names[] = {"acme.yaml", "orders.yaml"};
static const struct spec_files files = {.read = file_read, .names = file_names, .name_count = 2};
static struct contract *contract;

static int load(void **state)
{
	struct problems problems;
	enum status status;

	(void)state;
	problems_init(&problems);
	status = contract_load(&files, &problems, &contract);
	for (size_t i = 0; i < problems.count; i++)
		if (problems.list[i].level == PROBLEM_ERROR)
			print_message("%s:%u: %s\n", problems.list[i].place.file, problems.list[i].place.line,
				      problems.list[i].what);
	status = problems.error_count > 0 ? STATUS_INVALID : status;
	problems_finish(&problems);
	return status == STATUS_OK ? 0 : -1;
}

static int unload(void **state)
{
	(void)state;
	contract_free(contract);
	return 0;
}

struct call {
	const char *method, *host, *path, *query, *authorization, *type, *body;
	unsigned status;
	struct hit hit; /* class NULL: none */
};

/* Keeps the contract. */
#define GOOD                                                                                                 \
	.method = "GET", .host = "api.example.com", .path = "/v1/orders/7",                                  \
	.authorization = "Bearer opaque", .type = "application/json", .body = "{\"id\":7}", .status = 200

static struct exchange *exchange_of(const struct call *call, struct header headers[3])
{
	struct exchange *exchange = exchange_new(NULL);

	assert_non_null(exchange);
	headers[0] = (struct header){.name = BYTES("host"), .value = bytes_of(call->host)};
	headers[1] = (struct header){.name = BYTES("authorization"), .value = bytes_of(call->authorization)};
	headers[2] = (struct header){.name = BYTES("content-type"), .value = bytes_of(call->type)};
	exchange->is_decrypted = true;
	exchange->method = bytes_of(call->method);
	exchange->host = bytes_of(call->host);
	exchange->target = exchange->path = bytes_of(call->path);
	exchange->query = bytes_of(call->query);
	exchange->has_query = call->query != NULL;
	exchange->status = call->status;
	exchange->time_ns = exchange->request.first_ns = 1760000000 * SECONDS;
	exchange->request = (struct message){.is_seen = true,
					     .is_complete = true,
					     .first_ns = exchange->time_ns,
					     .version = HTTP_1_1,
					     .headers = headers,
					     .header_count = call->authorization != NULL ? 2 : 1};
	exchange->response = (struct message){.is_seen = true,
					      .is_complete = true,
					      .version = HTTP_1_1,
					      .headers = &headers[2],
					      .header_count = call->type != NULL,
					      .body = {.content = bytes_of(call->body),
						       .wire_len = bytes_of(call->body).len,
						       .state = call->body != NULL ? BODY_WHOLE : BODY_NONE}};
	return exchange;
}

/* Exactly this finding; NULL: silence. */
static void judge(struct call call, const char *id)
{
	struct departure list[LIMIT_DEPARTURES];
	struct departures departures = {.list = list};
	struct hits hits = {.list = &call.hit, .count = call.hit.class != NULL};
	struct header headers[3];
	struct exchange *exchange = exchange_of(&call, headers);
	struct body_reading request, response;
	struct credentials credentials;
	struct match match = {.kind = MATCH_UNKNOWABLE};
	struct findings found;
	struct evidence evidence = {.exchange = exchange,
				    .contract = contract,
				    .credentials = &credentials,
				    .match = &match,
				    .request = &request,
				    .response = &response,
				    .departures = &departures,
				    .hits = &hits};

	credential_find(exchange, &credentials);
	evidence.partner = contract_partner(contract, exchange, &credentials);
	contract_partners(contract, exchange, &credentials, NULL, &evidence.partner_shown,
			  &evidence.partner_of_place);
	contract_operation(contract, evidence.partner, exchange, &match);
	body_read(exchange, &exchange->request, NULL, &request);
	body_read(exchange, &exchange->response, NULL, &response);
	if (match.kind == MATCH_OPERATION)
		conform_check(&match, exchange, &request, &response, &departures);
	assert_true(findings_init(&found, &exchange->arena));
	ruleset_judge(&evidence, &found);
	for (size_t i = 0; i < found.count; i++)
		if (id == NULL || strcmp(found.list[i].kind->id, id) != 0)
			fail_msg("%s %s: unexpected %s", call.method, call.path, found.list[i].kind->id);
	if (found.count != (id != NULL))
		fail_msg("%s %s: %zu findings, not %s", call.method, call.path, found.count, id);
	exchange_free(exchange);
}

static void what_keeps_the_contract_is_silent(void **state)
{
	(void)state;
	judge((struct call){GOOD}, NULL);
	judge((struct call){GOOD, .query = "view=full"}, NULL);
}

static void one_departure_is_one_finding(void **state)
{
	struct call call = {GOOD};

	(void)state;
	call.path = "/v1/unheard";
	judge(call, "shadow.path");
	call = (struct call){GOOD};
	call.method = "DELETE";
	judge(call, "shadow.method");
	call = (struct call){GOOD};
	call.host = "other.example.com";
	judge(call, "shadow.host");
	call = (struct call){GOOD};
	call.path = "/v9/orders/7"; /* the contract has v1 */
	judge(call, "shadow.version");
	call = (struct call){GOOD};
	call.path = "/elsewhere/orders/7";
	judge(call, "shadow.base_path");
	call = (struct call){GOOD};
	call.path = "/v1/orders/x";
	judge(call, "conform.request.path.type");
	judge((struct call){GOOD, .query = "view=odd"}, "conform.request.query.enum");
	judge((struct call){GOOD, .query = "more=1"}, "shadow.query_param");
	call = (struct call){GOOD};
	call.body = "{\"id\":\"7\"}";
	judge(call, "conform.response.body.type");
	call.body = "{\"id\":7,\"extra\":1}";
	judge(call, "shadow.response_field");
	call.body = "{\"id\":";
	judge(call, "conform.response.body.malformed");
	call.type = "text/plain";
	judge(call, "shadow.content_type");
	call = (struct call){GOOD};
	call.status = 202;
	judge(call, "shadow.status");
	call = (struct call){GOOD};
	call.path = "/v1/old";
	call.type = call.body = NULL;
	judge(call, "zombie.deprecated");
}

static void credentials_are_held_to_the_contract(void **state)
{
	struct call call = {GOOD};

	(void)state;
	call.authorization = NULL;
	judge(call, "auth.missing");
	call.authorization = "Digest username=\"u\", response=\"x\"";
	judge(call, "auth.scheme_mismatch");
	call = (struct call){GOOD};
	call.method = "POST";
	call.path = "/v1/token";
	call.authorization = "Basic dTphIGxvbmcgYW5kIGdvb2Qgb25l";
	call.type = call.body = NULL;
	judge(call, NULL);
}

static void declared_data_is_silent(void **state)
{
	static const struct data_class email = {
		.id = BYTES_INIT("email"), .severity = 3, .is_sensitive = true};
	static const struct data_class ssn = {
		.id = BYTES_INIT("us_ssn"), .severity = 5, .is_sensitive = true};
	struct call call = {GOOD};

	(void)state;
	call.body = "{\"id\":7,\"mail\":\"a@example.com\"}";
	call.hit = (struct hit){.class = &email,
				.side = SIDE_RESPONSE,
				.part = PART_BODY,
				.pointer = BYTES("/mail"),
				.count = 1};
	judge(call, NULL);
	call.hit.class = &ssn;
	judge(call, "pii.response_leak");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_keeps_the_contract_is_silent),
		cmocka_unit_test(one_departure_is_one_finding),
		cmocka_unit_test(credentials_are_held_to_the_contract),
		cmocka_unit_test(declared_data_is_silent),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
