/* rules/pii: sensitive data and secrets where the contract does not allow them. */
#include "made.h"

static const struct data_class ssn = {.id = BYTES_INIT("us_ssn"), .severity = 5, .is_sensitive = true};
static const struct data_class email = {.id = BYTES_INIT("email"), .severity = 3, .is_sensitive = true};
static const struct data_class gtin = {.id = BYTES_INIT("gtin"), .severity = 1};
static const struct data_class aws = {.id = BYTES_INIT("aws_secret"), .severity = 5, .is_secret = true};
static const struct data_class jwt = {
	.id = BYTES_INIT("jwt"), .severity = 4, .is_sensitive = true, .is_secret = true};

static struct hit *hit(const struct data_class *class, enum side side, enum part part, const char *name,
		       const char *pointer)
{
	struct hit *added = &made.hit_list[made.hits.count++];

	*added = (struct hit){.class = class,
			      .side = side,
			      .part = part,
			      .name = bytes_of(name),
			      .pointer = bytes_of(pointer),
			      .sample = BYTES("***-**-1120"),
			      .value_hmac = "0123456789abcdef",
			      .count = 1};
	return added;
}

static const struct finding *only(const struct data_class *class, enum side side, enum part part,
				  const char *name, const char *id)
{
	made.hits.count = 0;
	hit(class, side, part, name, part == PART_BODY ? "/customer/x" : "");
	assert_judged(id);
	return made.findings.count == 0 ? NULL : &made.findings.list[0];
}

static void a_leak_carries_what_is_needed(void **state)
{
	const struct finding *leak = only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "pii.response_leak");

	(void)state;
	assert_text(leak->message, "us_ssn in the response of GET /orders/{id}");
	assert_text(leak->class_id, "us_ssn");
	assert_text(leak->sample, "***-**-1120");
	assert_text(leak->pointer, "/customer/x");
	assert_string_equal(leak->value_hmac, "0123456789abcdef");
	assert_int_equal(leak->severity, 5);
	assert_int_equal(leak->modifiers, SEVERITY_CLASS);
	assert_int_equal(only(&email, SIDE_RESPONSE, PART_BODY, NULL, "pii.response_leak")->severity, 4);
	assert_int_equal(made.findings.list[0].modifiers, 0);
}

static void what_the_contract_allows_is_silent(void **state)
{
	(void)state;
	made.is_class_allowed = true;
	only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, NULL);
	only(&ssn, SIDE_REQUEST, PART_QUERY, "ssn", NULL);
	only(&aws, SIDE_RESPONSE, PART_BODY, NULL, NULL);
	made.is_class_allowed = false;
	only(&gtin, SIDE_RESPONSE, PART_BODY, NULL, NULL);
	only(&gtin, SIDE_REQUEST, PART_PATH, NULL, NULL);
}

static void data_goes_where_the_contract_lets_it(void **state)
{
	static const struct bytes agreed[] = {BYTES_INIT("DE"), BYTES_INIT("FR")};
	const struct origin brazil = {.country = "BR"}, france = {.country = "FR"}, nowhere = {.country = ""};

	(void)state;
	made.is_class_allowed = true;
	made.evidence.client_origin = &brazil;
	only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, NULL); /* nothing was agreed */
	made.partner.countries = agreed; /* where it may call from is where its data may go */
	made.partner.country_count = 2;
	hit(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "/customer/x");
	judge();
	assert_text(found("pii.cross_border")->observed, "***-**-1120 to BR");
	made.partner.country_count = 0;
	made.partner.data.countries = agreed;
	made.partner.data.country_count = 2;
	assert_text(only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "pii.cross_border")->observed,
		    "***-**-1120 to BR");
	only(&ssn, SIDE_REQUEST, PART_BODY, NULL, NULL);
	only(&aws, SIDE_RESPONSE, PART_BODY, NULL, NULL);
	made.evidence.client_origin = &nowhere;
	only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, NULL);
	made.evidence.client_origin = &france;
	only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, NULL);
	made.partner.data.country_count = 1; /* Germany alone */
	only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "pii.cross_border");
	made.evidence.partner = NULL;
	only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, NULL);
}

