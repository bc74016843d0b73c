/* rules/ruleset, severity, shadow, zombie, conform, attack: each finding and its silent twin. */
#include "made.h"
#include "parsers/grpc.h"

static void conforming_traffic_is_silent(void **state)
{
	(void)state;
	assert_judged(NULL);
}

static void shadow_follows_the_match(void **state)
{
	static const struct {
		enum match_kind kind;
		const char *id;
	} kinds[] = {
		{MATCH_NO_HOST, "shadow.host"}, {MATCH_NO_BASE, "shadow.base_path"},
		{MATCH_NO_PATH, "shadow.path"}, {MATCH_NO_METHOD, "shadow.method"},
		{MATCH_UNKNOWABLE, NULL},       {MATCH_PREFLIGHT, NULL},
	};

	(void)state;
	made.match.operation = NULL;
	made.match.allowed = BYTES("GET, POST");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		made.match.kind = kinds[i].kind;
		assert_judged(kinds[i].id);
		made.is_contract_empty = true;
		assert_judged(NULL);
		made.is_contract_empty = false;
		made.exchange->request.is_seen = false;
		assert_judged(NULL);
		made.exchange->request.is_seen = true;
	}
}

static void shadow_method_says_what_is_allowed(void **state)
{
	(void)state;
	made.match = (struct match){
		.kind = MATCH_NO_METHOD, .template = BYTES("/orders/{id}"), .allowed = BYTES("GET, POST")};
	made.exchange->method = BYTES("DELETE");
	assert_judged("shadow.method");
	assert_text(made.findings.list[0].expected, "GET, POST");
	assert_text(made.findings.list[0].observed, "DELETE");
	assert_text(made.findings.list[0].message,
		    "DELETE /orders/{id}: the contract does not declare this method");
	made.exchange->method = BYTES("078-05-1120");
	assert_judged("shadow.method");
	assert_text(made.findings.list[0].observed, "?");
}

static void shadow_texts_hold_no_data(void **state)
{
	static const struct data_class email = {.id = BYTES_INIT("email"), .is_sensitive = true};

	(void)state;
	made.match = (struct match){.kind = MATCH_NO_PATH, .template = BYTES("/users/jane@example.com")};
	assert_judged("shadow.path");
	assert_text(made.findings.list[0].observed, "GET /users/{masked}");
	made.match.template = BYTES("/users/jane");
	made.hit_list[0] = (struct hit){.class = &email, .part = PART_PATH};
	made.hits.count = 1;
	judge();
	assert_text(found("shadow.path")->observed, "GET an undocumented path");
	made.hits.count = 0;
	made.match.kind = MATCH_NO_HOST;
	made.exchange->host = BYTES("078-05-1120.example");
	assert_judged("shadow.host");
	assert_int_equal(bytes_find(made.findings.list[0].message, BYTES("078")), BYTES_NOT_FOUND);
}

static void another_partners_operation_is_one_finding(void **state)
{
	(void)state;
	made.match = (struct match){.kind = MATCH_NO_PATH, .template = BYTES("/x"), .other = &made.other};
	assert_judged("shadow.api_for_partner");
	assert_text(made.findings.list[0].observed, "an operation of partner globex");
	made.match.other = NULL;
	assert_judged("shadow.path");
}

static void depart(enum side side, enum part part, enum keyword keyword)
{
	made.departure_list[0] = (struct departure){.side = side,
						    .part = part,
						    .keyword = keyword,
						    .name = BYTES("name"),
						    .pointer = BYTES("/a/0"),
						    .expected = BYTES("integer"),
						    .observed = BYTES("string")};
	made.departures.count = 1;
}

