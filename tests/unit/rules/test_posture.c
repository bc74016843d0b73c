/* rules/config, rules/zombie/sunset, rules/shadow/version, rules/conform/grpc: each finding and its silent
 * twin. */
#include "made.h"
#include "parsers/grpc.h"

static struct header fields[4];

static void answer_with(const char *name, const char *value)
{
	fields[0] = made.no_store;
	fields[1] = (struct header){.name = bytes_of(name), .value = bytes_of(value)};
	made.exchange->response.headers = fields;
	made.exchange->response.header_count = 2;
}

static void any_origin_matters_where_a_credential_is_needed(void **state)
{
	(void)state;
	answer_with("access-control-allow-origin", " * ");
	assert_judged(NULL); /* public: that is meant */
	made.operation.has_security = true;
	made.operation.requirement_count = 1;
	assert_judged("config.cors_wildcard");
	made.exchange->status = 401;
	assert_judged(NULL);
	made.exchange->status = 200;
	answer_with("access-control-allow-origin", "https://example.com");
	assert_judged(NULL);
}

static void session_cookies_have_their_flags(void **state)
{
	static const char *const bad[] = {"sid=x",
					  "sid=x; Secure",
					  "JSESSIONID=x;HttpOnly",
					  "access_token=x; secured",
					  "sid=x; ;;",
					  "AUTH=x; Secure; HttpOnlyish"};
	static const char *const good[] = {"sid=x; Secure; HttpOnly",
					   "sid=x;httponly;SECURE;Path=/",
					   "theme=dark",
					   "sid=",
					   "sid=; Max-Age=0",
					   "XSRF-TOKEN=x; Secure",
					   "",
					   "=;=;",
					   ";"};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		answer_with("set-cookie", bad[i]);
		assert_judged("config.cookie_flags");
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		answer_with("set-cookie", good[i]);
		assert_judged(NULL);
	}
}

static void trace_is_refused_or_told(void **state)
{
	(void)state;
	made.exchange->method = BYTES("TRACE");
	assert_judged("config.method_trace");
	made.exchange->status = 405;
	assert_judged(NULL);
}

static void hsts_is_asked_for_over_tls_alone(void **state)
{
	(void)state;
	assert_judged(NULL); /* off */
	made.evidence.options = OPTION_HSTS;
	assert_judged("config.hsts_missing");
	answer_with("strict-transport-security", "max-age=1");
	assert_judged(NULL);
	answer_with("x-other", "1");
	made.exchange->response.has_unknown_fields = true; /* it may have been sent */
	assert_judged(NULL);
	made.exchange->response.has_unknown_fields = false;
	made.exchange->is_decrypted = false;
	assert_judged(NULL);
}

/* The exchange is of 2025-10-09. */
static void sunsets_pass(void **state)
{
	static const char *const past[] = {"Wed, 08 Oct 2025 23:59:59 GMT",
					   " Sat, 01 Jan 2000 00:00:00 GMT "};
	static const char *const none[] = {"Fri, 10 Oct 2025 00:00:00 GMT",
					   "",
					   "yesterday",
					   "Sat, 01 Jan 2000 00:00:00 CET",
					   "Sat, 01 anF 2000 00:00:00 GMT",
					   "Sat, 99 Jan 2000 00:00:00 GMT",
					   "Sat, 01 Jan 2000 99:00:00 GMT",
					   "GMT GMT GMT GMT GMT GMT   GMT"};

	(void)state;
	for (size_t i = 0; i < sizeof(past) / sizeof(past[0]); i++) {
		answer_with("sunset", past[i]);
		assert_judged("zombie.sunset_passed");
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		answer_with("sunset", none[i]);
		assert_judged(NULL);
	}
	made.operation.is_deprecated = true;
	made.operation.sunset = BYTES("2025-10-08");
	assert_judged("zombie.sunset_passed"); /* one fact, one id */
	made.exchange->status = 410;
	assert_judged("zombie.deprecated");
	made.exchange->status = 200;
	made.operation.sunset = BYTES("2025-10-09"); /* lasts until its end */
	assert_judged("zombie.deprecated");
}