static void every_place_has_its_id(void **state)
{
	(void)state;
	only(&ssn, SIDE_REQUEST, PART_BODY, NULL, "pii.request_undeclared");
	only(&jwt, SIDE_REQUEST, PART_BODY, NULL, "pii.request_undeclared");
	only(&ssn, SIDE_REQUEST, PART_PATH, NULL, "pii.in_url");
	only(&ssn, SIDE_REQUEST, PART_QUERY, "q", "pii.in_url");
	only(&ssn, SIDE_REQUEST, PART_HEADER, "x-customer", "pii.in_header");
	only(&ssn, SIDE_REQUEST, PART_COOKIE, "customer", "pii.in_header");
	only(&ssn, SIDE_RESPONSE, PART_HEADER, "location", "pii.in_header");
	only(&ssn, SIDE_RESPONSE, PART_COOKIE, "customer", "pii.in_header");
	only(&aws, SIDE_RESPONSE, PART_BODY, NULL, "secret.leak");
	only(&aws, SIDE_REQUEST, PART_BODY, NULL, "secret.request");
	only(&aws, SIDE_REQUEST, PART_QUERY, "q", "auth.credential_in_url");
	only(&aws, SIDE_REQUEST, PART_PATH, NULL, "auth.credential_in_url");
}

static void credentials_in_their_own_places_are_silent(void **state)
{
	(void)state;
	only(&jwt, SIDE_REQUEST, PART_HEADER, "authorization", NULL);
	only(&aws, SIDE_REQUEST, PART_HEADER, "x-api-key", NULL);
	only(&email, SIDE_REQUEST, PART_HEADER, "x-forwarded-client-cert", NULL);
	only(&jwt, SIDE_REQUEST, PART_COOKIE, "session", NULL);
	only(&jwt, SIDE_RESPONSE, PART_COOKIE, "JSESSIONID", NULL);
	only(&jwt, SIDE_REQUEST, PART_HEADER, "x-forwarded-by", "pii.in_header");
}

static void tokens_may_come_from_a_token_endpoint(void **state)
{
	(void)state;
	only(&jwt, SIDE_RESPONSE, PART_BODY, NULL, "pii.response_leak");
	made.operation.is_token_endpoint = true;
	only(&jwt, SIDE_RESPONSE, PART_BODY, NULL, NULL);
	only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "pii.response_leak");
}

/* Whether the contract allows it there cannot be known; of a secret it can. */
static void without_its_request_only_a_secret_is_told(void **state)
{
	(void)state;
	made.exchange->outcome = EXCHANGE_GAP_PAIRING;
	made.exchange->request.is_seen = false;
	made.match.kind = MATCH_UNKNOWABLE;
	made.match.operation = NULL;
	only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, NULL);
	only(&jwt, SIDE_RESPONSE, PART_HEADER, "x-trace", NULL);
	only(&aws, SIDE_RESPONSE, PART_BODY, NULL, "secret.leak");
	assert_text(made.findings.list[0].message,
		    "aws_secret in the response of a request that was not seen");
}

static void in_a_body_with_a_hole_the_place_is_unknown(void **state)
{
	(void)state;
	made.exchange->response.body.state = BODY_HOLED;
	hit(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "");
	assert_judged("pii.response_leak"); /* nothing is said of bodies at all */
	made.has_body_schema = true;
	assert_judged(NULL);
	made.hits.list[0].class = &aws;
	assert_judged("secret.leak");
	made.hits.list[0].class = &ssn;
	made.exchange->response.body.state = BODY_WHOLE;
	assert_judged("pii.response_leak");
}

static void one_class_in_one_list_is_one_finding(void **state)
{
	(void)state;
	hit(&email, SIDE_RESPONSE, PART_BODY, NULL, "/items/0/mail")->count = 2;
	hit(&email, SIDE_RESPONSE, PART_BODY, NULL, "/items/1/mail");
	hit(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "/items/1/mail");
	judge();
	assert_int_equal(made.findings.count, 2);
	assert_int_equal(made.findings.list[0].match_count, 3);
}

static void data_raises_other_findings(void **state)
{
	(void)state;
	made.departure_list[0] = (struct departure){.part = PART_QUERY, .keyword = KEYWORD_TYPE};
	made.departures.count = 1;
	hit(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "/x");
	judge();
	assert_int_equal(found("conform.request.query.type")->modifiers,
			 SEVERITY_ACCEPTED | SEVERITY_SENSITIVE);
	assert_int_equal(found("conform.request.query.type")->severity, 4);
	made.exchange->status = 404;
	judge();
	assert_int_equal(found("pii.error_leak")->modifiers, SEVERITY_CLASS);
}