static void undeclared_names_are_shadow(void **state)
{
	static const struct {
		enum side side;
		enum part part;
		enum keyword keyword;
		const char *id;
	} cases[] = {
		{SIDE_REQUEST, PART_QUERY, KEYWORD_UNDECLARED, "shadow.query_param"},
		{SIDE_REQUEST, PART_BODY, KEYWORD_UNDECLARED, "shadow.request_field"},
		{SIDE_RESPONSE, PART_BODY, KEYWORD_UNDECLARED, "shadow.response_field"},
		{SIDE_RESPONSE, PART_STATUS, KEYWORD_UNDECLARED, "shadow.status"},
		{SIDE_REQUEST, PART_BODY, KEYWORD_UNDECLARED_TYPE, "shadow.content_type"},
		{SIDE_RESPONSE, PART_BODY, KEYWORD_UNDECLARED_TYPE, "shadow.content_type"},
		{SIDE_REQUEST, PART_HEADER, KEYWORD_UNDECLARED, NULL},
		{SIDE_REQUEST, PART_COOKIE, KEYWORD_UNDECLARED, NULL},
		{SIDE_RESPONSE, PART_HEADER, KEYWORD_UNDECLARED, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		depart(cases[i].side, cases[i].part, cases[i].keyword);
		assert_judged(cases[i].id);
	}
}

static void broken_promises_are_conform(void **state)
{
	(void)state;
	depart(SIDE_REQUEST, PART_QUERY, KEYWORD_TYPE);
	assert_judged("conform.request.query.type");
	assert_text(made.findings.list[0].expected, "integer");
	assert_text(made.findings.list[0].message,
		    "Query parameter: wrong type, name, at /a/0 (GET /orders/{id})");
	depart(SIDE_RESPONSE, PART_BODY, KEYWORD_WRITE_ONLY);
	assert_judged("conform.response.body.write_only");
	depart(SIDE_RESPONSE, PART_HEADER, KEYWORD_REQUIRED);
	assert_judged("conform.response.header.required");
	/* what the catalogue does not know is counted, not lost */
	depart(SIDE_RESPONSE, PART_QUERY, KEYWORD_TYPE);
	made.findings.left_out = 0;
	assert_judged(NULL);
	assert_int_equal(made.findings.left_out, 1);
}

static void deprecated_operations_are_zombies(void **state)
{
	(void)state;
	made.operation.is_deprecated = true;
	assert_judged("zombie.deprecated");
	made.operation.sunset = BYTES("2026-01-01");
	assert_judged("zombie.deprecated");
	assert_text(made.findings.list[0].expected, "not called; sunset 2026-01-01");
	made.operation.is_deprecated = false;
	assert_judged(NULL);
}

static void floods_are_abuse(void **state)
{
	(void)state;
	made.exchange->request.oddities = ODDITY_CONTINUATION_FLOOD;
	assert_judged("attack.h2_abuse");
	made.exchange->request.oddities = ODDITY_RESET_FLOOD;
	assert_judged("attack.h2_abuse");
	assert_text(made.findings.list[0].message,
		    "HTTP/2 abused: hundreds of requests a second, each taken back at once");
	made.exchange->request.oddities = ODDITY_HEAD_CUT;
	assert_judged(NULL);
}

static void ambiguous_framing_is_smuggling(void **state)
{
	static const unsigned told[] = {
		ODDITY_LENGTH_AND_CHUNKED, ODDITY_LENGTH_DIFFERS, ODDITY_OBS_FOLD, ODDITY_BARE_LF,
		ODDITY_CODING_NOT_CHUNKED, ODDITY_NAME_SPACE,     ODDITY_BARE_CR,  ODDITY_CHUNK_SIZE};
	static struct header fields[] = {
		{.name = BYTES_INIT("content-length"), .value = BYTES_INIT("13")},
		{.name = BYTES_INIT("content-length"), .value = BYTES_INIT("13, 7")}};

	(void)state;
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		made.exchange->request.oddities = told[i];
		assert_judged("attack.request_smuggling");
	}
	made.exchange->request.headers = fields;
	made.exchange->request.header_count = 2;
	made.exchange->request.body.wire_len = 5;
	made.exchange->request.oddities = ODDITY_BARE_LF | ODDITY_LENGTH_AND_CHUNKED;
	assert_judged("attack.request_smuggling");
	assert_text(made.findings.list[0].message,
		    "Ambiguous framing of GET /orders/{id}: Content-Length beside "
		    "Transfer-Encoding, bare LF");
	assert_text(made.findings.list[0].expected, "Content-Length reads 13 bytes; lines end with LF");
	assert_text(made.findings.list[0].observed,
		    "Transfer-Encoding reads 5 bytes; lines end with CR LF only");
	made.exchange->request.oddities = ODDITY_LENGTH_TWICE | ODDITY_LENGTH_DIFFERS;
	assert_judged("attack.request_smuggling");
	assert_text(made.findings.list[0].expected, "Content-Length reads 13 bytes");
	assert_text(made.findings.list[0].observed, "Content-Length reads 7 bytes");
	made.exchange->request.oddities = ODDITY_CODING_NOT_CHUNKED;
	assert_judged("attack.request_smuggling");
	assert_text(made.findings.list[0].expected, "Transfer-Encoding reads 5 bytes in chunks");
	made.exchange->request.body.wire_len = 0;
	assert_judged("attack.request_smuggling");
	assert_text(made.findings.list[0].expected, "no Content-Length: no body");
	assert_text(made.findings.list[0].observed, "Transfer-Encoding reads to the end of the connection");
	made.exchange->request.oddities = ~0u & ~(unsigned)(ODDITY_RESET_FLOOD | ODDITY_CONTINUATION_FLOOD);
	assert_judged("attack.request_smuggling");
	made.exchange->request.oddities = ODDITY_METHOD_UNKNOWN | ODDITY_LENGTH_TWICE;
	assert_judged(NULL);
	made.exchange->response.oddities = ODDITY_BARE_LF;
	made.exchange->request.oddities = 0;
	assert_judged(NULL);
}