static void other_versions_are_told_as_that(void **state)
{
	static const struct {
		const char *path, *known, *id;
	} cases[] = {
		{"/v2/orders/7", "/v1/orders/7", "shadow.version"},
		{"/api/V12/x", "/api/V3/x", "shadow.version"},
		{"/v1.2/x", "/v2/x", "shadow.version"},
		{"/v2/orders/7", "/v1/orders", "shadow.path"},
		{"/v/x", "/v1/x", "shadow.path"},
		{"/v../x", "/v1/x", "shadow.path"},
		{"/version/x", "/v1/x", "shadow.path"},
		{"", "/v1", "shadow.path"},
		{"/v12345678/x", "/v1/x", "shadow.path"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		made.match = (struct match){.kind = MATCH_NO_PATH};
		made.exchange->path = bytes_of(cases[i].path);
		made.known_path = bytes_of(cases[i].known);
		assert_judged(cases[i].id);
		assert_true(bytes_equal(made.exchange->path, bytes_of(cases[i].path)));
	}
}

static void broken_messages_of_grpc_are_told(void **state)
{
	static const struct {
		enum grpc_outcome outcome;
		bool is_told;
	} cases[] = {{GRPC_READ, false},      {GRPC_NOT_WHOLE, false},  {GRPC_TRUNCATED, true},
		     {GRPC_BAD_PREFIX, true}, {GRPC_BAD_CODING, false}, {GRPC_BAD_MESSAGE, true},
		     {GRPC_CEILING, false}};
	struct grpc_call call = {
		.service = BYTES("shop.Orders"), .method = BYTES("Get"), .response.is_read = true};

	(void)state;
	made.exchange->grpc = &call;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		call.response.outcome = cases[i].outcome;
		made.exchange->outcome = EXCHANGE_COMPLETE;
		assert_judged(cases[i].is_told ? "conform.grpc.message_undecodable" : NULL);
		made.exchange->outcome = EXCHANGE_GAP_RESPONSE;
		assert_judged(NULL);
	}
}

static void methods_of_a_known_service_are_told_as_that(void **state)
{
	static const struct operation operations[] = {{.template = BYTES_INIT("/shop.Orders/Get")}};
	static const struct spec spec = {.operations = operations, .operation_count = 1};
	static const struct api api = {.spec = &spec};
	struct grpc_call call = {.service = BYTES("shop.Orders"), .method = BYTES("Steal")};

	(void)state;
	made.match =
		(struct match){.kind = MATCH_NO_PATH, .api = &api, .template = BYTES("/shop.Orders/Steal")};
	made.exchange->grpc = &call;
	assert_judged("conform.grpc.method_unknown");
	call.service = BYTES("shop.Order");
	assert_judged("shadow.path");
	call.service = BYTES("");
	assert_judged("shadow.path");
	made.exchange->grpc = NULL;
	assert_judged("shadow.path");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(any_origin_matters_where_a_credential_is_needed, make,
						unmake),
		cmocka_unit_test_setup_teardown(session_cookies_have_their_flags, make, unmake),
		cmocka_unit_test_setup_teardown(trace_is_refused_or_told, make, unmake),
		cmocka_unit_test_setup_teardown(hsts_is_asked_for_over_tls_alone, make, unmake),
		cmocka_unit_test_setup_teardown(sunsets_pass, make, unmake),
		cmocka_unit_test_setup_teardown(other_versions_are_told_as_that, make, unmake),
		cmocka_unit_test_setup_teardown(broken_messages_of_grpc_are_told, make, unmake),
		cmocka_unit_test_setup_teardown(methods_of_a_known_service_are_told_as_that, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