/* -- exposure -------------------------------------------------------------------------- */

static void answer_with(const char *cache_control)
{
	made.hits.count = 0;
	made.exchange->response.header_count = cache_control != NULL;
	made.no_store.value = bytes_of(cache_control);
	made.is_class_allowed = true;
	hit(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "/ssn");
}

static void what_caches_may_keep_is_told(void **state)
{
	static const char *const allows[] = {"public", "max-age=60", "s-maxage = 5", "Public, max-age=60"};
	static const char *const forbids[] = {"no-store", "private, max-age=60", "max-age=0",
					      "no-cache", "immutable",           NULL};
	struct header token = {.name = BYTES("authorization"), .value = BYTES("Bearer x")};

	(void)state;
	for (size_t i = 0; i < sizeof(allows) / sizeof(allows[0]); i++) {
		answer_with(allows[i]);
		assert_judged("pii.cacheable");
	}
	for (size_t i = 0; i < sizeof(forbids) / sizeof(forbids[0]); i++) {
		answer_with(forbids[i]);
		assert_judged(NULL);
	}
	/* RFC 9111 section 3.5 */
	made.exchange->request.headers = &token;
	made.exchange->request.header_count = 1;
	answer_with("max-age=60");
	assert_judged(NULL);
	answer_with("public");
	assert_judged("pii.cacheable");
	made.exchange->method = BYTES("POST");
	assert_judged(NULL);
}

static void without_a_credential_or_encryption_is_told(void **state)
{
	(void)state;
	answer_with("no-store");
	made.verdict.outcome = SECURITY_PUBLIC;
	assert_judged(NULL);
	made.verdict.outcome = SECURITY_MISSING;
	judge();
	assert_text(found("pii.unauthenticated")->class_id, "us_ssn");
	assert_int_equal(found("pii.unauthenticated")->severity, 5);
	made.verdict.outcome = SECURITY_SATISFIED;
	made.exchange->is_decrypted = false;
	assert_judged("pii.cleartext");
	made.hits.count = 0;
	hit(&jwt, SIDE_RESPONSE, PART_BODY, NULL, "/token"); /* a credential: auth.cleartext_credential */
	assert_judged(NULL);
}

static void what_is_agreed_masked_must_be(void **state)
{
	(void)state;
	answer_with("no-store");
	made.is_class_masked = true;
	assert_judged("pii.unmasked");
	assert_text(made.findings.list[0].expected, "masked");
}

static void an_error_leaks_under_its_own_id(void **state)
{
	(void)state;
	made.exchange->status = 404;
	only(&ssn, SIDE_RESPONSE, PART_BODY, NULL, "pii.error_leak");
	only(&aws, SIDE_RESPONSE, PART_BODY, NULL, "secret.leak");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_leak_carries_what_is_needed, make, unmake),
		cmocka_unit_test_setup_teardown(what_the_contract_allows_is_silent, make, unmake),
		cmocka_unit_test_setup_teardown(every_place_has_its_id, make, unmake),
		cmocka_unit_test_setup_teardown(credentials_in_their_own_places_are_silent, make, unmake),
		cmocka_unit_test_setup_teardown(tokens_may_come_from_a_token_endpoint, make, unmake),
		cmocka_unit_test_setup_teardown(without_its_request_only_a_secret_is_told, make, unmake),
		cmocka_unit_test_setup_teardown(in_a_body_with_a_hole_the_place_is_unknown, make, unmake),
		cmocka_unit_test_setup_teardown(one_class_in_one_list_is_one_finding, make, unmake),
		cmocka_unit_test_setup_teardown(data_raises_other_findings, make, unmake),
		cmocka_unit_test_setup_teardown(what_caches_may_keep_is_told, make, unmake),
		cmocka_unit_test_setup_teardown(without_a_credential_or_encryption_is_told, make, unmake),
		cmocka_unit_test_setup_teardown(what_is_agreed_masked_must_be, make, unmake),
		cmocka_unit_test_setup_teardown(data_goes_where_the_contract_lets_it, make, unmake),
		cmocka_unit_test_setup_teardown(an_error_leaks_under_its_own_id, make, unmake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