static void severity_follows_the_answer(void **state)
{
	static const struct {
		unsigned status, severity, modifiers;
	} cases[] = {{200, 3, SEVERITY_ACCEPTED},
		     {204, 3, SEVERITY_ACCEPTED},
		     {302, 2, 0},
		     {400, 2, 0},
		     {401, 1, SEVERITY_REFUSED},
		     {404, 1, SEVERITY_REFUSED},
		     {429, 1, SEVERITY_REFUSED},
		     {500, 2, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		made.exchange->status = cases[i].status;
		depart(SIDE_REQUEST, PART_QUERY, KEYWORD_TYPE);
		assert_judged("conform.request.query.type");
		assert_int_equal(made.findings.list[0].severity, cases[i].severity);
		assert_int_equal(made.findings.list[0].modifiers, cases[i].modifiers);
		/* the provider's own departure does not depend on it */
		depart(SIDE_RESPONSE, PART_BODY, KEYWORD_TYPE);
		assert_judged("conform.response.body.type");
		assert_int_equal(made.findings.list[0].severity, 2);
		assert_int_equal(made.findings.list[0].modifiers, 0);
	}
}

/* gRPC says under status 200 how it went. */
static void severity_follows_the_status_of_grpc(void **state)
{
	static const struct {
		int status;
		unsigned severity, modifiers;
	} cases[] = {{0, 3, SEVERITY_ACCEPTED},
		     {GRPC_NO_STATUS, 3, SEVERITY_ACCEPTED},
		     {7, 1, SEVERITY_REFUSED},
		     {12, 1, SEVERITY_REFUSED},
		     {16, 1, SEVERITY_REFUSED},
		     {3, 2, 0},
		     {999, 2, 0}};
	struct grpc_call call = {0};

	(void)state;
	made.exchange->grpc = &call;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		call.status = cases[i].status;
		depart(SIDE_REQUEST, PART_QUERY, KEYWORD_TYPE);
		judge();
		assert_int_equal(found("conform.request.query.type")->severity, cases[i].severity);
		assert_int_equal(found("conform.request.query.type")->modifiers, cases[i].modifiers);
		made.departures.count = 0;
	}
	made.exchange->grpc = NULL;
}

static void severity_follows_the_capture_and_the_data(void **state)
{
	static const struct bytes classes[] = {BYTES_INIT("email")};

	(void)state;
	depart(SIDE_RESPONSE, PART_BODY, KEYWORD_TYPE);
	made.exchange->response.gap_len = 1;
	assert_judged("conform.response.body.type");
	assert_int_equal(made.findings.list[0].severity, 1);
	assert_int_equal(made.findings.list[0].modifiers, SEVERITY_CAPTURE);
	made.exchange->response.gap_len = 0;
	made.exchange->outcome = EXCHANGE_GAP_RESPONSE;
	assert_judged("conform.response.body.type");
	assert_int_equal(made.findings.list[0].modifiers, SEVERITY_CAPTURE);
	made.exchange->outcome = EXCHANGE_COMPLETE;
	made.operation.sensitive = classes;
	made.operation.sensitive_count = 1;
	assert_judged("conform.response.body.type");
	assert_int_equal(made.findings.list[0].severity, 3);
	assert_int_equal(made.findings.list[0].modifiers, SEVERITY_SENSITIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(conforming_traffic_is_silent, make, unmake),
		cmocka_unit_test_setup_teardown(shadow_follows_the_match, make, unmake),
		cmocka_unit_test_setup_teardown(shadow_method_says_what_is_allowed, make, unmake),
		cmocka_unit_test_setup_teardown(shadow_texts_hold_no_data, make, unmake),
		cmocka_unit_test_setup_teardown(another_partners_operation_is_one_finding, make, unmake),
		cmocka_unit_test_setup_teardown(undeclared_names_are_shadow, make, unmake),
		cmocka_unit_test_setup_teardown(broken_promises_are_conform, make, unmake),
		cmocka_unit_test_setup_teardown(deprecated_operations_are_zombies, make, unmake),
		cmocka_unit_test_setup_teardown(floods_are_abuse, make, unmake),
		cmocka_unit_test_setup_teardown(ambiguous_framing_is_smuggling, make, unmake),
		cmocka_unit_test_setup_teardown(severity_follows_the_answer, make, unmake),
		cmocka_unit_test_setup_teardown(severity_follows_the_status_of_grpc, make, unmake),
		cmocka_unit_test_setup_teardown(severity_follows_the_capture_and_the_data, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
